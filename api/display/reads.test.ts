// Reading in pieces whose memory is used again: no byte is lost or changed by it, and who gives none back is sent no more.

import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { type Hears, Reads } from './reads.ts';

/** Of a length that no piece is a part of, and nowhere the same. */
const SAID = Buffer.from(Uint32Array.from({ length: 1_500_007 }, (_, index) => index).buffer);

let server: Server;
afterEach(() => server.close());

/** Connected to whoever says it all at once and leaves. */
async function reading(hears: Hears | null, said = SAID): Promise<Reads> {
  server = createServer((socket) => socket.on('error', () => socket.destroy()).end(said));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return new Reads({ port: (server.address() as AddressInfo).port, host: '127.0.0.1' }, hears);
}

async function turns(count: number): Promise<void> {
  for (let n = 0; n < count; n++) await new Promise((resolve) => setImmediate(resolve));
}
async function turn(holds: () => boolean): Promise<void> {
  while (!holds()) await turns(1);
}

it('what is relayed later is what was said', async () => {
  const heard: Buffer[] = [];
  const { socket } = await reading((piece, done) => {
    // As a slow write does: looked at only when it has its turn.
    setTimeout(() => {
      heard.push(Buffer.from(piece));
      done();
    }, 1);
  });
  await once(socket, 'end');
  await turn(() => heard.reduce((sum, { length }) => sum + length, 0) === SAID.length);
  expect(Buffer.concat(heard).equals(SAID)).toBe(true);
});

it('reads no more than two pieces ahead of whoever takes them, and goes on where one is given back', async () => {
  const given: (() => void)[] = [];
  let third: () => void;
  const hasThird = new Promise<void>((resolve) => (third = resolve));
  const { socket } = await reading((_, done) => {
    given.push(done);
    if (given.length === 3) third();
  });
  await turn(() => given.length === 2);
  await turns(100);
  expect(given).toHaveLength(2);
  given[0]!();
  given[0]!();
  await hasThird;
  expect(given).toHaveLength(3);
  socket.destroy();
});

it('keeps what comes before anybody listens, and notices its end', async () => {
  const reads = await reading(null, Buffer.from('hello'));
  await once(reads.socket, 'close');
  const heard: string[] = [];
  reads.heardBy((piece, done) => {
    heard.push(piece.toString());
    done();
  });
  expect(heard).toEqual(['hello']);
});

it('keeps no more than two pieces, and gives them first', async () => {
  const reads = await reading(null);
  await turns(200);
  const heard: Buffer[] = [];
  reads.heardBy((piece, done) => {
    heard.push(Buffer.from(piece));
    done();
  });
  expect(heard).toHaveLength(2);
  await once(reads.socket, 'end');
  expect(Buffer.concat(heard).equals(SAID)).toBe(true);
});

it('who is waited for no longer is read to the end, whatever is still out', async () => {
  const out: Buffer[] = [];
  const reads = await reading((piece) => void out.push(piece));
  await turn(() => out.length === 2);
  await turns(100);
  reads.drain();
  await once(reads.socket, 'end');
  expect(out).toHaveLength(2);
});
