// What is told of an operation's end, by an event that needs no question after it.

import { aboutInterruption } from './interruption.ts';
import { shownRecovered } from './interruptionShown.ts';
import type { HomeSource } from './machine.ts';
import type { OnlineOutcome, Operation, Outcome, Reason, WorkspaceEvent, WorkspaceState } from './workspace.ts';
import { causeOf } from './workspaceCommands.ts';

/** `before` and `state`: without and with what came of the operation. */
export function eventsOf(
  before: WorkspaceState,
  state: WorkspaceState,
  operation: Operation,
  outcome: Outcome,
): WorkspaceEvent[] {
  const operation_id = operation.id;
  switch (outcome.result) {
    case 'online':
      return [{ type: 'WORKSPACE_ONLINE', payload: onlinePayload(before, state, operation, outcome) }];
    case 'paused': {
      const payload = {
        instance_id: outcome.machine?.instanceId ?? null,
        hourly_usd: outcome.hourlyUsd,
        operation_id,
        ...causeOf(operation),
        ...aboutInterruption(state),
      };
      return [{ type: 'WORKSPACE_PAUSED', payload }];
    }
    case 'checkpointed': {
      const payload = {
        restore_point_id: outcome.restorePointId,
        quality: outcome.quality,
        reason: operation.kind === 'checkpoint' ? operation.reason : null,
        operation_id,
        ...aboutInterruption(state),
      };
      return [{ type: 'WORKSPACE_CHECKPOINTED', payload }];
    }
    case 'destroyed':
      return [{ type: 'WORKSPACE_DESTROYED', payload: { operation_id, restore_until: outcome.restoreUntil } }];
    case 'cancelled':
    case 'failed': {
      const { message, code, context } = outcome.result === 'failed' ? outcome.reason : cancelled(operation);
      const payload = {
        error: message,
        code,
        ...context,
        operation: operation.kind,
        operation_id,
        status: state.status,
        ...aboutInterruption(state),
      };
      return [{ type: failureEvent(operation), payload }];
    }
  }
}

const sourceOf = (source: HomeSource) => ({
  home_from: source.from,
  ...(source.from === 'restore-point' ? { restore_point_id: source.restorePointId } : {}),
});

export const cancelled = ({ kind }: Operation): Reason => ({
  code: 'OPERATION_CANCELLED',
  context: {},
  message: `${kind} was cancelled`,
});

function onlinePayload(before: WorkspaceState, state: WorkspaceState, operation: Operation, outcome: OnlineOutcome) {
  const { machine, home, registration, homeSource } = outcome;
  const { workspaceId: id, interruption } = before;
  // The machine that was taken away has been replaced, by whatever operation.
  const isRecovered = interruption !== null && state.interruption === null;
  return {
    url: registration.url,
    agent_card: registration.agentCard,
    generation: machine.generation,
    instance_id: machine.instanceId,
    instance_type: machine.instanceType,
    zone: machine.zone,
    home_volume_id: home.volumeId,
    ...(homeSource === undefined ? {} : sourceOf(homeSource)),
    operation: operation.kind,
    operation_id: operation.id,
    ...(isRecovered ? { interruption: shownRecovered(id, interruption) } : aboutInterruption(state)),
  };
}

function failureEvent({ kind }: Operation): WorkspaceEvent['type'] {
  if (kind === 'provision') return 'WORKSPACE_PROVISION_FAILED';
  if (kind === 'recover') return 'WORKSPACE_RECOVER_FAILED';
  return kind === 'destroy' ? 'WORKSPACE_DESTROY_FAILED' : 'WORKSPACE_OPERATION_FAILED';
}
