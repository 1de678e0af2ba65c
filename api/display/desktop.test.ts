// Entering a desktop: what it sends before anybody looks is not lost, and neither is what comes after that.

import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { Conversation } from '../../rfb/dialogue.ts';
import { welcome } from '../../rfb/handshake.ts';
import { BGRX, writePixelFormat, writeServerInit } from '../../rfb/serverInit.ts';
import { enterDesktop } from './desktop.ts';

const FLOOD = Buffer.alloc(4 * 1_048_576, 7);
const INIT = writeServerInit({ width: 800, height: 600, pixelFormat: writePixelFormat(BGRX), name: 'early' });

let server: Server;
afterEach(() => server.close());

/** Talks at once, as much as it likes. */
async function eager(): Promise<number> {
  server = createServer((socket) => {
    const door = { challenge: new Uint8Array(16), isAnswer: () => true };
    const handshake = new Conversation(welcome(door), (said) => socket.write(said));
    let isIn = false;
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk: Buffer) => {
      if (isIn || handshake.hear(chunk) === null) return;
      isIn = true;
      socket.write(INIT);
      socket.end(FLOOD);
    });
    handshake.hear();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

it('a desktop that sends much before it is looked at is read to its end', async () => {
  const { socket, reads, init, rest } = await enterDesktop({ host: '127.0.0.1', port: await eager() }, 'secret');
  expect(init).toMatchObject({ width: 800, height: 600 });
  // Its viewer takes a moment to greet.
  await new Promise((resolve) => setTimeout(resolve, 50));
  let read = rest.length;
  reads.heardBy((piece, done) => {
    read += piece.length;
    done();
  });
  await once(socket, 'end');
  expect(read).toBe(FLOOD.length);
});
