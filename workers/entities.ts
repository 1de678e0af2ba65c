// Which workspaces have their entity, and the start of one anew.

import { type Client, WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError } from '@temporalio/client';
import type { Entities } from '../activities/dependencies.ts';
import type { OperationId } from '../domain/ids.ts';
import type { OperationKind } from '../domain/workspace.ts';
import {
  ofEntity,
  operationWorkflowId,
  WORKSPACE_WORKFLOW,
  type WorkspaceWorkflow,
  workspaceWorkflowId,
} from '../workflows/messages.ts';

export function entitiesOf(client: Client, taskQueue: string): Entities {
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
