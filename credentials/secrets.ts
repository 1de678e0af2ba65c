// Opaque bearer tokens: made, hashed for storage and compared without telling how much of them was right (facts/wire.md 1.2).

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

export type MintedToken = { readonly token: string; readonly hash: Buffer; readonly prefix: string };

/** 32 random bytes in base64url; only the hash and the first 8 characters are to be stored. */
export function mintToken(): MintedToken {
  const token = randomBytes(32).toString('base64url');
  return { token, hash: hashToken(token), prefix: token.slice(0, 8) };
}

export const hashToken = (token: string): Buffer => createHash('sha256').update(token).digest();

/** Constant time whatever the lengths: what is compared are digests. */
export const sameSecret = (given: string, expected: string): boolean =>
  timingSafeEqual(hashToken(given), hashToken(expected));
