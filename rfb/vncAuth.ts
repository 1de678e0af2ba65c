// RFB's own authentication: a challenge of 16 bytes, encrypted with the password by DES (RFC 6143, 7.2.2).

import { createCipheriv, timingSafeEqual } from 'node:crypto';

export const CHALLENGE_BYTES = 16;
/** More of a password is not looked at. */
const KEY_BYTES = 8;

/** What a client with this password answers. */
export function answerChallenge(password: string, challenge: Uint8Array): Uint8Array {
  const key = Buffer.alloc(KEY_BYTES);
  Buffer.from(password, 'latin1').copy(key, 0, 0, KEY_BYTES);
  // DES of the first implementation took the bits of each byte from the other end, and so it stayed.
  const mirrored = key.map(mirror);
  // Three times the same key is plain DES, which OpenSSL 3 no longer has by that name.
  const cipher = createCipheriv('des-ede3-ecb', Buffer.concat([mirrored, mirrored, mirrored]), null);
  cipher.setAutoPadding(false);
  return cipher.update(challenge);
}

export const isAnswer = (password: string, challenge: Uint8Array, response: Uint8Array): boolean =>
  timingSafeEqual(response, answerChallenge(password, challenge));

function mirror(byte: number): number {
  let mirrored = 0;
  for (let bit = 0; bit < 8; bit++) if ((byte & (1 << bit)) !== 0) mirrored |= 0x80 >> bit;
  return mirrored;
}
