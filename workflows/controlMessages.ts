// Names and shapes of what the displayControl workflow is sent.

import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { ControlRequest, Lock } from '../domain/control-lock.ts';
import type { OperationId, TenantId, WorkspaceId } from '../domain/ids.ts';

// Type names are API: renaming one makes it another workflow to the server.
export const DISPLAY_CONTROL_WORKFLOW = 'displayControl';

export const displayControlWorkflowId = (id: WorkspaceId): string => `display-control/${id}`;

/** What is held, asked for or parked stands in Postgres: a new run goes on from there. */
export type DisplayControlInput = { readonly workspaceId: WorkspaceId; readonly tenantId: TenantId };

/** The type of the workflow's function, for those who start it. */
export type DisplayControlWorkflow = (input: DisplayControlInput) => Promise<void>;

/** What needs an answer: the lock as it is then. Refusals are ApplicationFailures, as those of commands are. */
export const controlUpdate = defineUpdate<Lock, [Exclude<ControlRequest, { type: 'takeover' }>]>('control');

/** What an operator leaves out has its usual value. */
export type TakeoverRequest = {
  readonly actor?: string;
  readonly ttlSeconds?: number;
  /** Of the machine that is meant; absent = the present one. */
  readonly generation?: number;
  /** A UUID, by which its answer is found among the events. */
  readonly requestId?: string;
};

/** A person wants what the agent has: must not be lost while no worker is up, and may be sent from the Temporal UI or CLI. */
export const takeoverSignal = defineSignal<[TakeoverRequest?]>('takeoverRequested');

export type DisplayRevokedFact = {
  readonly operationId: OperationId;
  readonly generation: number;
  /** The workspace is deleted. */
  readonly isForGood: boolean;
};
/** The machine is about to stop serving; whoever had control has it no more. */
export const displayRevokedSignal = defineSignal<[DisplayRevokedFact]>('displayRevoked');

/** For people who look into one; reads of the product come from Postgres. */
export const lockQuery = defineQuery<Lock | null>('lock');
