// Which workspaces have their entity, the end of one that is stuck, and the start of one anew.

import {
  type Client,
  WorkflowExecutionAlreadyStartedError,
  type WorkflowHandle,
  WorkflowNotFoundError,
} from '@temporalio/client';
import type { Logger } from 'pino';
import type { Entities } from '../activities/dependencies.ts';
import type { OperationId } from '../domain/ids.ts';
import type { OperationKind } from '../domain/workspace.ts';
import {
  DISPLAY_CONTROL_WORKFLOW,
  ofEntity,
  operationWorkflowId,
  WORKSPACE_WORKFLOW,
  type WorkspaceWorkflow,
  workspaceWorkflowId,
} from '../workflows/messages.ts';

/** Tries of one workflow task: the first may meet a worker that dies, the second one that is busy. */
const STUCK_TRIES = 3;
/** More at once have a cause that they share. */
const FEW = 3;
/** What the server says of itself of those (1.31); a task that fails again does so silently, until its time is over. */
const HAS_PROBLEMS = `TemporalReportedProblems IN ('category=WorkflowTaskFailed', 'category=WorkflowTaskTimedOut')`;

export function entitiesOf(client: Client, taskQueue: string, log: Logger): Entities {
  const isUp = async (workflowId: string): Promise<boolean> => {
    try {
      return (await client.workflow.getHandle(workflowId).describe()).status.name === 'RUNNING';
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return false;
      throw error;
    }
  };
  return {
    async running() {
      const ids = new Set<string>();
      const query = `WorkflowType = '${WORKSPACE_WORKFLOW}' and ExecutionStatus = 'Running' and TaskQueue = '${taskQueue}'`;
      for await (const { workflowId } of client.workflow.list({ query })) ids.add(workflowId.split('/')[1]!);
      return ids;
    },

    async isRunning({ id, operation_id, operation_kind }) {
      if (await isUp(workspaceWorkflowId(id))) return true;
      if (operation_id === null || operation_kind === null) return false;
      return isUp(operationWorkflowId(id, { id: operation_id as OperationId, kind: operation_kind as OperationKind }));
    },

    async endStuck() {
      const stuck: WorkflowHandle[] = [];
      const types = `WorkflowType IN ('${WORKSPACE_WORKFLOW}', '${DISPLAY_CONTROL_WORKFLOW}')`;
      const query = `${types} and ExecutionStatus = 'Running' and TaskQueue = '${taskQueue}' and ${HAS_PROBLEMS}`;
      for await (const { workflowId, runId } of client.workflow.list({ query })) {
        const handle = client.workflow.getHandle(workflowId, runId);
        const { raw } = await handle.describe();
        if ((raw.pendingWorkflowTask?.attempt ?? 0) >= STUCK_TRIES) stuck.push(handle);
      }
      if (stuck.length > FEW) {
        log.error(
          { count: stuck.length },
          'many workflows are stuck: look at one in the UI, and at what was deployed last',
        );
        return 0;
      }
      for (const handle of stuck) {
        log.error({ workflow_id: handle.workflowId }, 'a workflow is stuck: it is ended, and taken up again');
        await handle.terminate('its workflow tasks fail again and again; reconcile takes it up');
      }
      return stuck.length;
    },

    async start(state, keepDays) {
      const { workspaceId, tenantId, profile } = state;
      try {
        await client.workflow.start<WorkspaceWorkflow>(WORKSPACE_WORKFLOW, {
          workflowId: workspaceWorkflowId(workspaceId),
          taskQueue,
          args: [{ workspaceId, tenantId, state, takenUp: { keepDays } }],
          workflowIdConflictPolicy: 'FAIL',
          workflowIdReusePolicy: 'ALLOW_DUPLICATE',
          staticSummary: `${profile!.name} of ${tenantId}`,
          priority: ofEntity(tenantId),
        });
        return true;
      } catch (error) {
        if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
        throw error;
      }
    },
  };
}
