// What the workspace entity remembers, and the words for what is asked of it and for what comes of that.

import type { Advice, PricedTarget } from './target.ts';
import type { Compute } from './compute/block.ts';
import type { ErrorCode, ErrorContext } from './errors.ts';
import type { WorkspaceEventType } from './eventTypes.ts';
import type { OperationId, TenantId, WorkspaceId } from './ids.ts';
import type { Home, HomeSource, Machine, RestorePointQuality } from './machine.ts';

/** On the wire; the canvas colours by these and by nothing else (facts/wire.md 1.4). */
export type WorkspaceStatus = 'provisioning' | 'online' | 'paused' | 'failed' | 'removed';
/** Finer than the status, for people and programs that want to know. */
export type WorkspacePhase =
  | 'new'
  | 'provisioning'
  | 'ready'
  | 'recreating'
  | 'restoring'
  | 'restarting'
  | 'pausing'
  | 'paused'
  | 'resuming'
  | 'checkpointing'
  | 'interrupted'
  | 'recovering'
  | 'failed'
  | 'unwinding'
  | 'destroying'
  | 'gone';
/** Phases in which nothing is under way. */
export type RestingPhase = 'ready' | 'paused' | 'failed';
export type Tier = 1 | 2 | 3 | 4;

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
  /** Absent or null = it runs until somebody says otherwise. */
  readonly autoPause?: AutoPause | null;
  /** Between two restore points that a spot workspace gets by itself; absent = the platform's usual time, 0 = none. */
  readonly checkpointEveryMinutes?: number;
  /** Another workspace of the tenant, with which it is paused and deleted. */
  readonly parentId?: WorkspaceId | null;
};

/** Paused by itself after so long without an activity lease, a busy heartbeat, or control of its display. */
export type AutoPause = { readonly idleMinutes: number; readonly mode: PauseMode };

/** `acquire-first`: the new machine is there before the old one goes. `replace`: the other way round, where there is room for one only. */
export type Strategy = 'acquire-first' | 'replace';

/** A home to be made of a restore point. */
export type RestoreSource = {
  readonly restorePointId: string;
  readonly snapshotId: string;
  readonly sizeGb: number;
};

/** What a home can be brought back from. `homeIsGone`: it has to be, as there is no volume any more. */
export type LastSource = RestoreSource & { readonly homeIsGone?: true };

export type OperationSpec =
  | { readonly kind: 'provision'; readonly from: RestoreSource | null }
  | {
      readonly kind: 'recreate';
      readonly strategy: Strategy;
      readonly compute: Compute;
      readonly maxHourlyUsd?: string;
    }
  | { readonly kind: 'restore'; readonly from: RestoreSource }
  | { readonly kind: 'restart'; readonly wipeBrowserProfile: boolean }
  | { readonly kind: 'pause'; readonly mode: PauseMode; readonly because?: PauseCause }
  | { readonly kind: 'resume' }
  | { readonly kind: 'checkpoint'; readonly reason: CheckpointReason; readonly deadline?: string }
  | {
      readonly kind: 'recover';
      /** When AWS said that it takes the machine, ISO; null = it did not say. */
      readonly deadline: string | null;
      /** The machine is known to be gone. */
      readonly hasEnded: boolean;
      /** Of the last day, this one too. */
      readonly interruptions: number;
    }
  | {
      readonly kind: 'destroy';
      readonly keepDays: number;
      /** Its machine serves its user now, and can be asked to bring the home to rest. */
      readonly isServing: boolean;
    };
export type OperationKind = OperationSpec['kind'];

/** `stop` keeps the machine's root volume; `terminate` keeps the home alone, and a restore point of it. */
export type PauseMode = 'stop' | 'terminate';

/** Absent where somebody asked for this very one: nobody used it, or its parent was paused. */
export type PauseCause = 'idle' | 'parent';

/** `interruption`: the machine is about to be taken away. */
export type CheckpointReason = 'manual' | 'schedule' | 'rebalance' | 'interruption';

export type Notice = {
  readonly kind: 'interruption' | 'rebalance' | 'scheduled';
  readonly instanceId: string;
  /** When AWS takes the machine, ISO; null = it does not say. */
  readonly actionAt: string | null;
  /** Who has told: the machine, AWS's events, or the sweep. */
  readonly source: 'metadata' | 'events' | 'sweep';
};

/** A machine that is being taken away, and how far its workspace has come with it. */
export type Interruption = {
  readonly instanceId: string;
  /** ISO, as the other times. */
  readonly noticedAt: string;
  readonly deadline: string | null;
  readonly stage: 'checkpointing' | 'checkpointed' | 'recovering' | 'waiting';
  /** Null = there was nothing to save, or no time. */
  readonly checkpointId: OperationId | null;
  readonly restorePointId: string | null;
  readonly hasEnded: boolean;
  /** When capacity is looked for again by itself. */
  readonly retryAt: string | null;
  readonly attempts: number;
};

export type Operation = {
  readonly id: OperationId;
  /** Of the machine that it may make; the present one's where it makes none. */
  readonly generation: number;
} & OperationSpec;

/** What the present machine was launched as. */
export type Launched = {
  readonly compute: Compute;
  readonly imageId: string;
  readonly hourlyUsd: string | null;
  /** For its boots, milliseconds; absent = the usual time. */
  readonly bootMs?: number;
};

/** What a workspace has while no operation is under way. */
export type Standing = {
  readonly phase: RestingPhase;
  readonly machine: Machine | null;
  readonly home: Home | null;
  /** How soon what it lacks is looked for again; absent = the usual times. */
  readonly retry?: RetryTimes;
};

/** The first wait, and the longest that it is doubled to. */
export type RetryTimes = { readonly firstMs: number; readonly longestMs: number };

export type OnlineOutcome = {
  readonly result: 'online';
  readonly machine: Machine;
  readonly home: Home;
  readonly registration: Registration;
  /** Absent where the machine is the one that was there. */
  readonly launched?: Launched;
  /** Absent where the home is a new one, or where it was. */
  readonly homeSource?: HomeSource;
};

export type Outcome =
  | OnlineOutcome
  | {
      readonly result: 'paused';
      readonly machine: Machine | null;
      readonly home: Home;
      readonly hourlyUsd: string | null;
    }
  | {
      readonly result: 'checkpointed';
      readonly restorePointId: string;
      readonly quality: RestorePointQuality;
      /** Where AWS has advised to leave the machine. */
      readonly priced?: PricedTarget;
    }
  | { readonly result: 'destroyed'; readonly restoreUntil: string | null }
  | { readonly result: 'cancelled'; readonly standing?: Standing }
  /** Without a standing it is as it was before the operation. */
  | { readonly result: 'failed'; readonly reason: Reason; readonly standing?: Standing };

/** What a repeated command is answered from; kept through continue-as-new. */
export type Recorded = { readonly operation: Pick<Operation, 'id' | 'kind'>; readonly result: Outcome['result'] };

export type WorkspaceState = {
  readonly schemaVersion: 2;
  readonly workspaceId: WorkspaceId;
  readonly tenantId: TenantId;
  readonly profile: Profile | null;
  /** Grows with every change; guards the rows that are written from it. */
  readonly version: number;
  readonly status: WorkspaceStatus;
  readonly phase: WorkspacePhase;
  /** Of the present machine, or of the one that is being made first; 0 = none yet. */
  readonly generation: number;
  /** The highest that was ever given out: a failed operation's generation is never used again. */
  readonly generations: number;
  readonly machine: Machine | null;
  readonly launched: Launched | null;
  readonly home: Home | null;
  readonly url: string | null;
  /** What a paused one costs, decimal text. */
  readonly pausedHourlyUsd: string | null;
  readonly operation: Operation | null;
  /** That notices began while something else ran, and quiet ones (domain/quietCheckpoints.ts): each goes on beside it, and ends by itself. */
  readonly checkpoints: readonly Operation[];
  /** What it goes back to where the running operation fails and has changed nothing. */
  readonly rest: RestingPhase;
  /** A delete that waits for the running operation's unwind. */
  readonly next: Operation | null;
  readonly reason: Reason | null;
  readonly interruption: Interruption | null;
  /** When machines were taken away in the last day, ISO. */
  readonly interruptions: readonly string[];
  /** Of machines that may become its own: told before the operation that makes them has said so. */
  readonly early: readonly Notice[];
  /** Of the last machine that AWS has advised to leave. */
  readonly advice: Advice | null;
  /** Until then a removed one can be restored, ISO; null = it can't. */
  readonly restoreUntil: string | null;
  /** Newest last, at most RECORDED_OPERATIONS. */
  readonly recorded: readonly Recorded[];
};

export type Command =
  | {
      readonly type: 'create';
      readonly operationId: OperationId;
      readonly profile: Profile;
      readonly from?: RestoreSource;
    }
  | {
      readonly type: 'delete';
      readonly operationId: OperationId;
      readonly keepDays: number;
      /** Descendants that go with it. */
      readonly cascadeDeleted?: number;
    }
  | {
      readonly type: 'recreate';
      readonly operationId: OperationId;
      /** Absent = the stored one. */
      readonly compute?: Compute;
      readonly maxHourlyUsd?: string;
      readonly strategy: Strategy;
    }
  | { readonly type: 'restart'; readonly operationId: OperationId; readonly wipeBrowserProfile: boolean }
  | {
      readonly type: 'pause';
      readonly operationId: OperationId;
      readonly mode: PauseMode;
      readonly because?: PauseCause;
    }
  | { readonly type: 'resume'; readonly operationId: OperationId }
  | { readonly type: 'checkpoint'; readonly operationId: OperationId }
  | {
      readonly type: 'restore';
      readonly operationId: OperationId;
      readonly from: RestoreSource;
      /** For a workspace whose entity has ended: what the records know of it. */
      readonly removed?: { readonly profile: Profile; readonly version: number; readonly generations: number };
    }
  | { readonly type: 'update'; readonly operationId: OperationId; readonly change: Partial<Profile> }
  | { readonly type: 'abort'; readonly operationId: OperationId; readonly target: OperationId };

/** The time, ISO: the rules have no clock. */
export type At = { readonly now: string };

/** `since`: the end of the last activity, ISO. */
export type Idle = { readonly operationId: OperationId; readonly mode: PauseMode; readonly since: string };

export type Due = { readonly operationId: OperationId };

export type Fact =
  | ({ readonly type: 'operationEnded'; readonly operationId: OperationId; readonly outcome: Outcome } & At)
  | ({ readonly type: 'noticed'; readonly notice: Notice } & At)
  | ({ readonly type: 'machineEnded'; readonly instanceId: string; readonly stateReason: string | null } & At)
  | { readonly type: 'retryDue' }
  /** Nobody has used it for as long as its profile says. */
  | ({ readonly type: 'idle' } & Idle)
  /** The time for a restore point has come. */
  | ({ readonly type: 'checkpointDue' } & Due)
  /** The old machine has been asked to rest: until the end nobody is served. */
  | { readonly type: 'serviceInterrupted'; readonly operationId: OperationId }
  /** The new machine serves; what is left of the operation puts away what was before. */
  | ({
      readonly type: 'serviceRestored';
      readonly operationId: OperationId;
      readonly outcome: OnlineOutcome;
    } & At);

export type Effect =
  | { readonly type: 'start'; readonly operation: Operation }
  | { readonly type: 'cancel'; readonly operationId: OperationId };

export type WorkspaceEvent = {
  readonly type: WorkspaceEventType;
  readonly payload: Readonly<Record<string, unknown>>;
};

/** An event with the key, within its workspace, that makes writing it twice one event. */
export type PublishedEvent = WorkspaceEvent & { readonly key: string };

/** An operation that began or ended, for the list of them. */
export type PublishedOperation = {
  readonly operation: Operation;
  readonly outcome: Outcome | null;
};

export type Change = {
  readonly state: WorkspaceState;
  readonly effects: readonly Effect[];
  readonly events: readonly WorkspaceEvent[];
  readonly operations: readonly PublishedOperation[];
};
export type Refusal = { readonly refused: ErrorCode; readonly context: ErrorContext };

/** A client that repeats a command later than this many operations is a new command to the entity; the API's own record is older. */
export const RECORDED_OPERATIONS = 64;

export const newWorkspace = (workspaceId: WorkspaceId, tenantId: TenantId): WorkspaceState => ({
  schemaVersion: 2,
  workspaceId,
  tenantId,
  profile: null,
  version: 0,
  status: 'provisioning',
  phase: 'new',
  generation: 0,
  generations: 0,
  machine: null,
  launched: null,
  home: null,
  url: null,
  pausedHourlyUsd: null,
  operation: null,
  checkpoints: [],
  rest: 'failed',
  next: null,
  reason: null,
  interruption: null,
  interruptions: [],
  early: [],
  advice: null,
  restoreUntil: null,
  recorded: [],
});

/** Of what has ended. */
export const record = (
  { recorded }: WorkspaceState,
  { id, kind }: Operation,
  { result }: Outcome,
): readonly Recorded[] => [...recorded, { operation: { id, kind }, result }].slice(-RECORDED_OPERATIONS);

/** What follows from a change at once is part of it. */
export function followedBy(change: Change, next: (state: WorkspaceState) => Change): Change {
  const after = next(change.state);
  if (after.state === change.state) return change;
  return {
    state: { ...after.state, version: change.state.version },
    effects: [...change.effects, ...after.effects],
    events: [...change.events, ...after.events],
    operations: [...change.operations, ...after.operations],
  };
}

export const unchanged = (state: WorkspaceState): Change => ({ state, effects: [], events: [], operations: [] });
export const bump = (state: WorkspaceState): WorkspaceState => ({ ...state, version: state.version + 1 });
