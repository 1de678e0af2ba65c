// Which of a viewer's messages go on to the desktop: a table by kind, closed to everything that it does not name (facts/desktop.md 3.2).

import { keyEvent, pointerEvent, setEncodings } from './clientBytes.ts';
import type { ClientMessage } from './clientMessages.ts';

/** `watch`: every viewer's goes on; `drive`: the controller's alone; `never`: nobody's, whoever it is. */
type Passage = 'watch' | 'drive' | 'never';

export const PASSAGES: Readonly<Record<ClientMessage['kind'], Passage>> = {
  'pixel-format': 'watch',
  encodings: 'watch',
  'update-request': 'watch',
  'continuous-updates': 'watch',
  fence: 'watch',
  key: 'drive',
  pointer: 'drive',
  // A clipboard may hold a password, of either side.
  'cut-text': 'never',
  // Turns the machine off.
  xvp: 'never',
  // The size is the workspace's (compute.display).
  'desktop-size': 'never',
  // Their encoding is never let through, so that no server expects them.
  'extended-key': 'never',
};

/**
 * Pictures that a viewer can ask for, and pseudo-encodings that change neither what a client may send nor its lengths. Left out, among
 * others: extended mouse buttons (-316, a pointer's message would have 6 or 7 bytes), QEMU's keys (-258), the server's name of the
 * desktop (-307, it tells users and hosts), sizes set by a client (-308), xvp (-309), the clipboard (0xC0A1E5CE).
 */
const ENCODINGS = new Set([0, 1, 2, 5, 6, 7, 16, 21, -223, -224, -239, -240, -260, -312, -313, -314, 0x574d5664]);
/** Levels of quality and of compression. */
const LEVELS = [
  [-32, -23],
  [-256, -247],
] as const;

export const isEncodingPassed = (encoding: number): boolean =>
  ENCODINGS.has(encoding) || LEVELS.some(([least, most]) => encoding >= least && encoding <= most);

/** The message as it goes on, made anew from what it means: nothing can ride along in it. Null where its kind never goes on. */
export function bytesOf(message: ClientMessage): Uint8Array | null {
  if (PASSAGES[message.kind] === 'never') return null;
  switch (message.kind) {
    case 'key':
      return keyEvent(message.isDown, message.keysym);
    case 'pointer':
      return pointerEvent(message.buttons, message.x, message.y);
    case 'encodings':
      return setEncodings(message.encodings.filter(isEncodingPassed));
    case 'cut-text':
      return null;
    default:
      return message.bytes;
  }
}
