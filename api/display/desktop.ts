// The way to a machine's display: only into the machines' networks, with the credential of its generation (facts/desktop.md 3.1).

import { BlockList, isIPv6, type Socket } from 'node:net';
import { BerthError } from '../../domain/errors.ts';
import { Conversation } from '../../rfb/dialogue.ts';
import { enter } from '../../rfb/handshake.ts';
import type { ServerInit } from '../../rfb/serverInit.ts';
import { answerChallenge } from '../../rfb/vncAuth.ts';
import { Reads } from './reads.ts';

/** A machine is a millisecond away, and answers or does not. */
const ENTER_MS = 5_000;

export type DesktopAddress = { readonly host: string; readonly port: number };
export type Desktop = {
  readonly socket: Socket;
  /** Of it: what it says is kept until somebody listens. */
  readonly reads: Reads;
  readonly init: ServerInit;
  /** Came with the end of the handshake. */
  readonly rest: Uint8Array;
};

/** Whether an address that a machine gave is one that the platform connects to: it must not be sent anywhere by a machine. */
export function networksOf(networks: readonly string[]): (host: string) => boolean {
  const allowed = new BlockList();
  for (const network of networks) {
    const [address = '', bits] = network.split('/');
    allowed.addSubnet(address, Number(bits), isIPv6(address) ? 'ipv6' : 'ipv4');
  }
  return (host) => allowed.check(host, isIPv6(host) ? 'ipv6' : 'ipv4');
}

/** Throws DISPLAY_SERVER_DOWN. */
export const enterDesktop = ({ host, port }: DesktopAddress, password: string): Promise<Desktop> =>
  new Promise((resolve, reject) => {
    const reads = new Reads({ host, port, noDelay: true, keepAlive: true }, (piece, done) => {
      // What is left of it outlives its memory.
      hear(Buffer.from(piece));
      done();
    });
    const { socket } = reads;
    const fail = (cause: Error): void => {
      clearTimeout(late);
      socket.destroy();
      reject(new BerthError('DISPLAY_SERVER_DOWN', {}, { cause }));
    };
    const closed = (): void => fail(new Error('it closed the connection'));
    const late = setTimeout(() => fail(new Error(`no handshake within ${ENTER_MS} ms`)), ENTER_MS);
    const handshake = new Conversation(
      enter((challenge) => answerChallenge(password, challenge)),
      (bytes) => socket.write(bytes),
    );
    const hear = (chunk?: Uint8Array): void => {
      try {
        const entered = handshake.hear(chunk);
        if (entered === null) return;
        clearTimeout(late);
        reads.heardBy(null);
        // Its own alone: a socket listens to itself, too.
        socket.off('error', fail).off('close', closed);
        // Until somebody listens for them, errors are told by the end of the socket.
        socket.on('error', () => socket.destroy());
        resolve({ socket, reads, init: entered.result, rest: entered.rest });
      } catch (error) {
        fail(error as Error);
      }
    };
    socket.on('error', fail);
    socket.on('close', closed);
    hear();
  });
