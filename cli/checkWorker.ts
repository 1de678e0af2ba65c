// `berth worker --check`: whether a worker of this host has polled lately, as Temporal sees it. For health checks.

import { hostname } from 'node:os';
import { Connection } from '@temporalio/client';
import { readSettings } from '../config/settings.ts';

/** A poll lasts up to a minute; a worker that has not come back within two is stuck or gone. */
const RECENT_MS = 120_000;
const CONNECT_MS = 5_000;
/** TASK_QUEUE_TYPE_ACTIVITY of Temporal's TaskQueueType. */
const ACTIVITY = 2;

export async function runCheckWorker(): Promise<void> {
  const { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace, TASK_QUEUE: name } = readSettings(process.env);
  const connection = await Connection.connect({ address, connectTimeout: CONNECT_MS });
  const { pollers } = await connection.workflowService.describeTaskQueue({
    namespace,
    taskQueue: { name },
    taskQueueType: ACTIVITY,
  });
  await connection.close();
  const isOurs = (identity: string | null | undefined): boolean => identity?.endsWith(`@${hostname()}`) ?? false;
  const polls = (pollers ?? []).filter((poller) => isOurs(poller.identity));
  const latestMs = Math.max(0, ...polls.map((poller) => Number(poller.lastAccessTime?.seconds ?? 0) * 1000));
  if (Date.now() - latestMs > RECENT_MS) {
    console.error(`no worker of ${hostname()} polls ${name} of ${address}`);
    process.exit(1);
  }
  console.log(`a worker of ${hostname()} polls ${name}`);
}
