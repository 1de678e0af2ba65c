// What an operation's end changes: (state, fact) -> state, effects and events.

import { answered, following } from './advice.ts';
import { isForWantOfRoom } from './compute/recoverMarkets.ts';
import {
  afterInterruption,
  endedMeanwhile,
  machineEnded,
  noticed,
  noticedEarly,
  retryAt,
  retryDue,
} from './interruption.ts';
import { cancelled, eventsOf } from './outcomeEvents.ts';
import { checkpointDue, isQuiet, quietEnded } from './quietCheckpoints.ts';
import {
  bump,
  type Change,
  type Fact,
  followedBy,
  type At,
  type OnlineOutcome,
  type Operation,
  type Outcome,
  type Reason,
  record,
  type Standing,
  unchanged,
  type WorkspaceState,
} from './workspace.ts';
import { decide } from './workspaceCommands.ts';

/** What is known already, or concerns another machine or operation, changes nothing. */
export function fold(state: WorkspaceState, fact: Fact): Change {
  switch (fact.type) {
    case 'noticed':
      return noticed(state, fact);
    case 'machineEnded':
      return machineEnded(state, fact);
    case 'retryDue':
      return retryDue(state);
    case 'idle':
      return idle(state, fact);
    case 'checkpointDue':
      return checkpointDue(state, fact);
    case 'serviceInterrupted':
      if (state.operation?.id !== fact.operationId || state.status !== 'online') return unchanged(state);
      return { ...unchanged(state), state: bump({ ...state, status: 'provisioning' }) };
    case 'serviceRestored':
      return followed(serviceRestored(state, fact), state, fact);
    case 'operationEnded':
      return followed(operationEnded(state, fact), state, fact);
  }
}

/** What was told too early, or while there was no time for it, has its turn where something has changed. */
function followed(change: Change, before: WorkspaceState, fact: Fact & At): Change {
  if (change.state === before) return change;
  return followedBy(
    followedBy(change, (state) => noticedEarly(state, fact)),
    following,
  );
}

/** The end says the same again: its event is this one (its key is the operation's), and its state changes nothing any more. */
function serviceRestored(state: WorkspaceState, fact: Fact & { type: 'serviceRestored' }): Change {
  const { operation } = state;
  // Whoever deletes it wants nobody to be served; what the operation made is put away after its end.
  if (operation?.id !== fact.operationId || state.next !== null || state.phase === 'unwinding') return unchanged(state);
  const serving = { ...online(state, operation, fact.outcome), phase: state.phase, rest: 'ready' as const };
  return { ...unchanged(state), state: bump(serving), events: eventsOf(state, serving, operation, fact.outcome) };
}

/** Whatever else it is about to do comes first: then it is not idle. */
function idle(state: WorkspaceState, { operationId, mode }: Fact & { type: 'idle' }): Change {
  const change = decide(state, { type: 'pause', operationId, mode, because: 'idle' });
  return 'refused' in change ? unchanged(state) : change;
}

function operationEnded(state: WorkspaceState, fact: Fact & { type: 'operationEnded' }): Change {
  const { outcome, operationId } = fact;
  const { operation } = state;
  const beside = state.checkpoints.find(({ id }) => id === operationId);
  if (beside !== undefined && isQuiet(beside)) {
    return quietOneEnded(state, quietEnded(state, beside, outcome), { operation: beside, outcome });
  }
  if (beside !== undefined) {
    const checkpoints = state.checkpoints.filter((each) => each !== beside);
    return checkpointEnded({ ...state, checkpoints }, beside, fact);
  }
  if (operation === null || operation.id !== operationId) return unchanged(state);
  const free = { ...state, operation: null };
  if (operationId === state.interruption?.checkpointId) return checkpointEnded(free, operation, fact);
  const settled = {
    ...settle(endedMeanwhile(free, outcome, fact.now), operation, outcome, fact),
    recorded: record(state, operation, outcome),
  };
  return next(state, settled, { operation, outcome });
}

/** Nothing follows from it, but for the delete that waited for everything. */
function quietOneEnded(
  before: WorkspaceState,
  settled: WorkspaceState,
  ended: { operation: Operation; outcome: Outcome },
): Change {
  if (settled.next !== null) return next(before, settled, ended);
  const { operation, outcome } = ended;
  const operations = [ended];
  if (outcome.result === 'cancelled') return { state: bump(settled), effects: [], events: [], operations };
  const told = eventsOf(before, settled, operation, outcome);
  if (outcome.result !== 'checkpointed') return { state: bump(settled), effects: [], events: told, operations };
  const { state, events } = answered(settled, operation.id, outcome.restorePointId, outcome.priced);
  return { state: bump(state), effects: [], events: [...told, ...events], operations };
}

/** One that a notice began: whatever came of it, the machine is going, and another one is next. */
function checkpointEnded(state: WorkspaceState, operation: Operation, fact: Fact & { type: 'operationEnded' }): Change {
  const { outcome } = fact;
  const restorePointId = outcome.result === 'checkpointed' ? outcome.restorePointId : null;
  const { interruption } = state;
  const isOfIt = interruption?.checkpointId === operation.id;
  const told = isOfIt ? { ...interruption, stage: 'checkpointed' as const, restorePointId } : interruption;
  const settled = { ...state, interruption: told, recorded: record(state, operation, outcome) };
  return next(state, settled, { operation, outcome });
}

/** What follows the end of one: nothing while another one runs, else the delete that waited, else another machine where one is missed. */
function next(
  before: WorkspaceState,
  settled: WorkspaceState,
  ended: { operation: Operation; outcome: Outcome },
): Change {
  const events = settled.next === null ? eventsOf(before, settled, ended.operation, ended.outcome) : [];
  const plain = (state: WorkspaceState): Change => ({ state: bump(state), effects: [], events, operations: [ended] });
  if (settled.next !== null) {
    const isAlone = settled.operation === null && settled.checkpoints.length === 0;
    return isAlone
      ? startNext(settled, settled.next, ended)
      : plain({ ...settled, status: 'removed', phase: 'unwinding', interruption: null });
  }
  if (settled.operation !== null) return plain(settled);
  return afterInterruption(settled, ended, events) ?? plain(settled);
}

/** The delete that waited: whatever the operation came to goes now. */
function startNext(state: WorkspaceState, next: Operation, ended: { operation: Operation; outcome: Outcome }): Change {
  const operation = { ...next, generation: state.generations };
  return {
    state: bump({
      ...state,
      status: 'removed',
      phase: 'destroying',
      operation,
      next: null,
      reason: null,
      rest: 'failed',
      interruption: null,
    }),
    effects: [{ type: 'start', operation }],
    events: [],
    operations: [ended, { operation, outcome: null }],
  };
}

function settle(state: WorkspaceState, operation: Operation, outcome: Outcome, { now }: At): WorkspaceState {
  switch (outcome.result) {
    case 'online':
      return online(state, operation, outcome);
    case 'paused': {
      const { machine, home, hourlyUsd } = outcome;
      const interruption = machine === null ? null : state.interruption;
      const paused = { machine, home, interruption, pausedHourlyUsd: hourlyUsd, reason: null };
      return { ...state, ...paused, status: 'paused', phase: 'paused' };
    }
    case 'checkpointed':
      return standing(state, asBefore(state), state.reason);
    case 'destroyed': {
      const { restoreUntil } = outcome;
      const nothing = { machine: null, home: null, launched: null, url: null, pausedHourlyUsd: null, reason: null };
      return { ...state, ...nothing, status: 'removed', phase: 'gone', restoreUntil };
    }
    case 'cancelled': {
      return standing(state, outcome.standing ?? asBefore(state), cancelled(operation));
    }
    case 'failed':
      return waiting(standing(state, outcome.standing ?? asBefore(state), outcome.reason), operation, outcome, now);
  }
}

function online(state: WorkspaceState, operation: Operation, outcome: OnlineOutcome): WorkspaceState {
  const { machine, home, registration, launched } = outcome;
  return {
    ...state,
    profile: profileAfter(state, operation),
    status: 'online',
    phase: 'ready',
    generation: machine.generation,
    machine,
    home,
    launched: launched ?? state.launched,
    url: registration.url ?? (launched === undefined ? state.url : null),
    pausedHourlyUsd: null,
    // Gone with the machine that was to be taken away; one that is there still is not.
    interruption: machine.instanceId === state.interruption?.instanceId ? state.interruption : null,
    reason: null,
  };
}

type Failed = Extract<Outcome, { result: 'failed' }>;

/** A recover that found no room looks again by itself; every other end is final. */
function waiting(state: WorkspaceState, operation: Operation, { standing: left }: Failed, now: string): WorkspaceState {
  const { interruption, reason, machine } = state;
  if (operation.kind !== 'recover' || interruption === null) return state;
  // It has made one: what is taken away is that one, if any is.
  if (machine?.generation === operation.generation) return state;
  const isTemporary = reason !== null && isForWantOfRoom(reason.code);
  const retry = isTemporary && state.phase === 'paused' ? retryAt(now, interruption.attempts, left?.retry) : null;
  return { ...state, interruption: { ...interruption, stage: 'waiting', retryAt: retry } };
}

/** A recreate that succeeded has made its compute the stored one; one that failed has changed nothing (R20). */
function profileAfter({ profile }: WorkspaceState, operation: Operation): WorkspaceState['profile'] {
  if (profile === null || operation.kind !== 'recreate') return profile;
  const { compute, maxHourlyUsd } = operation;
  return { ...profile, compute, ...(maxHourlyUsd === undefined ? {} : { maxHourlyUsd }) };
}

const asBefore = ({ rest, machine, home }: WorkspaceState): Standing => ({ phase: rest, machine, home });

function standing(state: WorkspaceState, { phase, machine, home }: Standing, reason: Reason | null): WorkspaceState {
  const status = phase === 'ready' ? 'online' : phase;
  const generation = machine?.generation ?? state.generation;
  return { ...state, phase, status, machine, home, generation, url: machine === null ? null : state.url, reason };
}
