// Sends commands to the workspace entity and brings back its answer, or the registry's error for why there is none.

import { setTimeout as pause } from 'node:timers/promises';
import {
  type Client,
  type ScheduleExecutionResult,
  ScheduleNotFoundError,
  ScheduleOverlapPolicy,
  WithStartWorkflowOperation,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { ApplicationFailure, type SignalDefinition } from '@temporalio/common';
import { BerthError, type ErrorContext, isErrorCode } from '../domain/errors.ts';
import type { OperationId, TenantId, WorkspaceId } from '../domain/ids.ts';
import type { QuotaRequest } from '../domain/quotaRequest.ts';
import type { Command, Notice, Profile, RestoreSource } from '../domain/workspace.ts';
import {
  type CommandAnswer,
  commandUpdate,
  ofEntity,
  expireScheduleId,
  interruptionNoticeSignal,
  type MachineAnsweredFact,
  machineAnsweredSignal,
  reapOrphansScheduleId,
  reconcileScheduleId,
  refreshImagesScheduleId,
  registeredSignal,
  type RegisteredFact,
  QUOTA_INCREASE_WORKFLOW,
  quotaIncreaseWorkflowId,
  type QuotaIncreaseWorkflow,
  requestIncreaseUpdate,
  WORKSPACE_WORKFLOW,
  type WorkspaceWorkflow,
  workspaceWorkflowId,
} from '../workflows/messages.ts';
import { codeOf, GRPC } from './grpc.ts';

export type Target = {
  readonly workspaceId: WorkspaceId;
  readonly tenantId: TenantId;
  readonly operationId: OperationId;
};

type Without<Union, Key extends PropertyKey> = Union extends unknown ? Omit<Union, Key> : never;
export type LivingCommand = Without<Exclude<Command, { type: 'create' }>, 'operationId'>;
export type Removed = NonNullable<(Command & { type: 'restore' })['removed']>;

export type Commands = {
  create(target: Target, profile: Profile, from?: RestoreSource): Promise<CommandAnswer>;
  /** Of a workspace whose entity has ended. */
  comeBack(target: Target, from: RestoreSource, removed: Removed): Promise<CommandAnswer>;
  /** Any other command, to the entity as it lives. */
  send(target: Target, command: LivingCommand): Promise<CommandAnswer>;
  /** Asks AWS for a higher quota, and answers the request that is open. */
  requestQuotaIncrease(code: string, desired: number, lookEveryMs: number): Promise<QuotaRequest>;
  /** What has expired goes now rather than at the schedule's next turn. */
  expireRestorePoints(): Promise<void>;
  /** Takes up now what was ended from outside, rather than at the schedule's next turn. */
  reconcile(): Promise<void>;
  /** Looks for what nobody owns now rather than at the schedule's next turn. */
  reapOrphans(): Promise<void>;
  /** Tells the operation that launched a machine that it has registered. An operation that is over need not know. */
  registered(operationWorkflowId: string, fact: RegisteredFact): Promise<void>;
  /** Tells the workspace what AWS is about to do with its machine. */
  noticed(workspaceId: WorkspaceId, notice: Notice): Promise<void>;
  /** Tells the operation that gave a machine an order what came of it. */
  machineAnswered(operationWorkflowId: string, fact: MachineAnsweredFact): Promise<void>;
  /** Looks for newer images now, or once more when the run that is under way is over. */
  refreshImages(): Promise<void>;
};

/** @param timeoutMs how long a command waits for a worker to confirm it. */
export function temporalCommands(client: Client, taskQueue: string, timeoutMs: number): Commands {
  const within = <Result>(ask: () => Promise<Result>): Promise<Result> =>
    client.withDeadline(Date.now() + timeoutMs, ask);

  return {
    create: (target, profile, from) =>
      started(target, profile.name, 'REJECT_DUPLICATE', {
        type: 'create',
        operationId: target.operationId,
        profile,
        ...(from === undefined ? {} : { from }),
      }),

    comeBack: (target, from, removed) =>
      started(target, removed.profile.name, 'ALLOW_DUPLICATE', {
        type: 'restore',
        operationId: target.operationId,
        from,
        removed,
      }),

    send: ({ workspaceId, operationId }, command) =>
      answered(workspaceId, () =>
        within(() =>
          client.workflow.getHandle(workspaceWorkflowId(workspaceId)).executeUpdate(commandUpdate, {
            updateId: operationId,
            args: [{ ...command, operationId }],
          }),
        ),
      ),

    requestQuotaIncrease: async (code, desired, lookEveryMs) => {
      const startWorkflowOperation = new WithStartWorkflowOperation<QuotaIncreaseWorkflow>(QUOTA_INCREASE_WORKFLOW, {
        workflowId: quotaIncreaseWorkflowId(taskQueue, code),
        taskQueue,
        args: [{ code, lookEveryMs }],
        workflowIdConflictPolicy: 'USE_EXISTING',
        staticSummary: `${code} to ${desired} vCPUs`,
      });
      try {
        return await within(() =>
          client.workflow.executeUpdateWithStart(requestIncreaseUpdate, { startWorkflowOperation, args: [desired] }),
        );
      } catch (error) {
        throw registered(error) ?? unreachable(error) ?? error;
      }
    },

    expireRestorePoints: () => triggered(expireScheduleId(taskQueue)),
    reconcile: () => triggered(reconcileScheduleId(taskQueue)),
    reapOrphans: () => triggered(reapOrphansScheduleId(taskQueue)),

    registered: (operationWorkflowId, fact) => tell(operationWorkflowId, registeredSignal, fact),
    noticed: (workspaceId, notice) => tell(workspaceWorkflowId(workspaceId), interruptionNoticeSignal, notice),
    machineAnswered: (operationWorkflowId, fact) => tell(operationWorkflowId, machineAnsweredSignal, fact),
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

  /** One more run, after the one that is under way. */
  function triggered(scheduleId: string): Promise<void> {
    return within(() => client.schedule.getHandle(scheduleId).trigger(ScheduleOverlapPolicy.BUFFER_ONE)).catch(
      (error: unknown) => {
        // The first worker makes it.
        if (error instanceof ScheduleNotFoundError) throw new BerthError('COMMAND_UNCONFIRMED', {}, { cause: error });
        throw unreachable(error) ?? error;
      },
    );
  }

  /** REJECT_DUPLICATE: a workspace that was removed does not come back by a repeated create. */
  function started(
    { workspaceId, tenantId, operationId }: Target,
    name: string,
    workflowIdReusePolicy: 'REJECT_DUPLICATE' | 'ALLOW_DUPLICATE',
    command: Command,
  ): Promise<CommandAnswer> {
    return answered(workspaceId, () => {
      const start = new WithStartWorkflowOperation<WorkspaceWorkflow>(WORKSPACE_WORKFLOW, {
        workflowId: workspaceWorkflowId(workspaceId),
        taskQueue,
        args: [{ workspaceId, tenantId }],
        workflowIdConflictPolicy: 'USE_EXISTING',
        workflowIdReusePolicy,
        staticSummary: `${name} of ${tenantId}`,
        priority: ofEntity(tenantId),
      });
      return within(() =>
        client.workflow.executeUpdateWithStart(commandUpdate, {
          startWorkflowOperation: start,
          updateId: operationId,
          args: [command],
        }),
      );
    });
  }

  async function tell<Fact>(workflowId: string, signal: SignalDefinition<[Fact]>, fact: Fact): Promise<void> {
    try {
      await within(() => client.workflow.getHandle(workflowId).signal(signal, fact));
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw unreachable(error) ?? error;
    }
  }
}

/** A schedule's runs are told apart by the second: one more within the same second would be taken for a repeat, and be lost. */
function untilNextRunMs(last: ScheduleExecutionResult | undefined): number {
  if (last === undefined) return 0;
  const sinceMs = Date.now() - Math.max(last.scheduledAt.getTime(), last.takenAt.getTime());
  return Math.min(1_000, Math.max(0, 1_000 - sinceMs));
}

/** What `ask` brings back, or the registry's error for why there is none. */
export async function answered<Answer>(workspaceId: WorkspaceId, ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await ask();
  } catch (error) {
    throw refusal(error, workspaceId) ?? unreachable(error) ?? error;
  }
}

function refusal(error: unknown, workspaceId: WorkspaceId): BerthError | null {
  if (error instanceof WorkflowUpdateFailedError) return registered(error);
  // The entity ends when its workspace is gone.
  if (error instanceof WorkflowNotFoundError || error instanceof WorkflowExecutionAlreadyStartedError) {
    return new BerthError('WORKSPACE_REMOVED', { workspace_id: workspaceId }, { cause: error });
  }
  // Its workflow tasks fail: who is stuck is taken up again (workers/entities.ts).
  if (codeOf(error) === GRPC.FAILED_PRECONDITION)
    return new BerthError('WORKSPACE_UNATTENDED', { workspace_id: workspaceId }, { cause: error });
  return null;
}

/** What an update was refused with, where that is of the registry. */
function registered(error: unknown): BerthError | null {
  const cause = error instanceof WorkflowUpdateFailedError ? error.cause : undefined;
  if (!(cause instanceof ApplicationFailure) || !isErrorCode(cause.type)) return null;
  return new BerthError(cause.type, (cause.details?.[0] ?? {}) as ErrorContext, { cause });
}

function unreachable(error: unknown): BerthError | null {
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError)
    return new BerthError('COMMAND_UNCONFIRMED', {}, { cause: error });
  const code = codeOf(error);
  if (code === GRPC.UNAVAILABLE) return new BerthError('ORCHESTRATOR_UNAVAILABLE', {}, { cause: error });
  if (code === GRPC.DEADLINE_EXCEEDED) return new BerthError('COMMAND_UNCONFIRMED', {}, { cause: error });
  return null;
}
