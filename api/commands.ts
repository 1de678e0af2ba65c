// Sends commands to the workspace entity and brings back its answer, or the registry's error for why there is none.

import { setTimeout as pause } from 'node:timers/promises';
import {
  type Client,
  isGrpcServiceError,
  type ScheduleExecutionResult,
  ScheduleNotFoundError,
  ScheduleOverlapPolicy,
  WithStartWorkflowOperation,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { BerthError, type ErrorContext, isErrorCode } from '../domain/errors.ts';
import type { OperationId, TenantId, WorkspaceId } from '../domain/ids.ts';
import type { Profile } from '../domain/workspace.ts';
import {
  type CommandAnswer,
  commandUpdate,
  refreshImagesScheduleId,
  registeredSignal,
  type RegisteredFact,
  WORKSPACE_WORKFLOW,
  type WorkspaceWorkflow,
  workspaceWorkflowId,
} from '../workflows/messages.ts';

export type Target = {
  readonly workspaceId: WorkspaceId;
  readonly tenantId: TenantId;
  readonly operationId: OperationId;
};

export type Commands = {
  create(target: Target, profile: Profile): Promise<CommandAnswer>;
  delete(target: Target): Promise<CommandAnswer>;
  /** Tells the operation that launched a machine that it has registered. An operation that is over need not know. */
  registered(operationWorkflowId: string, fact: RegisteredFact): Promise<void>;
  /** Looks for newer images now, or once more when the run that is under way is over. */
  refreshImages(): Promise<void>;
};

/** @param timeoutMs how long a command waits for a worker to confirm it. */
export function temporalCommands(client: Client, taskQueue: string, timeoutMs: number): Commands {
  const within = <Result>(ask: () => Promise<Result>): Promise<Result> =>
    client.withDeadline(Date.now() + timeoutMs, ask);

  return {
    create: ({ workspaceId, tenantId, operationId }, profile) =>
      answered(workspaceId, () => {
        const start = new WithStartWorkflowOperation<WorkspaceWorkflow>(WORKSPACE_WORKFLOW, {
          workflowId: workspaceWorkflowId(workspaceId),
          taskQueue,
          args: [{ workspaceId, tenantId }],
          workflowIdConflictPolicy: 'USE_EXISTING',
          // A workspace that was removed does not come back by a repeated create.
          workflowIdReusePolicy: 'REJECT_DUPLICATE',
          staticSummary: `${profile.name} of ${tenantId}`,
        });
        return within(() =>
          client.workflow.executeUpdateWithStart(commandUpdate, {
            startWorkflowOperation: start,
            updateId: operationId,
            args: [{ type: 'create', operationId, profile }],
          }),
        );
      }),

    delete: ({ workspaceId, operationId }) =>
      answered(workspaceId, () =>
        within(() =>
          client.workflow.getHandle(workspaceWorkflowId(workspaceId)).executeUpdate(commandUpdate, {
            updateId: operationId,
            args: [{ type: 'delete', operationId }],
          }),
        ),
      ),

    async registered(operationWorkflowId, fact) {
      try {
        await within(() => client.workflow.getHandle(operationWorkflowId).signal(registeredSignal, fact));
      } catch (error) {
        if (!(error instanceof WorkflowNotFoundError)) throw unreachable(error) ?? error;
      }
    },

    async refreshImages() {
      const schedule = client.schedule.getHandle(refreshImagesScheduleId(taskQueue));
      try {
        const { info } = await within(() => schedule.describe());
        await pause(untilNextRunMs(info.recentActions.at(-1)));
        await within(() => schedule.trigger(ScheduleOverlapPolicy.BUFFER_ONE));
      } catch (error) {
        // The first worker makes it.
        if (error instanceof ScheduleNotFoundError) throw new BerthError('COMMAND_UNCONFIRMED', {}, { cause: error });
        throw unreachable(error) ?? error;
      }
    },
  };
}

/** A schedule's runs are told apart by the second: one more within the same second would be taken for a repeat, and be lost. */
function untilNextRunMs(last: ScheduleExecutionResult | undefined): number {
  if (last === undefined) return 0;
  const sinceMs = Date.now() - Math.max(last.scheduledAt.getTime(), last.takenAt.getTime());
  return Math.min(1_000, Math.max(0, 1_000 - sinceMs));
}

async function answered(workspaceId: WorkspaceId, ask: () => Promise<CommandAnswer>): Promise<CommandAnswer> {
  try {
    return await ask();
  } catch (error) {
    throw refusal(error, workspaceId) ?? unreachable(error) ?? error;
  }
}

function refusal(error: unknown, workspaceId: WorkspaceId): BerthError | null {
  if (error instanceof WorkflowUpdateFailedError) {
    const { cause } = error;
    if (!(cause instanceof ApplicationFailure) || !isErrorCode(cause.type)) return null;
    return new BerthError(cause.type, (cause.details?.[0] ?? {}) as ErrorContext, { cause });
  }
  // The entity ends when its workspace is gone.
  if (error instanceof WorkflowNotFoundError || error instanceof WorkflowExecutionAlreadyStartedError) {
    return new BerthError('WORKSPACE_REMOVED', { workspace_id: workspaceId }, { cause: error });
  }
  return null;
}

/** gRPC's status codes for "no answer in time" and "nobody there". */
const DEADLINE_EXCEEDED = 4;
const UNAVAILABLE = 14;

function unreachable(error: unknown): BerthError | null {
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError)
    return new BerthError('COMMAND_UNCONFIRMED', {}, { cause: error });
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    if (!isGrpcServiceError(cause)) continue;
    if (cause.code === UNAVAILABLE) return new BerthError('ORCHESTRATOR_UNAVAILABLE', {}, { cause: error });
    if (cause.code === DEADLINE_EXCEEDED) return new BerthError('COMMAND_UNCONFIRMED', {}, { cause: error });
  }
  return null;
}
