// What is sealed opens for whoever has the secret, as what it was, and for nobody else.

import { seal, unseal } from './sealed.ts';

const SECRET = 's'.repeat(32);

it('opens as it was, looks different each time, and shows nothing of what is in it', () => {
  const sealed = seal(SECRET, 'launch 1', 'the password is börse');
  expect(unseal(SECRET, 'launch 1', sealed)).toBe('the password is börse');
  expect(unseal(SECRET, 'launch 1', seal(SECRET, 'launch 1', ''))).toBe('');
  expect(seal(SECRET, 'launch 1', 'the password is börse')).not.toBe(sealed);
  expect(Buffer.from(sealed.split('.')[1]!, 'base64url').toString('latin1')).not.toContain('password');
});

it('does not open as another one, with another secret, or changed', () => {
  const sealed = seal(SECRET, 'launch 1', 'text');
  expect(unseal(SECRET, 'launch 2', sealed)).toBeNull();
  expect(unseal('t'.repeat(32), 'launch 1', sealed)).toBeNull();
  for (let at = 0; at < sealed.length; at++) {
    const changed = sealed.slice(0, at) + (sealed[at] === 'A' ? 'B' : 'A') + sealed.slice(at + 1);
    // The last character of base64url has bits that mean nothing.
    if (at < sealed.length - 1) expect(unseal(SECRET, 'launch 1', changed)).toBeNull();
  }
  for (const none of ['', 'text', 'sealed1.', 'sealed1.AAAA']) expect(unseal(SECRET, 'launch 1', none)).toBeNull();
});
