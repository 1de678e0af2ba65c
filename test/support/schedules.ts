// Runs a schedule once, whole: what a test changed before is seen by it, and what it did is done when this returns.

import { ScheduleOverlapPolicy } from '@temporalio/client';
import type { Berth } from './berth.ts';

/** `name` as in `workflows/messages.ts`, without the task queue. Returns what its workflow says. */
export async function runSchedule({ temporal, env }: Berth, name: string): Promise<string> {
  const schedule = temporal.schedule.getHandle(`${env['TASK_QUEUE']}/${name}`);
  const { numActionsTaken: before } = (await schedule.describe()).info;
  // The schedule itself skips what overlaps.
  await schedule.trigger(ScheduleOverlapPolicy.BUFFER_ALL);
  for (;;) {
    const { numActionsTaken, recentActions } = (await schedule.describe()).info;
    const last = recentActions.at(-1)?.action;
    if (numActionsTaken > before && last !== undefined) {
      const { workflowId, firstExecutionRunId } = last.workflow;
      return temporal.workflow.getHandle(workflowId, firstExecutionRunId).result();
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
