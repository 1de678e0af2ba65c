// The machine's display, seen over a socket by a viewer.

import { connect, createServer } from 'node:net';
import { RfbClient, socketWire } from '../../test/support/rfbClient.ts';
import { readsBanner } from './banner.ts';
import { type Display, startDisplay } from './display.ts';
import { colourOf, STRIP_HEIGHT } from './screen.ts';

let display: Display;
let port: number;
const lines: string[] = [];
beforeEach(async () => {
  const options = { width: 320, height: 240, password: 'private', host: '127.0.0.1', port: 0 };
  display = await startDisplay({ ...options, log: (line) => lines.push(line) });
  ({ port } = await display.evidence());
});
afterEach(() => display.stop());

const enter = (password: string): Promise<RfbClient> => RfbClient.enter(socketWire('127.0.0.1', port), password);

it('shows what is typed and clicked, and what is held', async () => {
  const viewer = await enter('private');
  expect(viewer.init).toMatchObject({ width: 320, height: 240, name: 'Berth' });
  viewer.key(true, 0x61);
  viewer.pointer(1, 100, 120);
  await viewer.until(() => viewer.pixel(100, 120) === colourOf(1));
  expect(viewer.pixel(0, STRIP_HEIGHT)).toBe(colourOf(0x61));
  expect(viewer.pixel(0, 0)).toBe(0x000101);
  viewer.key(false, 0x61);
  viewer.pointer(0, 100, 120);
  await viewer.until(() => viewer.pixel(0, 0) === 0);
  expect(display.screen.lastInput).toEqual({ kind: 'pointer', buttons: 0, x: 100, y: 120 });
});

it('lets go of what a viewer held whose connection ends, and of nothing of the others', async () => {
  const [one, other] = [await enter('private'), await enter('private')];
  one.key(true, 0xffe1);
  one.pointer(1, 50, 60);
  other.key(true, 0x62);
  await one.until(() => one.pixel(0, 0) === 0x000201);
  one.wire.end();
  await other.until(() => other.pixel(0, 0) === 0x000100);
  expect(display.screen.heldKeys).toEqual([0x62]);
});

it('shows everybody the same, and changes only to those who ask', async () => {
  const [one, other] = [await enter('private'), await enter('private')];
  other.key(true, 0x62);
  await one.until(() => one.pixel(0, STRIP_HEIGHT) === colourOf(0x62));
  expect(other.updates).toBe(0);
});

it('lets nobody in with another password', async () => {
  await expect(enter('guessed')).rejects.toThrow('the server refuses: authentication failed');
  expect(lines.join()).not.toContain('guessed');
});

it('puts a viewer out that makes no sense', async () => {
  const viewer = await enter('private');
  const ended = new Promise<string>((resolve) => viewer.wire.onEnd(() => resolve('put out')));
  viewer.wire.send(Uint8Array.of(1, 2, 3));
  expect(await ended).toBe('put out');
});

it('its evidence is its banner: a port that is open and silent, or says something else, is none', async () => {
  expect(await display.evidence()).toEqual({ x: true, rfb: true, host: '127.0.0.1', port });
  await display.stop();
  expect(await display.evidence()).toMatchObject({ x: true, rfb: false });

  const other = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  expect(await readsBanner('127.0.0.1', (other.address() as { port: number }).port)).toBe(false);
  other.close();
});

it('a connection that says nothing is no reason to stay when it stops', async () => {
  const silent = connect(port, '127.0.0.1');
  await new Promise((resolve) => silent.once('data', resolve));
  const ended = new Promise<string>((resolve) => silent.once('close', () => resolve('ended')));
  await display.stop();
  expect(await ended).toBe('ended');
});
