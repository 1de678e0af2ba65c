// What the proxy shows to a machine's display, and what a person shows to the proxy (facts/desktop.md 3.1).

import { createHmac, randomBytes } from 'node:crypto';
import type { WorkspaceId } from '../domain/ids.ts';

/** RFB's own authentication looks at no more than eight characters. */
const PASSWORD_CHARACTERS = 8;

/**
 * The password of one generation's display: derived, so that nobody stores it, and the user data stays byte-identical when it is
 * replayed. Only the proxy and the machine itself have it.
 */
export const displayPassword = (serverSecret: string, workspaceId: WorkspaceId, generation: number): string =>
  createHmac('sha256', serverSecret)
    .update(`berth-display.${workspaceId}.${generation}`)
    .digest('base64url')
    .slice(0, PASSWORD_CHARACTERS);

export type MintedTicket = { readonly ticket: string; readonly hash: Buffer };

/** 32 random bytes that fit a subprotocol's name; only the hash is to be stored. */
export function mintTicket(signingSecret: string): MintedTicket {
  const ticket = randomBytes(32).toString('base64url');
  return { ticket, hash: hashTicket(signingSecret, ticket) };
}

/** Keyed: whoever may write the table can't make a ticket, and another secret ends all that are out. */
export const hashTicket = (signingSecret: string, ticket: string): Buffer =>
  createHmac('sha256', signingSecret).update(`berth-display-ticket.${ticket}`).digest();

export const isTicket = (value: string): boolean => /^[A-Za-z0-9_-]{43}$/.test(value);
