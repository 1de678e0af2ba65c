// Names and shapes of what the workflows are sent; the API and the workers import them from here.

import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { Compute } from '../domain/compute/block.ts';
import type { Asked } from '../domain/compute/gates.ts';
import type { ErrorCode, ErrorContext } from '../domain/errors.ts';
import type { OperationId, TenantId, WorkspaceId } from '../domain/ids.ts';
import type { Home, InstanceFact, Machine, Market, Owner } from '../domain/machine.ts';
import type { QuotaRequest } from '../domain/quotaRequest.ts';
import type {
  CheckpointReason,
  Command,
  Due,
  Idle,
  Notice,
  OnlineOutcome,
  Operation,
  OperationKind,
  PauseMode,
  Registration,
  RestoreSource,
  Strategy,
  WorkspacePhase,
  WorkspaceState,
  WorkspaceStatus,
} from '../domain/workspace.ts';

// Type names are API: renaming one makes it another workflow to the server.
export const WORKSPACE_WORKFLOW = 'workspace';

/** Where checkpoints before an interruption are served, with slots of their own. */
export const checkpointQueueOf = (taskQueue: string): string => `${taskQueue}/checkpoint`;

/** Of the schedule that deletes expired restore points. */
export const expireScheduleId = (taskQueue: string): string => `${taskQueue}/expire-restore-points`;

export const workspaceWorkflowId = (id: WorkspaceId): string => `workspace/${id}`;
export const operationWorkflowId = (id: WorkspaceId, { kind, id: operation }: Pick<Operation, 'id' | 'kind'>): string =>
  `workspace/${id}/${kind}/${operation}`;

export const QUOTA_INCREASE_WORKFLOW = 'quotaIncrease';
export const quotaIncreaseWorkflowId = (taskQueue: string, code: string): string =>
  `${taskQueue}/quota-increase/${code}`;

export type QuotaIncreaseInput = {
  readonly code: string;
  /** Until the first look; each further one is twice as late as the one before. */
  readonly lookEveryMs: number;
  /** What the run before carried over; absent in the first. */
  readonly request?: QuotaRequest;
};
/** The type of its function, for those who start it. */
export type QuotaIncreaseWorkflow = (input: QuotaIncreaseInput) => Promise<string>;
/** vCPUs that are wanted in all; answers the request that is open. Refusals as with a command. */
export const requestIncreaseUpdate = defineUpdate<QuotaRequest, [number]>('requestIncrease');
/** Of the schedule that pauses what nobody uses. */
export const pauseIdleScheduleId = (taskQueue: string): string => `${taskQueue}/pause-idle`;

/** Of the schedule that takes restore points of spot workspaces. */
export const checkpointDueScheduleId = (taskQueue: string): string => `${taskQueue}/checkpoint-due`;
/** Of the schedule that compares AWS, Temporal and the records. */
export const reconcileScheduleId = (taskQueue: string): string => `${taskQueue}/reconcile`;
/** Of the schedule that looks for what nobody owns. */
export const reapOrphansScheduleId = (taskQueue: string): string => `${taskQueue}/reap-orphans`;

/** The schedule of refreshImages, for those who want a run now. */
export const refreshImagesScheduleId = (taskQueue: string): string => `${taskQueue}/refresh-images`;

export type WorkspaceInput = {
  readonly workspaceId: WorkspaceId;
  readonly tenantId: TenantId;
  /** What the run before carried over; absent in the first. */
  readonly state?: WorkspaceState;
  /** It was ended from outside, and `state` is what is left. `keepDays` null = it was not being deleted. */
  readonly takenUp?: { readonly keepDays: number | null };
};

/** The type of the entity's function, for those who start it. */
export type WorkspaceWorkflow = (input: WorkspaceInput) => Promise<void>;

/** What a command is answered with: the state right after it, already published. */
export type CommandAnswer = {
  readonly workspaceId: WorkspaceId;
  readonly status: WorkspaceStatus;
  readonly phase: WorkspacePhase;
  readonly generation: number;
  readonly version: number;
  /** What was begun, or runs. */
  readonly operation: OperationKind | null;
  /** The one that brings about what was asked: of a delete that joins one under way, that one. */
  readonly operationId: OperationId;
};

/** Refusals come back as ApplicationFailure whose type is a code of the registry and whose first detail is its context. */
export const commandUpdate = defineUpdate<CommandAnswer, [Command]>('command');
/** For people who look into one; reads of the product come from Postgres. */
export const stateQuery = defineQuery<WorkspaceState>('state');

export type RegisteredFact = {
  readonly generation: number;
  readonly attempt: number;
  readonly registration: Registration;
  /** Set where the platform did not let it register: the machine is of no use. */
  readonly refused?: { readonly code: ErrorCode; readonly context: ErrorContext };
};
/** To an operation: the machine of this launch has its home mounted and has registered. */
export const registeredSignal = defineSignal<[RegisteredFact]>('registered');
/** To an operation: a launch's instance is in another state than it was last told. */
export const instanceStateChangedSignal = defineSignal<[InstanceFact]>('instanceStateChanged');

export type MachineAnsweredFact = { readonly orderId: string; readonly ok: boolean; readonly result: unknown };
/** To an operation: a machine has carried out its order, or could not. */
export const machineAnsweredSignal = defineSignal<[MachineAnsweredFact]>('machineAnswered');

/** `state` as EC2 names it, or `absent` where it is not seen any more. */
export type ResourceFact = { readonly resourceId: string; readonly state: string };
/** To an operation: a volume or a snapshot is as it waits for it to be, or gone. */
export const resourceStateChangedSignal = defineSignal<[ResourceFact]>('resourceStateChanged');

/** To the entity: AWS is about to take its machine, or advises to leave it. Of whatever source; told twice it is one. */
export const interruptionNoticeSignal = defineSignal<[Notice]>('interruptionNotice');
/** To the entity: it has been idle for as long as its profile says. */
export const idleSignal = defineSignal<[Idle]>('idle');
/** To the entity: the time for a restore point has come. */
export const checkpointDueSignal = defineSignal<[Due]>('checkpointDue');
export type MachineEndedFact = { readonly instanceId: string; readonly stateReason: string | null };
/** To the entity: its machine has been seen to be gone. */
export const machineEndedSignal = defineSignal<[MachineEndedFact]>('machineEnded');

/** To the entity: its running operation has brought the machine to rest; until the end nobody is served. */
export const serviceInterruptedSignal = defineSignal<[OperationId]>('serviceInterrupted');

/** What a new machine serves with; as a workflow's result it is the same (workflows/provision.ts). */
export type ServiceRestored = { readonly operationId: OperationId; readonly outcome: OnlineOutcome };
/** To the entity: its running operation's new machine serves from now on; what was before is being put away. */
export const serviceRestoredSignal = defineSignal<[ServiceRestored]>('serviceRestored');

export type ProvisionInput = {
  readonly operationId: OperationId;
  readonly owner: Owner;
  readonly generation: number;
  readonly asked: Asked;
  /** What the home is made of; null = it is blank. */
  readonly from: RestoreSource | null;
};

export type RecreateInput = Omit<ProvisionInput, 'from'> & {
  readonly home: Home;
  /** Null = the home is on its own. */
  readonly machine: Machine | null;
  /** The machine serves its user; else it is stopped, or has failed. */
  readonly isServing: boolean;
  readonly strategy: Strategy;
  /** A home to go back to; null = the present one moves. */
  readonly from: RestoreSource | null;
  /** There is no present one any more. */
  readonly homeIsLost?: boolean;
  /** The last machine was taken away: rather another type than another zone. */
  readonly isRecovering?: boolean;
  /** For the present machine to boot again, milliseconds; absent = the usual time. */
  readonly bootMs?: number;
  /** The number of its first try, where an earlier part of the operation has had some. */
  readonly firstAttempt?: number;
};

/** Of operations on what the workspace has. */
export type PresentInput = {
  readonly operationId: OperationId;
  readonly owner: Owner;
  readonly generation: number;
  readonly home: Home;
  readonly machine: Machine | null;
};

export type RestartInput = PresentInput & {
  readonly machine: Machine;
  readonly wipeBrowserProfile: boolean;
  /** As in RecreateInput. */
  readonly bootMs?: number;
};
export type PauseInput = PresentInput & {
  readonly machine: Machine;
  readonly mode: PauseMode;
  readonly compute: Compute;
};
export type CheckpointInput = PresentInput & {
  readonly isServing: boolean;
  readonly reason: CheckpointReason;
  /** When the machine is taken away, ISO. */
  readonly deadline?: string;
  /** What another machine would be asked for, where AWS advises to leave this one. */
  readonly instead?: {
    readonly asked: Asked;
    /** Of the last day, the one that may come included. */
    readonly interruptions: number;
  };
};
export type RecoverInput = Omit<ProvisionInput, 'from'> & {
  /** Null = it has gone, and there was no room for another one yet. */
  readonly machine: Machine | null;
  readonly home: Home;
  readonly hasEnded: boolean;
  /** When AWS said that it ends the machine, ISO. */
  readonly deadline: string | null;
  /** Of the last day. */
  readonly interruptions: number;
  /** That the machine was bought in, which may be another one than is asked for. */
  readonly market?: Market;
};

export type DestroyInput = {
  readonly operationId: OperationId;
  readonly owner: Owner;
  /** The newest one: what it and its predecessors had reserved is released. */
  readonly generation: number;
  readonly machine: Machine | null;
  readonly home: Home | null;
  /** The machine serves its user: it is asked to bring the home to rest. */
  readonly isServing: boolean;
  /** How long a last restore point is kept; 0 = none is taken. */
  readonly keepDays: number;
};

export { ofEntity } from './priority.ts';
export * from './controlMessages.ts';
