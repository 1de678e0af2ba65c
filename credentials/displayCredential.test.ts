// The display's password and the tickets to it.

import type { WorkspaceId } from '../domain/ids.ts';
import { displayPassword, hashTicket, isTicket, mintTicket } from './displayCredential.ts';

const workspace = '0b0e7f5e-9a5a-4d0e-8a39-5f6d2f6f3a11' as WorkspaceId;
const other = '1b0e7f5e-9a5a-4d0e-8a39-5f6d2f6f3a11' as WorkspaceId;

it('the password is the same for the same generation, and another for any other', () => {
  const password = displayPassword('s'.repeat(32), workspace, 2);
  expect(password).toHaveLength(8);
  expect(displayPassword('s'.repeat(32), workspace, 2)).toBe(password);
  const others = [
    displayPassword('t'.repeat(32), workspace, 2),
    displayPassword('s'.repeat(32), workspace, 3),
    displayPassword('s'.repeat(32), other, 2),
  ];
  expect(new Set([password, ...others]).size).toBe(4);
});

it('a ticket is 32 random bytes, found again by its hash under the same secret alone', () => {
  const { ticket, hash } = mintTicket('a'.repeat(32));
  expect(Buffer.from(ticket, 'base64url')).toHaveLength(32);
  expect(isTicket(ticket)).toBe(true);
  expect(hashTicket('a'.repeat(32), ticket)).toEqual(hash);
  expect(hashTicket('b'.repeat(32), ticket)).not.toEqual(hash);
  expect(mintTicket('a'.repeat(32)).ticket).not.toBe(ticket);
});

it('nothing else is taken for a ticket', () => {
  const { ticket } = mintTicket('a'.repeat(32));
  for (const wrong of ['', ticket.slice(1), `${ticket}A`, `${ticket.slice(1)}=`, `${ticket.slice(1)}.`]) {
    expect(isTicket(wrong)).toBe(false);
  }
});
