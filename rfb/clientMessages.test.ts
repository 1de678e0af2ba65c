// A client's stream: the same messages however it is cut, and an end where it makes no sense.

import fc from 'fast-check';
import { keyEvent, pointerEvent, setEncodings, setPixelFormat, updateRequest } from './clientBytes.ts';
import { type ClientMessage, ClientReader } from './clientMessages.ts';
import { BGRX, writePixelFormat } from './serverInit.ts';
import { RfbViolation } from './violation.ts';

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const zeros = (count: number): number[] => Array.from({ length: count }, () => 0);
const joined = (...parts: Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));

function readAll(chunks: readonly Uint8Array[]): ClientMessage[] {
  const reader = new ClientReader();
  return chunks.flatMap((chunk) => [...reader.read(chunk)]);
}

const keys = fc
  .tuple(fc.boolean(), fc.integer({ min: 0, max: 0xffffffff }))
  .map(([isDown, keysym]) => ({ sent: keyEvent(isDown, keysym), read: { kind: 'key', isDown, keysym } }));
const pointers = fc
  .tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 0, max: 65535 }), fc.integer({ min: 0, max: 65535 }))
  .map(([buttons, x, y]) => ({ sent: pointerEvent(buttons, x, y), read: { kind: 'pointer', buttons, x, y } }));
const encodings = fc
  .array(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), { maxLength: 256 })
  .map((list) => ({ sent: setEncodings(list), read: { kind: 'encodings', encodings: list } }));
/** The length of an extended clipboard is negative. */
const cutTexts = fc.tuple(fc.uint8Array({ maxLength: 400 }), fc.boolean()).map(([text, isExtended]) => {
  const head = new Uint8Array(8);
  head[0] = 6;
  new DataView(head.buffer).setInt32(4, isExtended ? -text.length : text.length);
  return { sent: joined(head, text), read: { kind: 'cut-text' } };
});
const plain = fc
  .constantFrom(
    ['update-request', updateRequest(true, { x: 1, y: 2, width: 3, height: 4 })] as const,
    ['pixel-format', setPixelFormat(writePixelFormat(BGRX))] as const,
    ['continuous-updates', bytes(150, 1, 0, 0, 0, 0, 4, 0, 3, 0)] as const,
    ['fence', bytes(248, 0, 0, 0, 128, 0, 0, 1, 3, 7, 8, 9)] as const,
    ['fence', bytes(248, 0, 0, 0, 128, 0, 0, 1, 64, ...zeros(64))] as const,
    ['xvp', bytes(250, 0, 1, 2)] as const,
    ['desktop-size', bytes(251, 0, 4, 0, 3, 0, 2, 0, ...zeros(32))] as const,
    ['extended-key', bytes(255, 0, 0, 1, 0, 0, 0, 97, 0, 0, 0, 30)] as const,
  )
  .map(([kind, sent]) => ({ sent, read: { kind, bytes: sent } }));
const stream = fc.array(fc.oneof(keys, pointers, encodings, cutTexts, plain), { maxLength: 30 });

it('reads the same messages however the stream is cut', () => {
  fc.assert(
    fc.property(stream, fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 50 }), (said, sizes) => {
      const whole = joined(...said.map(({ sent }) => sent));
      const chunks: Uint8Array[] = [];
      for (let at = 0, turn = 0; at < whole.length; turn++) {
        const size = sizes[turn % sizes.length]!;
        chunks.push(whole.slice(at, at + size));
        at += size;
      }
      expect(readAll(chunks)).toEqual(said.map(({ read }) => read));
      expect(readAll([whole])).toEqual(said.map(({ read }) => read));
    }),
    { numRuns: 500 },
  );
});

it.each([
  ['a type that nobody sends', bytes(1)],
  ['FixColourMapEntries', bytes(1, 0, 0, 0, 0, 1)],
  ['a type of the server', bytes(7)],
  ['more encodings than there are', bytes(2, 0, 255, 255)],
  ['a fence that is too long', bytes(248, 0, 0, 0, 0, 0, 0, 0, 65)],
  ['a clipboard that is too large', bytes(6, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff)],
  ['an extended clipboard that is too large', bytes(6, 0, 0, 0, 0x80, 0, 0, 0)],
  ['a sound of QEMU', bytes(255, 1)],
  ['pixels of 24 bits', bytes(0, 0, 0, 0, 24, ...zeros(15))],
  ['pixels of a palette', bytes(0, 0, 0, 0, 8, ...zeros(15))],
])('ends at %s', (_, sent) => {
  expect(() => readAll([sent])).toThrow(RfbViolation);
  expect(() => readAll([keyEvent(true, 97), sent])).toThrow(RfbViolation);
});

it('hostile bytes end it or wait for more, and are never read as a message of another shape', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ minLength: 1, maxLength: 64 }), { maxLength: 20 }), (chunks) => {
      const reader = new ClientReader();
      try {
        for (const chunk of chunks) {
          for (const message of reader.read(chunk)) {
            if (message.kind === 'encodings') expect(message.encodings.length).toBeLessThanOrEqual(256);
            if ('bytes' in message) expect(message.bytes.length).toBeLessThanOrEqual(8 + 16 * 255);
          }
        }
      } catch (error) {
        expect(error).toBeInstanceOf(RfbViolation);
      }
    }),
    { numRuns: 2_000 },
  );
});

it('keeps nothing of a clipboard, however much of it comes', () => {
  const reader = new ClientReader();
  expect([...reader.read(bytes(6, 0, 0, 0, 0, 16, 0, 0))]).toEqual([{ kind: 'cut-text' }]);
  for (let sent = 0; sent < 1_048_576; sent += 65_536) {
    expect([...reader.read(new Uint8Array(65_536).fill(4))]).toEqual([]);
  }
  expect([...reader.read(keyEvent(true, 65))]).toEqual([{ kind: 'key', isDown: true, keysym: 65 }]);
});
