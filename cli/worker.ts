// `berth worker`: serves the workflows and activities; SIGTERM drains what runs.

import { Runtime } from '@temporalio/worker';
import { readSettings } from '../config/settings.ts';
import { startWorker } from '../workers/worker.ts';
import { temporalLogger } from '../workers/temporalLogger.ts';
import { endOrderly } from './lifetime.ts';
import { processLog } from './log.ts';

/** Longer than the grace that activities get (workers/worker.ts). */
const FORCE_MS = 45_000;

export async function runWorker(): Promise<void> {
  const settings = readSettings(process.env, ['DATABASE_URL', 'PLATFORM_URL', 'BERTH_SERVER_SECRET']);
  const log = processLog('worker', settings);
  // Signals are handled here, for all that this process runs.
  Runtime.install({ logger: temporalLogger(log), shutdownSignals: [] });
  const worker = await startWorker(settings, log);
  endOrderly(() => worker.stop(), FORCE_MS);
  console.log(`worker polling ${settings.TASK_QUEUE} of ${settings.TEMPORAL_ADDRESS}`);
  await worker.done;
}
