// What the cloud takes away: notices, machines that end unasked, and what is done about them. Pure, as all rules of the entity.

import type { OperationId } from './ids.ts';
import { shownInterruption } from './interruptionShown.ts';
import {
  bump,
  type Change,
  type Fact,
  type Interruption,
  type Operation,
  type PublishedOperation,
  unchanged,
  type WorkspaceEvent,
  type WorkspaceState,
} from './workspace.ts';

/** Of this kind while nothing of the home can be lost any more: it is at rest, in a restore point or on its way. */
const HOME_IS_SAFE = ['recreate', 'restore', 'pause'] as const;
/** Interruptions older than this say nothing about the offering any more. */
const DAY_MS = 86_400_000;

/** A notice of another machine, or one that is known, changes nothing. */
export function noticed(state: WorkspaceState, fact: Fact & { type: 'noticed' }): Change {
  const { notice, now } = fact;
  if (state.machine?.instanceId !== notice.instanceId || isOnTheWayOut(state)) return unchanged(state);
  // Of a machine that serves nobody: whatever its home holds is on the volume already.
  if (state.phase === 'paused' || state.phase === 'failed') return unchanged(state);
  if (notice.kind === 'interruption') return interrupted(state, notice.actionAt, notice.source, now);
  // A recommendation evicts nobody: it is worth a restore point, once for each machine.
  const isAdvised = state.advisedInstance === notice.instanceId;
  if (state.phase !== 'ready' || state.checkpoints.length > 0 || isAdvised) return unchanged(state);
  const id = followUpId(state, 'rebalance', state.generation);
  const operation: Operation = { id, generation: state.generation, kind: 'checkpoint', reason: 'rebalance' };
  const payload = { kind: notice.kind, instance_id: notice.instanceId, source: notice.source, operation_id: id };
  return {
    state: bump({ ...state, advisedInstance: notice.instanceId, operation, phase: 'checkpointing', rest: 'ready' }),
    effects: [{ type: 'start', operation }],
    events: [{ type: 'WORKSPACE_REBALANCE_RECOMMENDED', payload }],
    operations: [{ operation, outcome: null }],
  };
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
    interruptions: [...state.interruptions, now].filter((at) => Date.parse(now) - Date.parse(at) < DAY_MS),
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
      rest: alone ? 'ready' : state.rest,
    }),
    effects: [
      ...(alone ? [] : [{ type: 'cancel' as const, operationId: operation.id }]),
      { type: 'start', operation: checkpoint },
    ],
    events: [event],
    operations: [{ operation: checkpoint, outcome: null }],
  };
}

/** The machine is gone, noticed or not. A paused workspace only loses what it could have been started from. */
export function machineEnded(state: WorkspaceState, fact: Fact & { type: 'machineEnded' }): Change {
  const { machine } = state;
  if (machine?.instanceId !== fact.instanceId || isOnTheWayOut(state)) return unchanged(state);
  if (state.phase === 'paused') {
    const payload = { instance_id: fact.instanceId, state_reason: fact.stateReason };
    const event: WorkspaceEvent = { type: 'WORKSPACE_MACHINE_ENDED', payload };
    return { ...unchanged(state), state: bump({ ...state, machine: null }), events: [event] };
  }
  const known = state.interruption?.instanceId === fact.instanceId ? state.interruption : null;
  if (known?.hasEnded) return unchanged(state);
  const interruption: Interruption = {
    instanceId: fact.instanceId,
    noticedAt: fact.now,
    deadline: null,
    stage: 'waiting',
    checkpointId: null,
    restorePointId: null,
    retryAt: null,
    attempts: 0,
    ...known,
    hasEnded: true,
  };
  const told = { ...state, interruption };
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
  if (state.machine?.instanceId !== interruption.instanceId) return null;
  if (state.phase === 'paused') {
    const machine = interruption.hasEnded ? null : state.machine;
    return { state: bump({ ...state, machine, interruption: null }), effects: [], events, operations: [ended] };
  }
  // Nor after a recover, which has been tried then.
  if (state.phase !== 'ready' && state.rest !== 'ready') return null;
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
    effects: [{ type: 'start', operation }],
    events: [{ type: 'WORKSPACE_RECOVERING', payload: { ...payload, ...aboutInterruption(recovering) } }],
    operations: [{ operation, outcome: null }],
  };
}

/** The time to look for capacity again has come. */
export function retryDue(state: WorkspaceState): Change {
  const isDue = state.phase === 'paused' && state.operation === null && state.interruption?.retryAt !== null;
  return isDue && state.interruption !== null ? recover(state) : unchanged(state);
}

/** For events: whoever is told of one need not ask what it means. */
export function aboutInterruption({ workspaceId: id, interruption, reason, pausedHourlyUsd }: WorkspaceState) {
  if (interruption === null) return {};
  return { interruption: shownInterruption({ id, interruption, reason, pausedHourlyUsd }) };
}

const FIRST_RETRY_MS = 60_000;
const LONGEST_RETRY_MS = 900_000;

/** Doubles from a minute to a quarter of an hour: capacity comes back in minutes or in hours (facts/ec2.md 1.11). */
export function retryAt(now: string, attempts: number): string {
  const afterMs = Math.min(FIRST_RETRY_MS * 2 ** Math.max(0, attempts - 1), LONGEST_RETRY_MS);
  return new Date(Date.parse(now) + afterMs).toISOString();
}

const isOnTheWayOut = ({ phase }: WorkspaceState): boolean =>
  phase === 'unwinding' || phase === 'destroying' || phase === 'gone' || phase === 'new';

const FOLLOW_UPS = { checkpoint: 1, recover: 2, rebalance: 3 } as const;

/**
 * Of an operation that nobody asked for: it follows from the workspace and the generation, so that a decision that is made again
 * (a workflow task that did not count) begins the same one.
 */
function followUpId({ workspaceId }: WorkspaceState, kind: keyof typeof FOLLOW_UPS, generation: number): OperationId {
  const prefix = workspaceId.slice(0, 24);
  const number = generation.toString(16).padStart(10, '0');
  return `${prefix}${FOLLOW_UPS[kind].toString(16).padStart(2, '0')}${number}` as OperationId;
}
