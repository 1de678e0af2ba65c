// What a client says, as bytes.

import { viewOf } from './inbox.ts';
import { PIXEL_FORMAT_BYTES } from './serverInit.ts';

/** `keysym` is X11's, 0 to 2^32 - 1. */
export function keyEvent(isDown: boolean, keysym: number): Uint8Array {
  const bytes = Uint8Array.of(4, isDown ? 1 : 0, 0, 0, 0, 0, 0, 0);
  viewOf(bytes).setUint32(4, keysym);
  return bytes;
}

/** `buttons` is a mask, the left one its lowest bit; `x` and `y` are pixels from the upper left corner, 0 to 65535. */
export function pointerEvent(buttons: number, x: number, y: number): Uint8Array {
  const bytes = Uint8Array.of(5, buttons, 0, 0, 0, 0);
  viewOf(bytes).setUint16(2, x);
  viewOf(bytes).setUint16(4, y);
  return bytes;
}

/** The best liked first; negative ones ask for extensions. */
export function setEncodings(encodings: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * encodings.length);
  const view = viewOf(bytes);
  bytes[0] = 2;
  view.setUint16(2, encodings.length);
  encodings.forEach((encoding, index) => view.setInt32(4 + 4 * index, encoding));
  return bytes;
}

/** `format` as it is on the wire (serverInit.ts). */
export function setPixelFormat(format: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4 + PIXEL_FORMAT_BYTES);
  bytes.set(format, 4);
  return bytes;
}

export type Area = { readonly x: number; readonly y: number; readonly width: number; readonly height: number };

/** Not incremental: all of the area, changed or not. */
export function updateRequest(isIncremental: boolean, { x, y, width, height }: Area): Uint8Array {
  const bytes = new Uint8Array(10);
  const view = viewOf(bytes);
  bytes.set([3, isIncremental ? 1 : 0]);
  [x, y, width, height].forEach((value, index) => view.setUint16(2 + 2 * index, value));
  return bytes;
}
