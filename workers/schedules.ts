// The schedules of maintenance: there from the first worker on, one run at a time (design, section 3).

import { type Client, ScheduleAlreadyRunning, ScheduleOverlapPolicy } from '@temporalio/client';
import { refreshPrices } from '../workflows/refreshPrices.ts';

/** As often as Karpenter reads it (facts/ec2.md 1.8). */
const PRICES_EVERY = '12 hours';

/** Safe to call from every worker at its start: a schedule that is there stays as an operator may have changed it. */
export async function ensureSchedules(client: Client, taskQueue: string): Promise<void> {
  try {
    await client.schedule.create({
      scheduleId: `${taskQueue}/refresh-prices`,
      spec: { intervals: [{ every: PRICES_EVERY }] },
      policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1 hour' },
      action: {
        type: 'startWorkflow',
        workflowType: refreshPrices,
        taskQueue,
        workflowId: `${taskQueue}/refresh-prices`,
      },
      // The first prices are wanted now, not in twelve hours.
      state: { triggerImmediately: true, note: 'reads the AWS price list' },
    });
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
  }
}
