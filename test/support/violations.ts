// What a viewer must not say: frames that are none (RFC 6455), and messages that are no RFB (RFC 6143).

import { keyEvent, setPixelFormat } from '../../rfb/clientBytes.ts';
import type { Frame } from './rawSocket.ts';

/** What is said, the code of the close that has to come, the frame. */
export const FRAME_VIOLATIONS: [string, number, Frame][] = [
  ['text', 1003, { opcode: 1, payload: Buffer.from('hello') }],
  ['a frame without a mask', 1002, { payload: keyEvent(true, 0x61), isMasked: false }],
  ['an opcode that there is not', 1002, { opcode: 3, payload: keyEvent(true, 0x61) }],
  ['a compressed frame', 1002, { reserved: 0x40, payload: keyEvent(true, 0x61) }],
  ['the rest of nothing', 1002, { opcode: 0, payload: keyEvent(true, 0x61) }],
  ['a ping in pieces', 1002, { opcode: 9, isFinal: false, payload: new Uint8Array(2) }],
  ['a ping that is too long', 1002, { opcode: 9, payload: new Uint8Array(126) }],
  ['a close of one byte', 1002, { opcode: 8, payload: new Uint8Array(1) }],
  ['a close with a code that there is not', 1002, { opcode: 8, payload: Uint8Array.of(0, 5) }],
  ['a frame that is too long', 1009, { payload: new Uint8Array(65_537) }],
  ['a frame that says it is of 2^40 bytes', 1009, { payload: keyEvent(true, 0x61), length: 1n << 40n }],
  ['a frame that says it is of 2^63 bytes', 1009, { payload: keyEvent(true, 0x61), length: 1n << 63n }],
];
/** What is said, and how; the code is 1008. */
export const RFB_VIOLATIONS: [string, Uint8Array][] = [
  ...[1, 7, 8, 99, 149, 151, 249, 252, 254].map((type): [string, Uint8Array] => [
    `the message type ${type}`,
    Uint8Array.of(type, 0, 0, 0, 0, 0, 0, 0),
  ]),
  ['a clipboard of 2 GiB', Uint8Array.of(6, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff)],
  ['an extended clipboard of 2 GiB', Uint8Array.of(6, 0, 0, 0, 0x80, 0, 0, 0)],
  ['65,535 encodings', Uint8Array.of(2, 0, 255, 255)],
  ['a fence of 255 bytes', Uint8Array.of(248, 0, 0, 0, 0, 0, 0, 0, 255)],
  ['a sound', Uint8Array.of(255, 1, 0, 0)],
  ...[
    [24, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0],
    [8, 8, 0, 0, 0, 7, 0, 7, 0, 3, 0, 3, 6],
    [32, 24, 0, 1, 0, 0, 0, 255, 0, 255, 16, 8, 0],
    [32, 24, 0, 1, 0, 255, 0, 255, 0, 255, 200, 8, 0],
    [0, 24, 0, 1, 0, 255, 0, 255, 0, 255, 16, 8, 0],
  ].map((format): [string, Uint8Array] => [
    `pixels of ${format.join()}`,
    setPixelFormat(Uint8Array.from([...format, 0, 0, 0])),
  ]),
];
