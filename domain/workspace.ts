// The rules of the workspace entity as a pure function: (state, command or fact) -> state, effects and events, or a refusal.

import type { Compute } from './compute/block.ts';
import type { ErrorCode, ErrorContext } from './errors.ts';
import type { OperationId, TenantId, WorkspaceId } from './ids.ts';
import type { Home, Machine } from './machine.ts';

/** On the wire; the canvas colours by these and by nothing else (facts/wire.md 1.4). */
export type WorkspaceStatus = 'provisioning' | 'online' | 'failed' | 'removed';
/** Finer than the status, for people and programs that want to know. */
export type WorkspacePhase = 'new' | 'provisioning' | 'ready' | 'failed' | 'unwinding' | 'destroying' | 'gone';
export type OperationKind = 'provision' | 'destroy';
export type Tier = 1 | 2 | 3 | 4;

export type Operation = { readonly id: OperationId; readonly kind: OperationKind };
export type Reason = { readonly code: ErrorCode; readonly context: ErrorContext; readonly message: string };
export type Registration = { readonly url: string | null; readonly agentCard: unknown };

export type Profile = {
  readonly name: string;
  readonly role: string | null;
  readonly runtime: string | null;
  readonly tier: Tier;
  readonly compute: Compute;
  /** What the caller agrees to pay an hour at most, decimal text; absent = nothing was said. */
  readonly maxHourlyUsd?: string;
};

export type Outcome =
  | { readonly result: 'online'; readonly machine: Machine; readonly home: Home; readonly registration: Registration }
  | { readonly result: 'destroyed' }
  | { readonly result: 'cancelled' }
  | { readonly result: 'failed'; readonly reason: Reason };

/** What a repeated command is answered from; kept through continue-as-new. */
export type Recorded = { readonly operation: Operation; readonly result: Outcome['result'] };

export type WorkspaceState = {
  readonly schemaVersion: 1;
  readonly workspaceId: WorkspaceId;
  readonly tenantId: TenantId;
  readonly profile: Profile | null;
  /** Grows with every change; guards the rows that are written from it. */
  readonly version: number;
  readonly status: WorkspaceStatus;
  readonly phase: WorkspacePhase;
  /** The n-th machine this workspace was meant to have; 0 = none yet. */
  readonly generation: number;
  readonly machine: Machine | null;
  readonly home: Home | null;
  readonly url: string | null;
  readonly operation: Operation | null;
  /** A delete that waits for the running operation's unwind. */
  readonly next: Operation | null;
  readonly reason: Reason | null;
  /** Newest last, at most RECORDED_OPERATIONS. */
  readonly recorded: readonly Recorded[];
};

export type Command =
  | { readonly type: 'create'; readonly operationId: OperationId; readonly profile: Profile }
  | { readonly type: 'delete'; readonly operationId: OperationId };

export type Fact = { readonly type: 'operationEnded'; readonly operationId: OperationId; readonly outcome: Outcome };

export type Effect =
  | { readonly type: 'start'; readonly operation: Operation }
  | { readonly type: 'cancel'; readonly operationId: OperationId };

export type WorkspaceEvent = { readonly type: string; readonly payload: Readonly<Record<string, unknown>> };

/** An event with the id that makes writing it twice one event. */
export type PublishedEvent = WorkspaceEvent & { readonly id: string };

export type Change = {
  readonly state: WorkspaceState;
  readonly effects: readonly Effect[];
  readonly events: readonly WorkspaceEvent[];
};
export type Refusal = { readonly refused: ErrorCode; readonly context: ErrorContext };

/** A client that repeats a command later than this many operations is a new command to the entity; the API's own record is older. */
export const RECORDED_OPERATIONS = 64;

export const newWorkspace = (workspaceId: WorkspaceId, tenantId: TenantId): WorkspaceState => ({
  schemaVersion: 1,
  workspaceId,
  tenantId,
  profile: null,
  version: 0,
  status: 'provisioning',
  phase: 'new',
  generation: 0,
  machine: null,
  home: null,
  url: null,
  operation: null,
  next: null,
  reason: null,
  recorded: [],
});

/** A command's effect, or why it is refused. A repeated operation id changes nothing and is not refused. */
export function decide(state: WorkspaceState, command: Command): Change | Refusal {
  if (isKnownOperation(state, command.operationId)) return unchanged(state);
  switch (command.type) {
    case 'create':
      return state.phase === 'new' ? create(state, command) : busyOrRemoved(state);
    case 'delete':
      return remove(state, command.operationId);
  }
}

/** What an operation's end changes. An end that was folded before, or of an operation nobody waits for, changes nothing. */
export function fold(state: WorkspaceState, fact: Fact): Change {
  const ended = state.operation;
  if (ended === null || ended.id !== fact.operationId) return unchanged(state);
  const settled = {
    ...settle(state, ended, fact.outcome),
    operation: null,
    recorded: record(state, ended, fact.outcome),
  };
  if (state.next !== null) return startNext(settled, state.next);
  return { state: bump(settled), effects: [], events: eventsOf(settled, ended, fact.outcome) };
}

function create(state: WorkspaceState, { operationId, profile }: Command & { type: 'create' }): Change {
  const operation: Operation = { id: operationId, kind: 'provision' };
  const generation = state.generation + 1;
  return {
    state: bump({ ...state, profile, generation, operation, status: 'provisioning', phase: 'provisioning' }),
    effects: [{ type: 'start', operation }],
    events: [
      {
        type: 'WORKSPACE_PROVISIONING',
        payload: {
          name: profile.name,
          tier: profile.tier,
          runtime: profile.runtime,
          compute: profile.compute,
          generation,
          operation_id: operationId,
        },
      },
    ],
  };
}

function remove(state: WorkspaceState, operationId: OperationId): Change | Refusal {
  if (state.phase === 'new') return { refused: 'WORKSPACE_NOT_FOUND', context: { workspace_id: state.workspaceId } };
  if (state.phase === 'gone') return busyOrRemoved(state);
  // A second delete joins the one under way: its caller wants what is happening already.
  if (state.phase === 'unwinding' || state.phase === 'destroying') return unchanged(state);
  const operation: Operation = { id: operationId, kind: 'destroy' };
  const events = [{ type: 'WORKSPACE_REMOVED', payload: { cascade_deleted: 0, operation_id: operationId } }];
  const removed = { ...state, status: 'removed' as const, reason: null };
  if (state.operation !== null) {
    return {
      state: bump({ ...removed, phase: 'unwinding', next: operation }),
      effects: [{ type: 'cancel', operationId: state.operation.id }],
      events,
    };
  }
  return {
    state: bump({ ...removed, phase: 'destroying', operation }),
    effects: [{ type: 'start', operation }],
    events,
  };
}

function startNext(state: WorkspaceState, operation: Operation): Change {
  return {
    state: bump({ ...state, status: 'removed', phase: 'destroying', operation, next: null, reason: null }),
    effects: [{ type: 'start', operation }],
    events: [],
  };
}

function settle(state: WorkspaceState, operation: Operation, outcome: Outcome): WorkspaceState {
  switch (outcome.result) {
    case 'online':
      return {
        ...state,
        status: 'online',
        phase: 'ready',
        machine: outcome.machine,
        home: outcome.home,
        url: outcome.registration.url,
        reason: null,
      };
    case 'destroyed':
      return { ...state, status: 'removed', phase: 'gone', machine: null, home: null, url: null, reason: null };
    case 'cancelled':
      return failed(state, { code: 'OPERATION_CANCELLED', context: {}, message: `${operation.kind} was cancelled` });
    case 'failed':
      return failed(state, outcome.reason);
  }
}

const failed = (state: WorkspaceState, reason: Reason): WorkspaceState => ({
  ...state,
  status: 'failed',
  phase: 'failed',
  reason,
});

function eventsOf(state: WorkspaceState, operation: Operation, outcome: Outcome): WorkspaceEvent[] {
  const operation_id = operation.id;
  switch (outcome.result) {
    case 'online': {
      const { machine, home, registration } = outcome;
      const payload = {
        url: registration.url,
        agent_card: registration.agentCard,
        generation: machine.generation,
        instance_id: machine.instanceId,
        instance_type: machine.instanceType,
        zone: machine.zone,
        home_volume_id: home.volumeId,
        operation_id,
      };
      return [{ type: 'WORKSPACE_ONLINE', payload }];
    }
    case 'destroyed':
      return [{ type: 'WORKSPACE_DESTROYED', payload: { operation_id } }];
    case 'cancelled':
    case 'failed': {
      const reason = state.reason;
      const type = operation.kind === 'provision' ? 'WORKSPACE_PROVISION_FAILED' : 'WORKSPACE_DESTROY_FAILED';
      return [{ type, payload: { error: reason?.message, code: reason?.code, ...reason?.context, operation_id } }];
    }
  }
}

function busyOrRemoved(state: WorkspaceState): Refusal {
  if (state.phase === 'gone') return { refused: 'WORKSPACE_REMOVED', context: { workspace_id: state.workspaceId } };
  const running = state.operation ?? state.recorded.at(-1)?.operation;
  return { refused: 'OPERATION_IN_PROGRESS', context: { operation: running?.kind, operation_id: running?.id } };
}

const record = (state: WorkspaceState, operation: Operation, { result }: Outcome): readonly Recorded[] =>
  [...state.recorded, { operation, result }].slice(-RECORDED_OPERATIONS);

const isKnownOperation = (state: WorkspaceState, id: OperationId): boolean =>
  state.operation?.id === id || state.next?.id === id || state.recorded.some((entry) => entry.operation.id === id);

const unchanged = (state: WorkspaceState): Change => ({ state, effects: [], events: [] });
const bump = (state: WorkspaceState): WorkspaceState => ({ ...state, version: state.version + 1 });

/** What must hold in every state; tests and chaos runs share it. Empty = all well. */
export function brokenInvariants(state: WorkspaceState): string[] {
  const broken: string[] = [];
  const rule = (holds: boolean, text: string) => void (holds || broken.push(text));
  rule(state.next === null || state.operation !== null, 'an operation waits only behind one that runs');
  rule(state.next === null || state.next.kind === 'destroy', 'only a delete may wait');
  rule((state.status === 'online') === (state.phase === 'ready'), 'online means ready');
  rule(state.phase !== 'ready' || (state.machine !== null && state.home !== null), 'ready means a machine and a home');
  rule(state.phase !== 'gone' || (state.machine === null && state.operation === null), 'gone means nothing is left');
  rule(state.machine === null || state.machine.generation === state.generation, 'the machine is of this generation');
  rule(state.recorded.length <= RECORDED_OPERATIONS, 'the record is bounded');
  rule(new Set(state.recorded.map((r) => r.operation.id)).size === state.recorded.length, 'an operation ends once');
  return broken;
}
