// Bearer tokens: unguessable, stored as a hash, compared whole.

import { createHash } from 'node:crypto';
import { hashToken, mintToken, sameSecret } from './secrets.ts';

it('a minted token is 32 random bytes that fit a header, and no two are alike', () => {
  const tokens = Array.from({ length: 100 }, () => mintToken().token);
  expect(new Set(tokens).size).toBe(100);
  for (const token of tokens) {
    expect(token).toMatch(/^[A-Za-z0-9_-]+$/);
    expect(Buffer.from(token, 'base64url')).toHaveLength(32);
  }
});

it('what is stored finds the token again, and does not contain it', () => {
  const { token, hash, prefix } = mintToken();
  expect(hash).toEqual(hashToken(token));
  expect(hash).toEqual(createHash('sha256').update(token).digest());
  expect(prefix).toBe(token.slice(0, 8));
});

it('only the very same secret is the same, whatever the lengths', () => {
  expect(sameSecret('correct horse', 'correct horse')).toBe(true);
  expect(sameSecret('', '')).toBe(true);
  for (const other of ['', 'correct', 'correct horse ', 'Correct horse', 'correct horsf', 'x'.repeat(10_000)]) {
    expect(sameSecret(other, 'correct horse')).toBe(false);
  }
});
