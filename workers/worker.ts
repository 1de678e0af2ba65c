// A worker process: one task queue with the workflows, their activities and the sweep, and its orderly end.

import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker, type WorkflowBundleOption } from '@temporalio/worker';
import type { Logger } from 'pino';
import { ec2Clients } from '../activities/ec2/clients.ts';
import { createActivities } from '../activities/index.ts';
import type { SettingsWith } from '../config/settings.ts';
import { readCatalogue } from '../data/catalogue.ts';
import { connect } from '../store/pool.ts';
import { workflowBundle } from './bundle.ts';
import { heartbeatInterceptor } from './heartbeat.ts';
import { registerSearchAttributes } from './searchAttributes.ts';
import { ensureSchedules } from './schedules.ts';
import { startSweepLoop } from './sweepLoop.ts';

export type WorkerSettings = SettingsWith<'DATABASE_URL' | 'PLATFORM_URL' | 'BERTH_SERVER_SECRET'>;

export type RunningWorker = {
  /** Settles when the worker has ended: after `stop`, or by an error that it can't survive. */
  readonly done: Promise<void>;
  stop(): Promise<void>;
};

/** Polls once this resolves. Throws where Temporal can't be reached. */
export async function startWorker(
  settings: WorkerSettings,
  log: Logger,
  bundle?: WorkflowBundleOption,
): Promise<RunningWorker> {
  const {
    TEMPORAL_ADDRESS: address,
    TEMPORAL_NAMESPACE: namespace,
    TASK_QUEUE: taskQueue,
    AWS_REGION: region,
  } = settings;
  const db = connect(settings.DATABASE_URL, {
    max: 20,
    onError: (err) => log.warn({ err }, 'a database connection was lost'),
  });
  const ec2 = ec2Clients({ region, endpoint: settings.AWS_ENDPOINT_URL });
  const connection = await Connection.connect({ address, connectTimeout: CONNECT_MS });
  await registerSearchAttributes(connection, namespace);
  const nativeConnection = await NativeConnection.connect({ address });
  const worker = await Worker.create({
    connection: nativeConnection,
    namespace,
    taskQueue,
    workflowBundle: bundle ?? (await workflowBundle()),
    activities: createActivities({ db, ec2, catalogue: readCatalogue(), settings, log }),
    interceptors: { activity: [heartbeatInterceptor] },
    // AWS calls are waits, not work: fixed slots are right for them (facts/temporal.md 1.6).
    maxConcurrentActivityTaskExecutions: 200,
    // The longest single AWS call; what is cut off after it is repeated by another worker with the same token.
    shutdownGraceTime: '35s',
  });
  const client = new Client({ connection, namespace });
  await ensureSchedules(client, taskQueue);
  const sweep = await startSweepLoop({
    db,
    ec2,
    region,
    log,
    client,
    intervalMs: settings.SWEEP_INTERVAL_MS,
    notFoundGraceMs: settings.NOT_FOUND_GRACE_SECONDS * 1000,
    absentAfterMs: settings.ABSENT_AFTER_SECONDS * 1000,
  });
  const done = runToTheEnd();
  async function runToTheEnd(): Promise<void> {
    try {
      await worker.run();
    } finally {
      await sweep.stop();
      ec2.destroy();
      await db.end();
      await connection.close();
      await nativeConnection.close();
    }
  }

  return {
    done,
    async stop() {
      if (worker.getState() === 'RUNNING') worker.shutdown();
      await done;
    },
  };
}

/** A server that is just starting is worth a short wait; one that isn't there is an error to show. */
const CONNECT_MS = 10_000;
