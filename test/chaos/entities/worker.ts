// A worker of entities whose records are slow, and now and then away.

import { setTimeout as pause } from 'node:timers/promises';
import { NativeConnection, Runtime, Worker } from '@temporalio/worker';
import pino from 'pino';
import { temporalLogger } from '../../../workers/temporalLogger.ts';
import { ENV } from './environment.ts';

/** Nearly half at once; the rest takes as long as a database that is busy. */
const SLOWEST_MS = 600;
const AWAY = 0.05;
/** Whoever has died is missed so soon. */
const STICKY_MS = 500;

Runtime.install({ logger: temporalLogger(pino({ level: 'error' })), shutdownSignals: [] });
const worker = await Worker.create({
  connection: await NativeConnection.connect({ address: process.env[ENV.address]! }),
  taskQueue: process.env[ENV.queue]!,
  workflowBundle: { codePath: process.env[ENV.bundle]! },
  maxConcurrentWorkflowTaskExecutions: 100,
  stickyQueueScheduleToStartTimeout: STICKY_MS,
  activities: {
    async publishWorkspace(): Promise<void> {
      await pause(Math.max(0, Math.random() * 1.7 - 0.7) * SLOWEST_MS);
      if (Math.random() < AWAY) throw new Error('the records are away');
    },
  },
});
console.log('worker polling');
await worker.run();
