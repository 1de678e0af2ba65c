// The gate: what goes on is what the table says, made anew; what is held can be let go.

import { keyEvent, pointerEvent, setEncodings } from './clientBytes.ts';
import { bytesOf, isEncodingPassed, PASSAGES } from './clientGate.ts';
import { HeldInput } from './heldInput.ts';
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
