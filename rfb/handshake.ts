// The RFB 3.8 handshake from both of its ends, until the desktop is described (RFC 6143, 7.1 to 7.3).

import type { Dialogue } from './dialogue.ts';
import { viewOf } from './inbox.ts';
import { readServerInit, SERVER_INIT_BYTES, type ServerInit } from './serverInit.ts';
import { CHALLENGE_BYTES } from './vncAuth.ts';
import { RfbViolation } from './violation.ts';

export const VERSION_BYTES = 12;
const VERSION = ascii('RFB 003.008\n');
const NONE = 1;
const VNC_AUTH = 2;
const OK = Uint8Array.of(0, 0, 0, 0);
/** Names and reasons of real servers are a line. */
const MOST_TEXT_BYTES = 4_096;

export const isVersion = (bytes: Uint8Array): boolean => VERSION.every((byte, at) => bytes[at] === byte);

/** Whom a server lets in: everybody, or whoever answers its challenge. */
export type Door = 'open' | { readonly challenge: Uint8Array; isAnswer(response: Uint8Array): boolean };

/** The server's side, up to the client's wish to share, which is heard and not followed: every desktop here is shared. */
export function* welcome(door: Door): Dialogue<void> {
  yield VERSION;
  const version = yield VERSION_BYTES;
  if (!isVersion(version)) throw new RfbViolation('the client speaks another version than RFB 3.8');
  const security = door === 'open' ? NONE : VNC_AUTH;
  yield Uint8Array.of(1, security);
  const [choice] = yield 1;
  if (choice !== security) throw new RfbViolation('the client chose a security type that was not offered');
  if (door !== 'open') {
    yield door.challenge;
    const response = yield CHALLENGE_BYTES;
    if (!door.isAnswer(response)) {
      yield refusal('authentication failed');
      throw new RfbViolation('the client could not authenticate');
    }
  }
  yield OK;
  yield 1;
}

/**
 * The client's side. `answer` is given the server's challenge; null = the server must ask for none. The desktop is always asked for
 * shared: an exclusive client puts the others out.
 */
export function* enter(answer: ((challenge: Uint8Array) => Uint8Array) | null): Dialogue<ServerInit> {
  if (!isVersion(yield VERSION_BYTES)) throw new RfbViolation('the server speaks another version than RFB 3.8');
  yield VERSION;
  const [count = 0] = yield 1;
  if (count === 0) throw new RfbViolation(`the server refuses: ${yield* text()}`);
  const offered = yield count;
  const security = answer === null ? NONE : VNC_AUTH;
  if (!offered.includes(security)) throw new RfbViolation('the server does not offer the security type that is wanted');
  yield Uint8Array.of(security);
  if (answer !== null) yield answer(yield CHALLENGE_BYTES);
  const result = viewOf(yield 4).getUint32(0);
  if (result !== 0) throw new RfbViolation(`the server refuses: ${yield* text()}`);
  yield Uint8Array.of(1);
  const fixed = yield SERVER_INIT_BYTES;
  return readServerInit(fixed, yield* text());
}

function* text(): Dialogue<string> {
  const length = viewOf(yield 4).getUint32(0);
  if (length > MOST_TEXT_BYTES) throw new RfbViolation('the server sends a text that is too long');
  return new TextDecoder().decode(yield length);
}

function refusal(reason: string): Uint8Array {
  const bytes = ascii(reason);
  const message = new Uint8Array(8 + bytes.length);
  viewOf(message).setUint32(0, 1);
  viewOf(message).setUint32(4, bytes.length);
  message.set(bytes, 8);
  return message;
}

function ascii(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}
