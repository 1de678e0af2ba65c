// Sends requests for control to the displayControl workflow of a workspace, which is there while somebody needs it.

import { type Client, WithStartWorkflowOperation } from '@temporalio/client';
import type { ControlRequest, Lock } from '../domain/control-lock.ts';
import {
  controlUpdate,
  DISPLAY_CONTROL_WORKFLOW,
  type DisplayControlWorkflow,
  displayControlWorkflowId,
  ofEntity,
  type TakeoverRequest,
  takeoverSignal,
} from '../workflows/messages.ts';
import { answered, type Target } from './commands.ts';
import { codeOf, GRPC } from './grpc.ts';

export type ControlCommands = {
  /** The lock right after it; throws the refusal. */
  ask(target: Target, request: Exclude<ControlRequest, { type: 'takeover' }>): Promise<Lock>;
  /** Taken for sure, decided later: also where no worker is up. */
  takeOver(target: Target, request: Required<TakeoverRequest>): Promise<void>;
};

/** @param timeoutMs how long a request waits for a worker to confirm it. */
export function temporalControl(client: Client, taskQueue: string, timeoutMs: number): ControlCommands {
  const within = <Result>(ask: () => Promise<Result>): Promise<Result> =>
    client.withDeadline(Date.now() + timeoutMs, ask);
  const startOf = ({ workspaceId, tenantId }: Target) => ({
    workflowId: displayControlWorkflowId(workspaceId),
    taskQueue,
    args: [{ workspaceId, tenantId }] as [Parameters<DisplayControlWorkflow>[0]],
    workflowIdConflictPolicy: 'USE_EXISTING' as const,
    workflowIdReusePolicy: 'ALLOW_DUPLICATE' as const,
    staticSummary: `control of the display, ${tenantId}`,
    priority: ofEntity(tenantId),
  });

  /** A run that ends just then takes nothing any more: the next one does. What one has taken it also answers. */
  const untilTaken = <Result>(ask: () => Promise<Result>): Promise<Result> =>
    within(async () => {
      for (let turn = 1; ; turn++) {
        try {
          return await ask();
        } catch (error) {
          if (turn === TURNS || !isEnding(error)) throw error;
        }
      }
    });

  return {
    ask: (target, request) =>
      answered(target.workspaceId, () =>
        untilTaken(() =>
          client.workflow.executeUpdateWithStart(controlUpdate, {
            startWorkflowOperation: new WithStartWorkflowOperation<DisplayControlWorkflow>(
              DISPLAY_CONTROL_WORKFLOW,
              startOf(target),
            ),
            updateId: `${request.type}-${target.operationId}`,
            args: [request],
          }),
        ),
      ),

    takeOver: (target, request) =>
      answered(target.workspaceId, async () => {
        await within(() =>
          client.workflow.signalWithStart<DisplayControlWorkflow, [TakeoverRequest?]>(DISPLAY_CONTROL_WORKFLOW, {
            ...startOf(target),
            signal: takeoverSignal,
            signalArgs: [request],
          }),
        );
      }),
  };
}

/** Each turn meets another run; as many ends in a row have never been seen. */
const TURNS = 10;

/** Its run is about to be over. */
const isEnding = (error: unknown): boolean =>
  [GRPC.FAILED_PRECONDITION, GRPC.ABORTED].some((code) => code === codeOf(error));
