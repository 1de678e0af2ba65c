// A worker process: one task queue with the workflows, their activities and the sweep, and its orderly end.

import { Client, Connection } from '@temporalio/client';
import {
  type ActivityInterceptorsFactory,
  NativeConnection,
  Worker,
  type WorkerOptions,
  type WorkflowBundleOption,
} from '@temporalio/worker';
import type { Logger } from 'pino';
import { type Ec2Clients, ec2Clients } from '../activities/ec2/clients.ts';
import { createActivities } from '../activities/index.ts';
import type { SettingsWith } from '../config/settings.ts';
import { readCatalogue } from '../data/catalogue.ts';
import { connect } from '../store/pool.ts';
import { workflowBundle } from './bundle.ts';
import { heartbeatInterceptor } from './heartbeat.ts';
import { registerSearchAttributes } from './searchAttributes.ts';
import { checkpointQueueOf } from '../workflows/messages.ts';
import { entitiesOf } from './entities.ts';
import { startEventQueue } from './eventQueue.ts';
import { startMachineWatch } from './machineWatch.ts';
import { ensureSchedules } from './schedules.ts';
import { startSweepLoop } from './sweepLoop.ts';
import { startWebhookLoop } from './webhookLoop.ts';

export type WorkerSettings = SettingsWith<'DATABASE_URL' | 'PLATFORM_URL' | 'BERTH_SERVER_SECRET'>;

export type RunningWorker = {
  /** Settles when the worker has ended: after `stop`, or by an error that it can't survive. */
  readonly done: Promise<void>;
  stop(): Promise<void>;
};

export type WorkerParts = {
  /** Absent = what was built, or the source bundled now. */
  readonly bundle?: WorkflowBundleOption;
  /** Absent = those of the settings' region and endpoint. The worker destroys them in the end. */
  readonly ec2?: Ec2Clients;
  /** Around every activity, outside of the one that beats. */
  readonly interceptors?: readonly ActivityInterceptorsFactory[];
  /** Instead of SLOTS; more workflow tasks only where local activities are made to stand still: each holds one. */
  readonly slots?: Pick<WorkerOptions, 'maxConcurrentWorkflowTaskExecutions'>;
};

/** Polls once this resolves. Throws where Temporal can't be reached. */
export async function startWorker(
  settings: WorkerSettings,
  log: Logger,
  { bundle, ec2: givenEc2, interceptors = [], slots }: WorkerParts = {},
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
  const ec2 = givenEc2 ?? ec2Clients({ region, endpoint: settings.AWS_ENDPOINT_URL });
  const connection = await Connection.connect({ address, connectTimeout: CONNECT_MS });
  await registerSearchAttributes(connection, namespace);
  const client = new Client({ connection, namespace });
  const nativeConnection = await NativeConnection.connect({ address });
  const common = {
    connection: nativeConnection,
    namespace,
    workflowBundle: bundle ?? (await workflowBundle()),
    activities: createActivities({
      db,
      ec2,
      catalogue: readCatalogue(),
      settings,
      log,
      entities: entitiesOf(client, taskQueue, log),
    }),
    interceptors: { activity: [...interceptors, heartbeatInterceptor] },
    // The longest single AWS call; what is cut off after it is repeated by another worker with the same token.
    shutdownGraceTime: '35s',
  } satisfies Partial<WorkerOptions>;
  const worker = await Worker.create({ ...common, ...SLOTS, ...slots, taskQueue });
  // Slots of its own: a machine that is about to be taken away waits for nobody's launch.
  const checkpoints = await Worker.create({
    ...common,
    taskQueue: checkpointQueueOf(taskQueue),
    maxConcurrentActivityTaskExecutions: 100,
    maxCachedWorkflows: 200,
  });
  await ensureSchedules(client, taskQueue);
  const sweeping = {
    db,
    ec2,
    region,
    log,
    client,
    notFoundGraceMs: settings.NOT_FOUND_GRACE_SECONDS * 1000,
    absentAfterMs: settings.ABSENT_AFTER_SECONDS * 1000,
  };
  const sweep = await startSweepLoop({ ...sweeping, intervalMs: settings.SWEEP_INTERVAL_MS });
  const watch = startMachineWatch({ ...sweeping, intervalMs: settings.MACHINE_WATCH_MS });
  const webhooks = await startWebhookLoop({ db, settings, log });
  const { EC2_EVENT_QUEUE: queueName } = settings;
  const events = queueName === undefined ? null : startEventQueue({ sqs: ec2.sqs, client, db, log, queueName, region });
  const done = runToTheEnd();
  async function runToTheEnd(): Promise<void> {
    try {
      // One that fails ends the other: a process that serves half of its work is worse than none.
      const end = (): void => [worker, checkpoints].forEach((each) => each.getState() === 'RUNNING' && each.shutdown());
      await Promise.all([worker.run().finally(end), checkpoints.run().finally(end)]);
    } finally {
      await Promise.all([sweep.stop(), watch.stop(), webhooks.stop(), events?.stop()]);
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

/**
 * Few enough that what can't be done yet waits at the server, where priorities count: what a worker has taken is served in no order.
 * One thread runs the workflows, so more tasks at once end no sooner (`npm run bench recreate`). A poller holds a slot while it
 * waits: a third of them for runs that no worker knows yet, as a create is one at first. AWS calls are waits, not work: fixed
 * slots are right for them, and many (facts/temporal.md 1.6).
 */
const SLOTS = {
  maxConcurrentWorkflowTaskExecutions: 10,
  workflowTaskPollerBehavior: { type: 'simple-maximum', maximum: 6 },
  nonStickyToStickyPollRatio: 0.35,
  maxConcurrentActivityTaskExecutions: 200,
} as const;

/** A server that is just starting is worth a short wait; one that isn't there is an error to show. */
const CONNECT_MS = 10_000;
