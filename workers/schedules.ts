// The schedules of maintenance: there from the first worker on, one run at a time (design, section 3).

import { type Client, ScheduleAlreadyRunning, type ScheduleOptions, ScheduleOverlapPolicy } from '@temporalio/client';
import { checkpointDue } from '../workflows/checkpointDue.ts';
import { expireRestorePoints } from '../workflows/expireRestorePoints.ts';
import { pauseIdle } from '../workflows/pauseIdle.ts';
import {
  checkpointDueScheduleId,
  expireScheduleId,
  pauseIdleScheduleId,
  reapOrphansScheduleId,
  reconcileScheduleId,
  refreshImagesScheduleId,
} from '../workflows/messages.ts';
import { reapOrphans } from '../workflows/reapOrphans.ts';
import { reconcile } from '../workflows/reconcile.ts';
import { refreshImages } from '../workflows/refreshImages.ts';
import { refreshPrices } from '../workflows/refreshPrices.ts';
import { refreshSpotPrices } from '../workflows/refreshSpotPrices.ts';

type Maintenance = {
  readonly scheduleId: string;
  readonly workflow: () => Promise<unknown>;
  readonly every: '24 hours' | '12 hours' | '1 hour' | '10 minutes' | '1 minute';
  readonly atOnce: boolean;
  readonly note: string;
};

const maintenance = (taskQueue: string): readonly Maintenance[] => [
  {
    scheduleId: `${taskQueue}/refresh-prices`,
    workflow: refreshPrices,
    // As often as Karpenter reads it (facts/ec2.md 1.8); the first prices are wanted now.
    every: '12 hours',
    atOnce: true,
    note: 'reads the AWS price list',
  },
  {
    scheduleId: `${taskQueue}/refresh-spot-prices`,
    workflow: refreshSpotPrices,
    // On its own: they change within hours, and all of them are one call; the price list changes within months, and is dozens.
    every: '10 minutes',
    atOnce: true,
    note: 'reads the spot prices',
  },
  {
    scheduleId: refreshImagesScheduleId(taskQueue),
    workflow: refreshImages,
    // Images are published every few days at most; a day is soon enough for what is only newer.
    every: '24 hours',
    // A registry that is empty gets its first image without a canary.
    atOnce: true,
    note: 'tries newer images',
  },
  {
    scheduleId: expireScheduleId(taskQueue),
    workflow: expireRestorePoints,
    // They are kept for days: an hour more is within the promise.
    every: '1 hour',
    atOnce: false,
    note: 'deletes restore points whose time is over',
  },
  {
    scheduleId: reconcileScheduleId(taskQueue),
    workflow: reconcile,
    // A workspace whose entity an operator has ended answers no command until then.
    every: '1 minute',
    atOnce: false,
    note: 'takes up what was ended from outside',
  },
  {
    scheduleId: reapOrphansScheduleId(taskQueue),
    workflow: reapOrphans,
    // Nothing is ended before its grace, which is longer; more often would only be more reading.
    every: '10 minutes',
    atOnce: false,
    note: 'looks for what AWS has and nobody owns',
  },
  {
    scheduleId: pauseIdleScheduleId(taskQueue),
    workflow: pauseIdle,
    // The shortest idle time is some minutes: a minute more is what people call prompt.
    every: '1 minute',
    atOnce: false,
    note: 'pauses what nobody uses',
  },
  {
    scheduleId: checkpointDueScheduleId(taskQueue),
    workflow: checkpointDue,
    // The shortest time between two is some minutes; what one look tells is spread over the minute.
    every: '1 minute',
    atOnce: false,
    note: 'takes restore points of spot workspaces',
  },
];

/** Safe to call from every worker at its start: a schedule that is there stays as an operator may have changed it. */
export async function ensureSchedules(client: Client, taskQueue: string): Promise<void> {
  for (const each of maintenance(taskQueue)) {
    try {
      await client.schedule.create(scheduleOf(each, taskQueue));
    } catch (error) {
      if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    }
  }
}

const scheduleOf = (
  { scheduleId, workflow, every, atOnce, note }: Maintenance,
  taskQueue: string,
): ScheduleOptions => ({
  scheduleId,
  spec: { intervals: [{ every }] },
  policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1 hour' },
  action: { type: 'startWorkflow', workflowType: workflow, taskQueue, workflowId: scheduleId },
  state: { triggerImmediately: atOnce, note },
});
