// Servers that take the ports they are given: another one is found where somebody was quicker, and for no other failure.

import { createServer, type Server } from 'node:net';
import { onFreePorts } from './freePort.ts';

const servers: Server[] = [];
afterEach(() => Promise.all(servers.splice(0).map((server) => new Promise((closed) => server.close(closed)))));
const listenOn = (port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(port));
    servers.push(server);
  });

it('starts again with other ports where one was taken meanwhile', async () => {
  const given: (readonly number[])[] = [];
  const started = await onFreePorts(2, async (ports) => {
    given.push(ports);
    if (given.length === 1) await listenOn(ports[1]!);
    return Promise.all(ports.map(listenOn));
  });
  expect(given).toHaveLength(2);
  expect(started).toEqual(given[1]);
});

it('gives up where they are always taken', async () => {
  let tries = 0;
  const start = async (): Promise<never> => {
    tries++;
    throw new Error('bind: address already in use');
  };
  await expect(onFreePorts(1, start)).rejects.toThrow('already in use');
  expect(tries).toBe(3);
});

it('tells any other failure at once', async () => {
  let tries = 0;
  const start = async (): Promise<never> => {
    tries++;
    throw new Error('no such file');
  };
  await expect(onFreePorts(1, start)).rejects.toThrow('no such file');
  expect(tries).toBe(1);
});
