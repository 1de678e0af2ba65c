// Names and shapes of what the workflows are sent; the API and the workers import them from here.

import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { Asked } from '../domain/compute/gates.ts';
import type { OperationId, TenantId, WorkspaceId } from '../domain/ids.ts';
import type { InstanceFact, Owner } from '../domain/machine.ts';
import type {
  Command,
  Operation,
  Registration,
  WorkspacePhase,
  WorkspaceState,
  WorkspaceStatus,
} from '../domain/workspace.ts';

// Type names are API: renaming one makes it another workflow to the server.
export const WORKSPACE_WORKFLOW = 'workspace';
export const PROVISION_WORKFLOW = 'provision';
export const DESTROY_WORKFLOW = 'destroy';

export const workspaceWorkflowId = (id: WorkspaceId): string => `workspace/${id}`;
export const operationWorkflowId = (id: WorkspaceId, { kind, id: operation }: Operation): string =>
  `workspace/${id}/${kind}/${operation}`;

/** The schedule of refreshImages, for those who want a run now. */
export const refreshImagesScheduleId = (taskQueue: string): string => `${taskQueue}/refresh-images`;

export type WorkspaceInput = {
  readonly workspaceId: WorkspaceId;
  readonly tenantId: TenantId;
  /** What the run before carried over; absent in the first. */
  readonly state?: WorkspaceState;
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
};

/** Refusals come back as ApplicationFailure whose type is a code of the registry and whose first detail is its context. */
export const commandUpdate = defineUpdate<CommandAnswer, [Command]>('command');
/** For people who look into one; reads of the product come from Postgres. */
export const stateQuery = defineQuery<WorkspaceState>('state');

export type RegisteredFact = {
  readonly generation: number;
  readonly attempt: number;
  readonly registration: Registration;
};
/** To an operation: the machine of this launch has its home mounted and has registered. */
export const registeredSignal = defineSignal<[RegisteredFact]>('registered');
/** To an operation: a launch's instance is in another state than it was last told. */
export const instanceStateChangedSignal = defineSignal<[InstanceFact]>('instanceStateChanged');

export type ProvisionInput = {
  readonly operationId: OperationId;
  readonly owner: Owner;
  readonly generation: number;
  readonly asked: Asked;
};

export type DestroyInput = {
  readonly operationId: OperationId;
  readonly workspaceId: WorkspaceId;
  /** The newest one: what it and its predecessors had reserved is released. */
  readonly generation: number;
};
