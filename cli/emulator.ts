// `berth emulator`: serves a local AWS until it is told to stop.

import { resolve } from 'node:path';
import { startEmulator } from '../emulator/server.ts';
import { endOrderly } from './lifetime.ts';

/** Its machines are killed, not asked. */
const FORCE_MS = 10_000;

export async function runEmulator(options: { host: string; port: string; data: string }): Promise<void> {
  const port = Number(options.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error(`--port ${options.port} is not a port`);
  const emulator = await startEmulator({ host: options.host, port, dataDir: resolve(options.data) });
  endOrderly(() => emulator.close(), FORCE_MS);
  console.log(`emulator listening on ${emulator.url}`);
}
