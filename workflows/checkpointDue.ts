// checkpointDue: tells the spot workspaces whose time for a restore point has come; started by its schedule (workers/schedules.ts).

import { getExternalWorkflowHandle, log, sleep } from '@temporalio/workflow';
import { checkpointDueSignal, workspaceWorkflowId } from './messages.ts';
import { recordActivities } from './policies.ts';

/** Snapshots are asked for within seconds of it: told all at once they would take what a notice may need (facts/ec2.md 4). */
const AT_ONCE = 6;
const PAUSE_MS = 2_000;

export async function checkpointDue(): Promise<string> {
  const summary = 'find whose restore point is due';
  const due = await recordActivities.dueCheckpoints.executeWithOptions({ summary }, []);
  for (let start = 0; start < due.length; start += AT_ONCE) {
    if (start > 0) await sleep(PAUSE_MS, { summary: 'leaves room for others' });
    await Promise.all(due.slice(start, start + AT_ONCE).map(tell));
  }
  return `${due.length} due`;

  async function tell({ workspaceId, ...fact }: (typeof due)[number]): Promise<void> {
    try {
      await getExternalWorkflowHandle(workspaceWorkflowId(workspaceId)).signal(checkpointDueSignal, fact);
    } catch (error) {
      // One that is gone by now needs none; any other is found again at the next look.
      log.warn('A workspace could not be told that its restore point is due', { workspaceId, error: String(error) });
    }
  }
}
