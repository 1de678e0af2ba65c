// Ports that nobody listens on right now, for servers that can't choose theirs themselves.

import { createServer } from 'node:net';

/** Another process may take it before it is used: callers that can, let their server choose (port 0) instead. */
export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        typeof address === 'object' && address !== null ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });

/** Between the choice of a port and its use somebody else may take it, an outgoing connection too: that is rare twice in a row. */
const TRIES = 3;

/** What `start` brings back, which is asked again with other ports where somebody was quicker. Throws what the last try threw. */
export async function onFreePorts<Started>(
  count: number,
  start: (ports: readonly number[]) => Promise<Started>,
): Promise<Started> {
  for (let tried = 1; ; tried++) {
    const ports = await Promise.all(Array.from({ length: count }, freePort));
    try {
      return await start(ports);
    } catch (error) {
      if (tried === TRIES || !/address already in use|EADDRINUSE/i.test(String(error))) throw error;
    }
  }
}
