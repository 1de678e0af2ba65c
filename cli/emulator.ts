// `berth emulator`: serves a local AWS until it is told to stop.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { AdjustableClock } from '../emulator/clock.ts';
import { startEmulator } from '../emulator/server.ts';
import { settingsChange } from '../emulator/settings.ts';
import { endOrderly } from './lifetime.ts';

/** Its machines are killed, not asked. */
const FORCE_MS = 10_000;

export type EmulatorCommand = {
  readonly host: string;
  readonly port: string;
  readonly data?: string;
  readonly seed?: string;
  readonly clock: string;
  readonly machines?: string;
  readonly readLag?: string;
  readonly throttle?: boolean;
};

export async function runEmulator(options: EmulatorCommand): Promise<void> {
  const port = Number(options.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error(`--port ${options.port} is not a port`);
  const settings = settingsChange.safeParse({
    ...(options.machines === undefined ? {} : { machines: options.machines }),
    ...(options.readLag === undefined ? {} : { readLagMs: Number(options.readLag) }),
    ...(options.throttle === true ? { throttle: 'aws' } : {}),
  });
  if (!settings.success) {
    const [issue] = settings.error.issues;
    throw new Error(`${issue!.path.join('.')} can't be so: ${issue!.message}`);
  }
  // Without a folder of its own nothing is kept, and nothing is left behind.
  const temporary = options.data === undefined ? await mkdtemp(join(tmpdir(), 'berth-emulator-')) : null;
  const emulator = await startEmulator({
    host: options.host,
    port,
    dataDir: temporary ?? resolve(options.data!),
    isKept: temporary === null,
    clock: clockOf(options.clock),
    ...(options.seed === undefined ? {} : { seed: options.seed }),
    settings: settings.data,
  });
  endOrderly(async () => {
    await emulator.close();
    if (temporary !== null) await rm(temporary, { recursive: true, force: true });
  }, FORCE_MS);
  console.log(`emulator listening on ${emulator.url}`);
}

/** `real`, `stepped`, or how many times faster than real: `60`. */
function clockOf(text: string): AdjustableClock {
  const factor = text === 'real' ? 1 : text === 'stepped' ? 0 : Number(text);
  if (!Number.isFinite(factor) || factor < 0) throw new Error(`--clock ${text} is not real, stepped or a factor`);
  return new AdjustableClock({ factor });
}
