// pauseIdle: tells the workspaces that nobody uses that they are idle; started by its schedule (workers/schedules.ts).

import { getExternalWorkflowHandle, log } from '@temporalio/workflow';
import { idleSignal, workspaceWorkflowId } from './messages.ts';
import { recordActivities } from './policies.ts';

export async function pauseIdle(): Promise<string> {
  const summary = 'find what nobody uses';
  const idle = await recordActivities.claimIdle.executeWithOptions({ summary }, []);
  for (const { workspaceId, ...fact } of idle) {
    try {
      await getExternalWorkflowHandle(workspaceWorkflowId(workspaceId)).signal(idleSignal, fact);
    } catch (error) {
      // One that is gone by now need not be paused; any other is found again at the next look.
      log.warn('An idle workspace could not be told', { workspaceId, error: String(error) });
    }
  }
  return `${idle.length} idle`;
}
