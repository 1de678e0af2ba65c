// Areas of the screen as raw bytes, in the pixels that a viewer asked for (RFC 6143, 7.7.1).

import { viewOf } from '../../rfb/inbox.ts';
import type { Area } from '../../rfb/clientBytes.ts';
import type { PixelFormat } from '../../rfb/serverInit.ts';

const RAW = 0;
const HEAD_BYTES = 16;
type Channel = PixelFormat['red'];

/** One FramebufferUpdate with one rectangle. `pixels` are 0x00RRGGBB, row by row of `width`. */
export function rawUpdate(pixels: Uint32Array, width: number, area: Area, format: PixelFormat): Uint8Array {
  const bytesPerPixel = format.bitsPerPixel / 8;
  const message = new Uint8Array(HEAD_BYTES + area.width * area.height * bytesPerPixel);
  const view = viewOf(message);
  view.setUint16(2, 1);
  [area.x, area.y, area.width, area.height].forEach((value, index) => view.setUint16(4 + 2 * index, value));
  view.setInt32(12, RAW);
  const isLittle = !format.isBigEndian;
  let at = HEAD_BYTES;
  for (let y = area.y; y < area.y + area.height; y++) {
    for (let x = area.x; x < area.x + area.width; x++, at += bytesPerPixel) {
      const value = converted(pixels[y * width + x]!, format);
      if (bytesPerPixel === 4) view.setUint32(at, value, isLittle);
      else if (bytesPerPixel === 2) view.setUint16(at, value, isLittle);
      else view.setUint8(at, value);
    }
  }
  return message;
}

function converted(rgb: number, { red, green, blue }: PixelFormat): number {
  return (scaled(rgb >> 16, red) | scaled(rgb >> 8, green) | scaled(rgb, blue)) >>> 0;
}

const scaled = (value: number, { max, shift }: Channel): number => Math.round(((value & 0xff) * max) / 255) << shift;
