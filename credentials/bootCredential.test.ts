// The boot credential: the same for the same launch, worth nothing for any other.

import type { WorkspaceId } from '../domain/ids.ts';
import { bootCredential, verifyBootCredential } from './bootCredential.ts';

const secret = 's'.repeat(32);
const launch = { workspaceId: '0b0e7f5e-9a5a-4d0e-8a39-5f6d2f6f3a11' as WorkspaceId, generation: 2, attempt: 3 };
const credential = bootCredential(secret, launch);

it('is byte-identical for the same launch, and says which one it is for', () => {
  expect(bootCredential(secret, { ...launch })).toBe(credential);
  expect(verifyBootCredential(secret, credential)).toEqual(launch);
});

it('is another for another generation, attempt or secret', () => {
  const others = [
    bootCredential(secret, { ...launch, generation: 3 }),
    bootCredential(secret, { ...launch, attempt: 4 }),
    bootCredential('t'.repeat(32), launch),
  ];
  expect(new Set([credential, ...others]).size).toBe(4);
  expect(verifyBootCredential('t'.repeat(32), credential)).toBeNull();
});

it('is refused with any part changed', () => {
  const parts = credential.split('.');
  const tampered = [
    [parts[0], '1b0e7f5e-9a5a-4d0e-8a39-5f6d2f6f3a11', ...parts.slice(2)],
    [parts[0], parts[1], '1', ...parts.slice(3)],
    [parts[0], parts[1], '02', ...parts.slice(3)],
    [...parts.slice(0, 3), '9', parts[4]],
    [...parts.slice(0, 4), `${parts[4]}x`],
    [...parts, 'more'],
    ['berth', ...parts.slice(1)],
    parts.slice(0, 4),
    [''],
  ];
  for (const forged of tampered) expect(verifyBootCredential(secret, forged.join('.'))).toBeNull();
});

it('is refused with any one character changed or missing', () => {
  for (const at of Array.from({ length: credential.length }, (_, index) => index)) {
    const [before, after] = [credential.slice(0, at), credential.slice(at + 1)];
    // A digit that it does not have there, so that even in the id, of which the case is no matter, it is another one.
    const other = credential[at] === '7' ? '8' : '7';
    expect(verifyBootCredential(secret, `${before}${other}${after}`)).toBeNull();
    expect(verifyBootCredential(secret, `${before}${after}`)).toBeNull();
  }
});
