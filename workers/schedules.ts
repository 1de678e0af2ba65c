// The schedules of maintenance: there from the first worker on, one run at a time (design, section 3).

import { type Client, ScheduleAlreadyRunning, ScheduleOverlapPolicy } from '@temporalio/client';
import { refreshImagesScheduleId } from '../workflows/messages.ts';
import { refreshImages } from '../workflows/refreshImages.ts';
import { refreshPrices } from '../workflows/refreshPrices.ts';

/** As often as Karpenter reads it (facts/ec2.md 1.8). */
const PRICES_EVERY = '12 hours';

/** Images are published every few days at most; a day is soon enough for what is only newer. */
const IMAGES_EVERY = '24 hours';

type Maintenance = {
  readonly id: string;
  readonly workflowType: () => Promise<unknown>;
  readonly every: typeof PRICES_EVERY | typeof IMAGES_EVERY;
  readonly note: string;
};

/** Safe to call from every worker at its start: a schedule that is there stays as an operator may have changed it. */
export async function ensureSchedules(client: Client, taskQueue: string): Promise<void> {
  await ensure(client, taskQueue, {
    id: `${taskQueue}/refresh-prices`,
    workflowType: refreshPrices,
    every: PRICES_EVERY,
    note: 'reads the AWS price list',
  });
  await ensure(client, taskQueue, {
    id: refreshImagesScheduleId(taskQueue),
    workflowType: refreshImages,
    every: IMAGES_EVERY,
    note: 'tries newer images',
  });
}

async function ensure(client: Client, taskQueue: string, maintenance: Maintenance): Promise<void> {
  const { id, workflowType, every, note } = maintenance;
  try {
    await client.schedule.create({
      scheduleId: id,
      spec: { intervals: [{ every }] },
      policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1 hour' },
      action: { type: 'startWorkflow', workflowType, taskQueue, workflowId: id },
      // The first prices are wanted now, not in twelve hours; and a registry that is empty gets its first image without a canary.
      state: { triggerImmediately: true, note },
    });
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
  }
}
