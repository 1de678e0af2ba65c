// The two workers of a benchmark, ours and the floor's, in a process of their own as in production: `berth worker` is one, too.

import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Runtime, Worker } from '@temporalio/worker';
import pino from 'pino';
import { endOrderly } from '../cli/lifetime.ts';
import { readSettings } from '../config/settings.ts';
import { temporalLogger } from '../workers/temporalLogger.ts';
import { startWorker } from '../workers/worker.ts';
import { floorActivities } from './floor/activities.ts';

const FLOOR_QUEUE = 'bench-floor';

const settings = readSettings(process.env, ['DATABASE_URL', 'PLATFORM_URL', 'BERTH_SERVER_SECRET']);
const log = pino({ level: 'warn' });
Runtime.install({ logger: temporalLogger(log), shutdownSignals: [] });
const ours = await startWorker(settings, log);
const client = new Client({ connection: await Connection.connect({ address: settings.TEMPORAL_ADDRESS }) });
const connection = await NativeConnection.connect({ address: settings.TEMPORAL_ADDRESS });
const floor = await Worker.create({
  connection,
  taskQueue: FLOOR_QUEUE,
  workflowsPath: fileURLToPath(new URL('./floor/workflows.ts', import.meta.url)),
  activities: floorActivities(client),
});
const floorRun = floor.run();
endOrderly(async () => {
  floor.shutdown();
  await Promise.all([floorRun, ours.stop()]);
  await connection.close();
  await client.connection.close();
}, 10_000);
console.log('workers polling');
await floorRun;
