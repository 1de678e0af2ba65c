// Whether a display server is really there: a port that is open says nothing, its banner does (facts/desktop.md, 2).

import { connect } from 'node:net';
import { Inbox } from '../../rfb/inbox.ts';
import { isVersion, VERSION_BYTES } from '../../rfb/handshake.ts';

/** It is on this very machine. */
const TIMEOUT_MS = 2_000;

/** Reads the banner and leaves. */
export const readsBanner = (host: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const inbox = new Inbox();
    const socket = connect(port, host);
    const done = (is: boolean): void => {
      socket.destroy();
      resolve(is);
    };
    socket.setTimeout(TIMEOUT_MS, () => done(false));
    socket.on('error', () => done(false));
    socket.on('close', () => resolve(false));
    socket.on('data', (chunk: Uint8Array) => {
      inbox.push(chunk);
      const banner = inbox.peek(VERSION_BYTES);
      if (banner !== null) done(isVersion(banner));
    });
  });
