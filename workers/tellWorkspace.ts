// Tells a workspace that its machine has ended unasked; what is known to it already, or of another machine, changes nothing there.

import { WorkflowNotFoundError } from '@temporalio/client';
import type { LaunchRow } from '../store/launches.ts';
import { machineEndedSignal, workspaceWorkflowId } from '../workflows/messages.ts';
import type { SweepDependencies } from './sweepDependencies.ts';

/** A workspace that is gone need not know. */
export async function tellWorkspace(
  { client }: SweepDependencies,
  { workspace_id: workspaceId, instance_id: instanceId }: LaunchRow,
  stateReason: string | null,
): Promise<void> {
  if (instanceId === null) return;
  try {
    await client.workflow
      .getHandle(workspaceWorkflowId(workspaceId))
      .signal(machineEndedSignal, { instanceId, stateReason });
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
}
