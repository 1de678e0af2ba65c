// A process of viewers and the desktop that they look at, so that neither's work is counted as the proxy's.
// Usage: crowd.ts desktop <MiB per viewer> | crowd.ts viewers <port> <viewers> <MiB> [ticket,...]

import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { Conversation } from '../../rfb/dialogue.ts';
import { enter, welcome } from '../../rfb/handshake.ts';
import { ORIGIN, PATH } from './rows.ts';
import { BGRX, writePixelFormat, writeServerInit } from '../../rfb/serverInit.ts';

/** As much as a picture's update may be. */
const CHUNK = Buffer.alloc(65_536, 7);
const MIB = 1_048_576;

const [role, ...args] = process.argv.slice(2);
if (role === 'desktop') await desktop(Number(args[0]) * MIB);
else await viewers(Number(args[0]), Number(args[1]), Number(args[2]) * MIB, args[3] ? args[3].split(',') : null);

/** After its handshake it sends so many bytes, as fast as they are taken. */
async function desktop(bytes: number): Promise<void> {
  const server = createServer((socket) => {
    const isRight = (): boolean => true;
    const door = { challenge: CHUNK.subarray(0, 16), isAnswer: isRight };
    const handshake = new Conversation(welcome(door), (said) => socket.write(said));
    let isIn = false;
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk: Buffer) => {
      if (isIn || handshake.hear(chunk) === null) return;
      isIn = true;
      socket.write(writeServerInit({ width: 1920, height: 1080, pixelFormat: writePixelFormat(BGRX), name: 'bench' }));
      void flood(socket, bytes);
    });
    handshake.hear();
  });
  server.listen(0, '127.0.0.1', () => process.send!((server.address() as AddressInfo).port));
}

async function flood(socket: Socket, bytes: number): Promise<void> {
  for (let sent = 0; sent < bytes; sent += CHUNK.length) {
    if (!socket.write(CHUNK)) await once(socket, 'drain');
  }
}

/** How long it takes until each has had its bytes; over WebSockets where there are tickets, else over bare sockets. */
async function viewers(port: number, count: number, bytes: number, tickets: readonly string[] | null): Promise<void> {
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: count }, (_, index) => view(port, bytes, tickets?.[index] ?? null)));
  process.send!(performance.now() - startedAt);
  process.disconnect();
}

/** Counts what comes, and leaves it unread: a frame's header is ten bytes of up to 256 KiB. */
async function view(port: number, bytes: number, ticket: string | null): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  const say = (said: Uint8Array): void => void socket.write(ticket === null ? said : masked(said));
  const handshake = new Conversation(enter(ticket === null ? () => new Uint8Array(16) : null), say);
  handshake.hear();
  if (ticket !== null) {
    socket.write(
      `GET ${PATH} HTTP/1.1\r\nhost: bench\r\norigin: ${ORIGIN}\r\nconnection: upgrade\r\nupgrade: websocket\r\n` +
        'sec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n' +
        `sec-websocket-protocol: binary, molecule-display-token.${ticket}\r\n\r\n`,
    );
    await headersOf(socket);
  }
  let isIn = false;
  let left = bytes;
  await new Promise<void>((resolve, reject) => {
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('the connection ended early')));
    const count = (length: number): void => {
      left -= length;
      if (left > 0) return;
      resolve();
      socket.removeAllListeners('close').destroy();
    };
    let pending = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      if (isIn) return count(chunk.length);
      // Before it is in, frames are small and few: each is taken out whole.
      pending = Buffer.concat([pending, chunk]);
      for (let said = nextOf(); said !== null; said = nextOf()) {
        const entered = handshake.hear(said);
        if (entered === null) continue;
        isIn = true;
        return count(entered.rest.length + pending.length);
      }
    });
    function nextOf(): Buffer | null {
      const head = ticket === null ? 0 : 2;
      const length = ticket === null ? pending.length : (pending[1] ?? Infinity);
      if (length === 0 || pending.length < head + length) return null;
      const said = pending.subarray(head, head + length);
      pending = pending.subarray(head + length);
      return said;
    }
    socket.resume();
  });
}

/** Up to the end of the answer's head; what came after it is left to be read. */
function headersOf(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    let seen = Buffer.alloc(0);
    socket.on('error', reject);
    socket.on('data', function read(chunk: Buffer) {
      seen = Buffer.concat([seen, chunk]);
      const end = seen.indexOf('\r\n\r\n');
      if (end < 0) return;
      socket.pause();
      socket.off('data', read);
      if (!seen.toString().startsWith('HTTP/1.1 101')) return reject(new Error(seen.toString()));
      socket.unshift(seen.subarray(end + 4));
      resolve();
    });
  });
}

/** One binary frame, with a mask of zeros: shorter than 126 bytes. */
function masked(said: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([0x82, 0x80 | said.length, 0, 0, 0, 0]), said]);
}
