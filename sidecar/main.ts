// Starts the sidecar: under the machine's supervisor, or as the process that plays a machine in the emulator.

import { runSidecar } from './sidecar.ts';

const stop = new AbortController();
for (const event of ['SIGTERM', 'SIGINT'] as const) process.on(event, () => stop.abort());
// Only where the parent opened a channel: the emulator's machines end with it.
process.on('disconnect', () => stop.abort());

const log = (line: string): void => console.log(`${new Date().toISOString()} ${line}`);

runSidecar({
  root: process.env['BERTH_MACHINE_ROOT'] ?? '/',
  env: process.env,
  signal: stop.signal,
  log,
  displayAddress: process.env['BERTH_DISPLAY_ADDRESS'],
}).then(
  () => process.exit(0),
  (error: unknown) => {
    if (stop.signal.aborted) process.exit(0);
    log(`ended: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(1);
  },
);
