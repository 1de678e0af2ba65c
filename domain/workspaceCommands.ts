// The rules of commands as a pure function: (state, command) -> state, effects and events, or a refusal.

import type { Compute } from './compute/block.ts';
import type { OperationId } from './ids.ts';
import { givingWay, isQuiet } from './quietCheckpoints.ts';
import {
  bump,
  type Change,
  type Command,
  type Operation,
  type OperationSpec,
  type PauseCause,
  type Refusal,
  type RestingPhase,
  unchanged,
  type WorkspaceEvent,
  type WorkspacePhase,
  type WorkspaceState,
} from './workspace.ts';

/** A command's effect, or why it is refused. A repeated operation id changes nothing and is not refused. */
export function decide(state: WorkspaceState, command: Command): Change | Refusal {
  if (isKnownOperation(state, command.operationId)) return unchanged(state);
  if (command.type === 'create') return state.phase === 'new' ? create(state, command) : busyOrRemoved(state);
  if (command.type === 'restore' && state.phase === 'new' && command.removed !== undefined) {
    return comeBack(state, command, command.removed);
  }
  if (state.phase === 'new') return { refused: 'WORKSPACE_NOT_FOUND', context: { workspace_id: state.workspaceId } };
  if (state.phase === 'gone') return busyOrRemoved(state);
  switch (command.type) {
    case 'delete':
      return remove(state, command);
    case 'abort':
      return abort(state, command.target);
    case 'update':
      return update(state, command);
    default:
      // A checkpoint that a notice began may outlast what it ran beside, and still bring the machine to rest.
      return isResting(state.phase) && state.checkpoints.every(isQuiet) ? begin(state, command) : busyOrRemoved(state);
  }
}

type Operating = Exclude<Command, { type: 'create' | 'delete' | 'abort' | 'update' }>;

function begin(state: WorkspaceState, command: Operating): Change | Refusal {
  const { phase } = state;
  switch (command.type) {
    case 'recreate':
      return recreate(state, command);
    case 'restart':
      return restart(state, command);
    case 'pause': {
      if (phase !== 'ready') return notIn(state, 'pause', 'online');
      // A one-time spot instance can't be stopped (facts/ec2.md 1.5).
      const isSpot = state.launched?.compute.market === 'spot';
      const because = command.because === undefined ? {} : { because: command.because };
      const mode = isSpot ? 'terminate' : command.mode;
      return start(state, command, { kind: 'pause', mode, ...because }, 'pausing');
    }
    case 'resume':
      return phase === 'paused'
        ? start(state, command, { kind: 'resume' }, 'resuming')
        : notIn(state, 'resume', 'paused');
    case 'checkpoint':
      return state.home === null
        ? notIn(state, 'checkpoint', 'online or paused')
        : start(state, command, { kind: 'checkpoint', reason: 'manual' }, 'checkpointing');
    case 'restore':
      return start(state, command, { kind: 'restore', from: command.from }, 'restoring');
  }
}

function recreate(state: WorkspaceState, command: Command & { type: 'recreate' }): Change {
  const { profile } = state;
  const compute = command.compute ?? profile!.compute;
  const maxHourlyUsd = command.maxHourlyUsd ?? profile!.maxHourlyUsd;
  const said = maxHourlyUsd === undefined ? {} : { maxHourlyUsd };
  if (state.home === null) {
    // Nothing to keep: it is made as if for the first time.
    const asked = { ...state, profile: { ...profile!, compute, ...said } };
    return start(asked, command, { kind: 'provision', from: null }, 'provisioning');
  }
  return start(state, command, { kind: 'recreate', strategy: command.strategy, compute, ...said }, 'recreating');
}

/** The same machine where it is what it should be; another one where the stored compute has changed, or where there is none. */
function restart(state: WorkspaceState, command: Command & { type: 'restart' }): Change | Refusal {
  if (state.phase === 'paused') return notIn(state, 'restart', 'online or failed');
  if (state.machine === null || needsRecreate(state)) {
    return recreate(state, { type: 'recreate', operationId: command.operationId, strategy: 'acquire-first' });
  }
  return start(state, command, { kind: 'restart', wipeBrowserProfile: command.wipeBrowserProfile }, 'restarting');
}

/** The stored compute is not what the machine was launched as. */
export const needsRecreate = ({ profile, launched }: Pick<WorkspaceState, 'profile' | 'launched'>): boolean =>
  profile !== null && launched !== null && !sameCompute(profile.compute, launched.compute);

/** Of what the platform would launch; the order of keys says nothing. */
const sameCompute = (a: Compute, b: Compute): boolean => sorted(a) === sorted(b);

function sorted(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value).filter(([, entry]) => entry !== undefined);
  return `{${entries
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, entry]) => `${JSON.stringify(name)}:${sorted(entry)}`)
    .join(',')}}`;
}

function create(state: WorkspaceState, { operationId, profile, from }: Command & { type: 'create' }): Change {
  const change = start(
    { ...state, profile },
    { operationId },
    { kind: 'provision', from: from ?? null },
    'provisioning',
  );
  return { ...change, state: { ...change.state, rest: 'failed' } };
}

/** A removed workspace of which a restore point was kept: the same id, another generation. */
function comeBack(
  state: WorkspaceState,
  { operationId, from }: Command & { type: 'restore' },
  { profile, version, generations }: NonNullable<(Command & { type: 'restore' })['removed']>,
): Change {
  const known = { ...state, profile, version, generations, rest: 'failed' as const };
  const change = start(known, { operationId }, { kind: 'provision', from }, 'provisioning');
  return { ...change, state: { ...change.state, rest: 'failed' } };
}

function start(
  state: WorkspaceState,
  { operationId }: { readonly operationId: OperationId },
  spec: OperationSpec,
  phase: WorkspacePhase,
): Change {
  const makesMachine = ['provision', 'recreate', 'restore', 'resume'].includes(spec.kind);
  const generations = makesMachine ? state.generations + 1 : state.generations;
  const operation: Operation = { id: operationId, generation: makesMachine ? generations : state.generation, ...spec };
  const isFirst = spec.kind === 'provision';
  const started = bump({
    ...state,
    operation,
    generations,
    generation: isFirst ? generations : state.generation,
    phase,
    rest: isResting(state.phase) ? state.phase : 'failed',
    status: statusWhile(spec, state),
    // A copy of the home changes nothing of what is wrong with its workspace.
    reason: spec.kind === 'checkpoint' ? state.reason : null,
    // Whoever acts takes over from what would have been done by itself.
    interruption: spec.kind === 'checkpoint' && state.phase === 'paused' ? state.interruption : null,
    restoreUntil: null,
  });
  return {
    state: started,
    effects: [...givingWay(state), { type: 'start', operation }],
    events: [begun(started, operation)],
    operations: [{ operation, outcome: null }],
  };
}

/** While a new machine is made, and the old one serves on, nothing changes for those who watch. */
const statusWhile = ({ kind }: OperationSpec, state: WorkspaceState): WorkspaceState['status'] =>
  kind === 'checkpoint' || (kind !== 'restart' && kind !== 'resume' && state.status === 'online')
    ? state.status
    : 'provisioning';

function begun({ profile, generation }: WorkspaceState, operation: Operation): WorkspaceEvent {
  const { id: operation_id, kind } = operation;
  if (kind === 'provision') {
    const { name, tier, runtime, compute } = profile!;
    return { type: 'WORKSPACE_PROVISIONING', payload: { name, tier, runtime, compute, generation, operation_id } };
  }
  return {
    type: 'WORKSPACE_OPERATION_STARTED',
    payload: { operation: kind, operation_id, generation, to_generation: operation.generation, ...causeOf(operation) },
  };
}

/** For events: why it was paused, where nobody asked for that. */
export const causeOf = (operation: Operation): { readonly because?: PauseCause } =>
  operation.kind === 'pause' && operation.because !== undefined ? { because: operation.because } : {};

function remove(
  state: WorkspaceState,
  { operationId, keepDays, cascadeDeleted = 0 }: Command & { type: 'delete' },
): Change | Refusal {
  // A second delete joins the one under way: its caller wants what is happening already.
  if (state.phase === 'unwinding' || state.phase === 'destroying') return unchanged(state);
  const running = [...(state.operation === null ? [] : [state.operation]), ...state.checkpoints];
  const isServing = state.phase === 'ready' || (running.length > 0 && state.rest === 'ready');
  const operation: Operation = { id: operationId, generation: state.generations, kind: 'destroy', keepDays, isServing };
  const events: WorkspaceEvent[] = [
    { type: 'WORKSPACE_REMOVED', payload: { cascade_deleted: cascadeDeleted, operation_id: operationId } },
  ];
  const removed = { ...state, status: 'removed' as const, reason: null, interruption: null };
  if (running.length > 0) {
    return {
      state: bump({ ...removed, phase: 'unwinding', next: operation }),
      effects: running.map(({ id }) => ({ type: 'cancel', operationId: id })),
      events,
      operations: [],
    };
  }
  return {
    state: bump({ ...removed, phase: 'destroying', operation, rest: 'failed' }),
    effects: [{ type: 'start', operation }],
    events,
    operations: [{ operation, outcome: null }],
  };
}

/** Asks the running operation to unwind; one that is past its point of no return ends as it would have. */
function abort(state: WorkspaceState, target: OperationId): Change | Refusal {
  const operation = [state.operation, ...state.checkpoints].find((each) => each?.id === target);
  if (operation === undefined || operation === null) {
    const isOver = state.recorded.some((entry) => entry.operation.id === target);
    return isOver ? unchanged(state) : { refused: 'OPERATION_NOT_FOUND', context: { operation_id: target } };
  }
  if (operation.kind === 'destroy') {
    return { refused: 'OPERATION_NOT_ABORTABLE', context: { operation: operation.kind, operation_id: target } };
  }
  const event: WorkspaceEvent = {
    type: 'WORKSPACE_OPERATION_ABORTING',
    payload: { operation: operation.kind, operation_id: target },
  };
  return {
    state: bump(state),
    effects: [{ type: 'cancel', operationId: target }],
    events: [event],
    operations: [],
  };
}

/** What is stored changes at once; what it means for the machine is a restart's to bring about. */
function update(state: WorkspaceState, { change }: Command & { type: 'update' }): Change | Refusal {
  if ((change.compute !== undefined || change.tier !== undefined) && !isResting(state.phase))
    return busyOrRemoved(state);
  const payload = { changed: Object.keys(change) };
  return {
    state: bump({ ...state, profile: { ...state.profile!, ...change } }),
    effects: [],
    events: [{ type: 'WORKSPACE_UPDATED', payload }],
    operations: [],
  };
}

export const isResting = (phase: WorkspacePhase): phase is RestingPhase =>
  phase === 'ready' || phase === 'paused' || phase === 'failed';

function notIn(state: WorkspaceState, command: string, needed: string): Refusal {
  return { refused: 'WRONG_PHASE', context: { command, phase: state.phase, needed } };
}

function busyOrRemoved(state: WorkspaceState): Refusal {
  if (state.phase === 'gone') return { refused: 'WORKSPACE_REMOVED', context: { workspace_id: state.workspaceId } };
  const running =
    state.operation ?? state.checkpoints.findLast((each) => !isQuiet(each)) ?? state.recorded.at(-1)?.operation;
  return { refused: 'OPERATION_IN_PROGRESS', context: { operation: running?.kind, operation_id: running?.id } };
}

const isKnownOperation = (state: WorkspaceState, id: OperationId): boolean =>
  state.operation?.id === id || state.next?.id === id || state.recorded.some((entry) => entry.operation.id === id);
