// The gate: what goes on is what the table says, made anew; what is held can be let go.

import fc from 'fast-check';
import { keyEvent, pointerEvent, setEncodings, setPixelFormat, updateRequest } from './clientBytes.ts';
import { bytesOf, isEncodingPassed, PASSAGES } from './clientGate.ts';
import { ClientReader } from './clientMessages.ts';
import { HeldInput } from './heldInput.ts';
import { BGRX, writePixelFormat } from './serverInit.ts';
import { RfbViolation } from './violation.ts';

it('lets nobody turn the machine off, resize it, or reach its clipboard', () => {
  const never = Object.entries(PASSAGES).filter(([, passage]) => passage === 'never');
  expect(never.map(([kind]) => kind).sort()).toEqual(['cut-text', 'desktop-size', 'extended-key', 'xvp']);
  expect(bytesOf({ kind: 'xvp', bytes: Uint8Array.of(250, 0, 1, 2) })).toBeNull();
  expect(bytesOf({ kind: 'cut-text' })).toBeNull();
});

it('lets only keys and the pointer depend on who has control', () => {
  const drive = Object.entries(PASSAGES).filter(([, passage]) => passage === 'drive');
  expect(drive.map(([kind]) => kind)).toEqual(['key', 'pointer']);
});

it('takes out of the encodings all that would change what a client may send', () => {
  const novnc = [1, 7, -260, 16, 21, 6, 5, 2, 0, -26, -254, -223, -224, -258, -261, -308, -309, -312, -313, -307];
  const asked = [...novnc, 0xc0a1e5ce | 0, 0x574d5664, -239, -316, 50, 4711];
  const passed = [1, 7, -260, 16, 21, 6, 5, 2, 0, -26, -254, -223, -224, -312, -313, 0x574d5664, -239];
  expect(bytesOf({ kind: 'encodings', encodings: asked })).toEqual(setEncodings(passed));
  for (const level of [-33, -22, -257, -246]) expect(isEncodingPassed(level)).toBe(false);
});

it('makes keys and pointers anew, so that nothing rides along in their padding', () => {
  expect(bytesOf({ kind: 'key', isDown: true, keysym: 0x61 })).toEqual(Uint8Array.of(4, 1, 0, 0, 0, 0, 0, 0x61));
});

it('lets go of buttons first, then of the keys from the last one on, and of nothing twice', () => {
  const held = new HeldInput();
  for (const keysym of [0xffe1, 0xffe3, 0x61]) held.note({ kind: 'key', isDown: true, keysym });
  held.note({ kind: 'key', isDown: false, keysym: 0xffe3 });
  held.note({ kind: 'pointer', buttons: 1, x: 10, y: 20 });
  held.note({ kind: 'pointer', buttons: 5, x: 30, y: 40 });
  expect(held.release()).toEqual([pointerEvent(0, 30, 40), keyEvent(false, 0x61), keyEvent(false, 0xffe1)]);
  expect(held.release()).toEqual([]);
});

it('a button that is up again is not held', () => {
  const held = new HeldInput();
  held.note({ kind: 'pointer', buttons: 4, x: 1, y: 1 });
  held.note({ kind: 'pointer', buttons: 0, x: 2, y: 2 });
  expect(held.release()).toEqual([]);
});

it('a keyboard with more keys than there are is none', () => {
  const held = new HeldInput();
  const press = (keysym: number): void => held.note({ kind: 'key', isDown: true, keysym });
  for (let keysym = 0; keysym < 256; keysym++) press(keysym);
  expect(() => press(256)).toThrow(RfbViolation);
});

/** What goes on of a stream, as the proxy lets it. */
function passed(stream: Uint8Array, mayDrive: boolean): Uint8Array {
  const out: number[] = [];
  try {
    for (const message of new ClientReader().read(stream)) {
      const bytes = PASSAGES[message.kind] === 'drive' && !mayDrive ? null : bytesOf(message);
      if (bytes !== null) out.push(...bytes);
    }
  } catch (error) {
    if (!(error instanceof RfbViolation)) throw error;
  }
  return Uint8Array.from(out);
}

/** RFC 6143, 7.5, written once more and as small as a server's: the types in a stream that has nothing else in it. */
function typesIn(stream: Uint8Array): number[] {
  const view = new DataView(stream.buffer);
  const types: number[] = [];
  for (let at = 0; at < stream.length; ) {
    const type = stream[at]!;
    types.push(type);
    const lengths: Record<number, () => number> = {
      0: () => 20,
      2: () => 4 + 4 * view.getUint16(at + 2),
      3: () => 10,
      4: () => 8,
      5: () => 6,
      150: () => 10,
      248: () => 9 + stream[at + 8]!,
    };
    const length = lengths[type]?.();
    if (length === undefined || at + length > stream.length) throw new Error(`no message at ${at}: ${stream.join()}`);
    at += length;
  }
  return types;
}

const anyByte = fc.integer({ min: 0, max: 255 });
const bytesFrom = (...values: number[]): Uint8Array => Uint8Array.from(values);
const messages = fc.oneof(
  fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 0xffffffff })).map(([isDown, keysym]) => keyEvent(isDown, keysym)),
  fc.tuple(anyByte, anyByte, anyByte).map(([buttons, x, y]) => pointerEvent(buttons, x, y)),
  fc.array(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), { maxLength: 30 }).map(setEncodings),
  fc.uint8Array({ maxLength: 64 }).map((text) => bytesFrom(6, 0, 0, 0, 0, 0, 0, text.length, ...text)),
  fc.uint8Array({ maxLength: 64 }).map((data) => bytesFrom(248, 1, 2, 3, 128, 0, 0, 1, data.length, ...data)),
  fc.nat(4).map((screens) => bytesFrom(251, 9, 4, 0, 3, 0, screens, 9, ...new Uint8Array(16 * screens))),
  fc.constantFrom(
    setPixelFormat(writePixelFormat(BGRX)),
    updateRequest(true, { x: 1, y: 2, width: 3, height: 4 }),
    bytesFrom(150, 1, 0, 0, 0, 0, 4, 0, 3, 0),
    bytesFrom(250, 4, 1, 2),
    bytesFrom(255, 0, 0, 1, 0, 0, 0, 4, 0, 0, 0, 30),
  ),
  fc.uint8Array({ maxLength: 12 }),
);

it('whatever is said, what goes on is whole messages of the kinds that may, keys and pointers of whoever drives alone', () => {
  const streams = fc
    .array(messages, { maxLength: 20 })
    .map((parts) => Uint8Array.from(parts.flatMap((part) => [...part])));
  fc.assert(
    fc.property(streams, fc.boolean(), (stream, mayDrive) => {
      const kinds = new Set(typesIn(passed(stream, mayDrive)));
      for (const kind of mayDrive ? [4, 5] : []) kinds.delete(kind);
      for (const kind of [0, 2, 3, 150, 248]) kinds.delete(kind);
      expect([...kinds]).toEqual([]);
    }),
    { numRuns: 3_000 },
  );
});
