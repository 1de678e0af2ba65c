// How a desktop describes itself: its size, its pixels, its name (RFC 6143, 7.3.2 and 7.4).

import { viewOf } from './inbox.ts';

export type ServerInit = {
  readonly width: number;
  readonly height: number;
  /** As it is on the wire. */
  readonly pixelFormat: Uint8Array;
  readonly name: string;
};

export type PixelFormat = {
  readonly bitsPerPixel: 8 | 16 | 32;
  readonly isBigEndian: boolean;
  /** The largest value of each colour, and where its lowest bit is. */
  readonly red: Channel;
  readonly green: Channel;
  readonly blue: Channel;
};
type Channel = { readonly max: number; readonly shift: number };

export const PIXEL_FORMAT_BYTES = 16;
/** Without the name, and with the length of the name left to the reader of texts. */
export const SERVER_INIT_BYTES = 20;

/** 0x00RRGGBB, lowest byte first: what a frame buffer is in most machines. */
export const BGRX: PixelFormat = {
  bitsPerPixel: 32,
  isBigEndian: false,
  red: { max: 255, shift: 16 },
  green: { max: 255, shift: 8 },
  blue: { max: 255, shift: 0 },
};

/** `fixed` is what comes before the name. */
export const readServerInit = (fixed: Uint8Array, name: string): ServerInit => ({
  width: viewOf(fixed).getUint16(0),
  height: viewOf(fixed).getUint16(2),
  pixelFormat: fixed.slice(4, SERVER_INIT_BYTES),
  name,
});

/** Whole, with the length of the name. */
export function writeServerInit({ width, height, pixelFormat, name }: ServerInit): Uint8Array {
  const text = new TextEncoder().encode(name);
  const bytes = new Uint8Array(SERVER_INIT_BYTES + 4 + text.length);
  const view = viewOf(bytes);
  view.setUint16(0, width);
  view.setUint16(2, height);
  bytes.set(pixelFormat, 4);
  view.setUint32(SERVER_INIT_BYTES, text.length);
  bytes.set(text, SERVER_INIT_BYTES + 4);
  return bytes;
}

/** Null where it has no true colours, or a size of pixel that there is not. */
export function readPixelFormat(bytes: Uint8Array): PixelFormat | null {
  const view = viewOf(bytes);
  const bitsPerPixel = view.getUint8(0);
  if (bitsPerPixel !== 8 && bitsPerPixel !== 16 && bitsPerPixel !== 32) return null;
  if (view.getUint8(3) === 0) return null;
  const channel = (index: number): Channel => ({
    max: view.getUint16(4 + 2 * index),
    shift: view.getUint8(10 + index),
  });
  const [red, green, blue] = [channel(0), channel(1), channel(2)];
  if ([red, green, blue].some(({ max, shift }) => max === 0 || shift >= bitsPerPixel)) return null;
  return { bitsPerPixel, isBigEndian: view.getUint8(2) !== 0, red, green, blue };
}

export function writePixelFormat({ bitsPerPixel, isBigEndian, red, green, blue }: PixelFormat): Uint8Array {
  const bytes = new Uint8Array(PIXEL_FORMAT_BYTES);
  const view = viewOf(bytes);
  const depth = [red, green, blue].reduce((bits, { max }) => bits + Math.ceil(Math.log2(max + 1)), 0);
  bytes.set([bitsPerPixel, depth, isBigEndian ? 1 : 0, 1]);
  [red, green, blue].forEach(({ max, shift }, index) => {
    view.setUint16(4 + 2 * index, max);
    view.setUint8(10 + index, shift);
  });
  return bytes;
}
