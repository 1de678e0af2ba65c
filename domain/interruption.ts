// What the cloud takes away: notices, machines that end unasked, and what is done about them. Pure, as all rules of the entity.

import { advised } from './advice.ts';
import { followUpId } from './followUpId.ts';
import { shownInterruption } from './interruptionShown.ts';
import type { Machine } from './machine.ts';
import { givingWay, isQuiet } from './quietCheckpoints.ts';
import {
  type At,
  bump,
  type Change,
  type Fact,
  type Interruption,
  type Notice,
  type Operation,
  type Outcome,
  type PublishedOperation,
  type RetryTimes,
  unchanged,
  type WorkspaceEvent,
  type WorkspaceState,
} from './workspace.ts';

/** Of this kind while nothing of the home can be lost any more: it is at rest, in a restore point or on its way. */
const HOME_IS_SAFE = ['recreate', 'restore', 'pause'] as const;
const MAKES_MACHINE = ['provision', 'recreate', 'restore', 'resume', 'recover'] as const;
/** An operation has one machine at a time; others are of the past. */
const MOST_EARLY = 4;
/** Interruptions older than this say nothing about the offering any more. */
const DAY_MS = 86_400_000;

/** A notice of another machine, or one that is known, changes nothing; of one that may be the next it is kept until that is known. */
export function noticed(state: WorkspaceState, fact: Fact & { type: 'noticed' }): Change {
  const { notice, now } = fact;
  if (isOnTheWayOut(state)) return unchanged(state);
  if (state.machine?.instanceId !== notice.instanceId) return toldEarly(state, notice);
  // Of a machine that serves nobody: whatever its home holds is on the volume already.
  if (state.phase === 'paused' || state.phase === 'failed') return unchanged(state);
  if (notice.kind === 'interruption') return interrupted(state, notice.actionAt, notice.source, now);
  return advised(state, fact);
}

/** Told by a machine that has registered, and that the operation which has made it has not yet spoken of. */
function toldEarly(state: WorkspaceState, notice: Notice): Change {
  const { operation, early } = state;
  const isExpected = operation !== null && MAKES_MACHINE.some((kind) => kind === operation.kind);
  const isKnown = early.some(({ instanceId }) => instanceId === notice.instanceId);
  if (!isExpected || isKnown || notice.kind !== 'interruption') return unchanged(state);
  return { ...unchanged(state), state: bump({ ...state, early: [...early, notice].slice(-MOST_EARLY) }) };
}

/** What was told of the machine before it was this workspace's. */
export function noticedEarly(state: WorkspaceState, { now }: At): Change {
  const notice = state.early.find(({ instanceId }) => instanceId === state.machine?.instanceId);
  if (notice === undefined) return unchanged(state);
  return noticed({ ...state, early: [] }, { type: 'noticed', notice, now });
}

/** The checkpoint is never queued: it runs beside whatever runs, which is called off where the home is not safe already. */
function interrupted(state: WorkspaceState, deadline: string | null, source: string, now: string): Change {
  const { machine, operation } = state;
  if (state.interruption?.instanceId === machine!.instanceId) return unchanged(state);
  const id = followUpId(state, 'checkpoint', state.generation);
  const isSafe =
    operation !== null && state.status !== 'online' && HOME_IS_SAFE.some((kind) => kind === operation.kind);
  const noted: Interruption = {
    instanceId: machine!.instanceId,
    noticedAt: now,
    deadline,
    stage: isSafe ? 'waiting' : 'checkpointing',
    checkpointId: isSafe ? null : id,
    restorePointId: null,
    hasEnded: false,
    retryAt: null,
    attempts: 0,
  };
  const remembered = {
    ...state,
    interruption: noted,
    interruptions: ofTheLastDay(state, now),
  };
  const payload = { instance_id: machine!.instanceId, deadline, source, operation_id: isSafe ? null : id };
  const event: WorkspaceEvent = {
    type: 'WORKSPACE_INTERRUPTION_NOTICED',
    payload: { ...payload, ...aboutInterruption(remembered) },
  };
  if (isSafe) return { state: bump(remembered), effects: [], events: [event], operations: [] };
  const checkpoint: Operation = {
    id,
    generation: state.generation,
    kind: 'checkpoint',
    reason: 'interruption',
    ...(deadline === null ? {} : { deadline }),
  };
  const alone = operation === null;
  return {
    state: bump({
      ...remembered,
      operation: alone ? checkpoint : operation,
      checkpoints: alone ? state.checkpoints : [...state.checkpoints, checkpoint],
      phase: alone ? 'interrupted' : state.phase,
      // The first thing that is asked of the machine is to serve nobody any more.
      status: alone && state.status === 'online' ? 'provisioning' : state.status,
      rest: alone ? 'ready' : state.rest,
    }),
    effects: [
      ...givingWay(state),
      ...(alone ? [] : [{ type: 'cancel' as const, operationId: operation.id }]),
      { type: 'start', operation: checkpoint },
    ],
    events: [event],
    operations: [{ operation: checkpoint, outcome: null }],
  };
}

/** With the one that is now. */
const ofTheLastDay = ({ interruptions }: WorkspaceState, now: string): readonly string[] =>
  [...interruptions, now].filter((at) => Date.parse(now) - Date.parse(at) < DAY_MS);

/** The machine is gone, noticed or not. One that served nobody is not missed. */
export function machineEnded(state: WorkspaceState, fact: Fact & { type: 'machineEnded' }): Change {
  const { machine } = state;
  if (machine?.instanceId !== fact.instanceId || isOnTheWayOut(state)) return unchanged(state);
  const isAlone = state.operation === null && state.checkpoints.length === 0;
  if (state.phase === 'paused' || (state.phase === 'failed' && isAlone)) {
    const payload = { instance_id: fact.instanceId, state_reason: fact.stateReason };
    const event: WorkspaceEvent = { type: 'WORKSPACE_MACHINE_ENDED', payload };
    const left = { ...state, machine: null, interruption: null };
    return { ...unchanged(state), state: bump(left), events: [event] };
  }
  const known = state.interruption?.instanceId === fact.instanceId ? state.interruption : null;
  if (known?.hasEnded) return unchanged(state);
  const told = withEnd(state, machine, fact.now);
  const payload = { instance_id: fact.instanceId, state_reason: fact.stateReason, was_noticed: known !== null };
  const event: WorkspaceEvent = {
    type: 'WORKSPACE_MACHINE_ENDED',
    payload: { ...payload, ...aboutInterruption(told) },
  };
  // What runs ends in its own way, and is followed by a recover where the machine is still the one that ended.
  if (state.operation !== null || state.phase !== 'ready') {
    return { ...unchanged(state), state: bump(told), events: [event] };
  }
  const change = recover(told);
  return { ...change, events: [event, ...change.events] };
}

/** The machine's end, remembered until what runs is over. */
function withEnd(state: WorkspaceState, { instanceId }: Machine, now: string): WorkspaceState {
  const known = state.interruption?.instanceId === instanceId ? state.interruption : null;
  const interruption: Interruption = {
    instanceId,
    noticedAt: now,
    deadline: null,
    stage: 'waiting',
    checkpointId: null,
    restorePointId: null,
    retryAt: null,
    attempts: 0,
    ...known,
    hasEnded: true,
  };
  // One that AWS took away without a word is an interruption as much as any.
  const isUncounted = known === null && state.launched?.compute.market === 'spot';
  return { ...state, interruption, interruptions: isUncounted ? ofTheLastDay(state, now) : state.interruptions };
}

/** An operation that failed as the machine has ended says so before anybody else may have noticed. */
export function endedMeanwhile(state: WorkspaceState, outcome: Outcome, now: string): WorkspaceState {
  const { machine } = state;
  if (outcome.result !== 'failed' || outcome.reason.code !== 'MACHINE_DIED' || machine === null) return state;
  return outcome.reason.context['instance_id'] === machine.instanceId ? withEnd(state, machine, now) : state;
}

/**
 * After the end of any operation: a machine that served its user and is being taken away is followed by another one, unless it has
 * been replaced. One that nobody was served by is not missed: its workspace stays as it is.
 */
export function afterInterruption(
  state: WorkspaceState,
  ended: PublishedOperation,
  events: readonly WorkspaceEvent[],
): Change | null {
  const { interruption } = state;
  if (interruption === null) return null;
  // Gone with an operation that came to nothing, and replaced by no other: its user is served by nobody.
  const isMissed = state.machine === null && state.phase !== 'paused' && state.home !== null;
  if (!isMissed && state.machine?.instanceId !== interruption.instanceId) return null;
  if (state.phase === 'paused') {
    const machine = interruption.hasEnded ? null : state.machine;
    return { state: bump({ ...state, machine, interruption: null }), effects: [], events, operations: [ended] };
  }
  // A recover has been tried then; what one has made may be taken away as any machine.
  if (ended.operation.kind === 'recover' && state.machine?.generation !== ended.operation.generation) return null;
  if (state.phase !== 'ready' && state.rest !== 'ready') {
    const machine = interruption.hasEnded ? null : state.machine;
    return { state: bump({ ...state, machine, interruption: null }), effects: [], events, operations: [ended] };
  }
  if (interruption.checkpointId !== null && interruption.stage === 'checkpointing') {
    // The checkpoint goes on; until it ends nothing else begins.
    const waiting = { ...state, phase: 'interrupted' as const, status: 'provisioning' as const };
    return { state: bump(waiting), effects: [], events, operations: [ended] };
  }
  const change = recover(state);
  return { ...change, events: [...events, ...change.events], operations: [ended, ...change.operations] };
}

/** Another machine for the home. Starts nothing where something runs. */
export function recover(state: WorkspaceState): Change {
  const generations = state.generations + 1;
  const { interruption } = state;
  const id = followUpId(state, 'recover', generations);
  const operation: Operation = {
    id,
    generation: generations,
    kind: 'recover',
    deadline: interruption?.deadline ?? null,
    hasEnded: interruption?.hasEnded ?? true,
    interruptions: state.interruptions.length,
  };
  const stage = { stage: 'recovering' as const, retryAt: null, attempts: (interruption?.attempts ?? 0) + 1 };
  const recovering = bump({
    ...state,
    generations,
    operation,
    phase: 'recovering',
    status: 'provisioning',
    rest: 'failed',
    interruption: interruption === null ? null : { ...interruption, ...stage },
  });
  const payload = { operation_id: id, from_instance_id: interruption?.instanceId, to_generation: generations };
  return {
    state: recovering,
    effects: [...givingWay(state), { type: 'start', operation }],
    events: [{ type: 'WORKSPACE_RECOVERING', payload: { ...payload, ...aboutInterruption(recovering) } }],
    operations: [{ operation, outcome: null }],
  };
}

/** The time to look for capacity again has come. */
export const retryDue = (state: WorkspaceState): Change =>
  nextRetryAt(state) === null ? unchanged(state) : recover(state);

/** ISO; null where nothing is waited for, or something is under way that the look waits for. */
export const nextRetryAt = ({ phase, operation, checkpoints, interruption }: WorkspaceState): string | null =>
  phase === 'paused' && operation === null && checkpoints.every(isQuiet) ? (interruption?.retryAt ?? null) : null;

/** For events: whoever is told of one need not ask what it means. */
export function aboutInterruption({ workspaceId: id, interruption, reason, pausedHourlyUsd }: WorkspaceState) {
  if (interruption === null) return {};
  return { interruption: shownInterruption({ id, interruption, reason, pausedHourlyUsd }) };
}

const USUAL: RetryTimes = { firstMs: 60_000, longestMs: 900_000 };

/** Doubles from a minute to a quarter of an hour: capacity comes back in minutes or in hours (facts/ec2.md 1.11). */
export function retryAt(now: string, attempts: number, { firstMs, longestMs } = USUAL): string {
  const afterMs = Math.min(firstMs * 2 ** Math.max(0, attempts - 1), longestMs);
  return new Date(Date.parse(now) + afterMs).toISOString();
}

const isOnTheWayOut = ({ phase }: WorkspaceState): boolean =>
  phase === 'unwinding' || phase === 'destroying' || phase === 'gone' || phase === 'new';
