// An entity that was ended from outside is taken up again from the records: what its workspace has, and what is to be done about it.

import { errorMessage } from './errors.ts';
import type { OperationId, TenantId, WorkspaceId } from './ids.ts';
import type { Home, Machine } from './machine.ts';
import {
  bump,
  type Change,
  type Launched,
  newWorkspace,
  type Profile,
  type WorkspaceState,
  type WorkspaceStatus,
  type WorkspaceEvent,
} from './workspace.ts';
import { decide } from './workspaceCommands.ts';

export type Remains = {
  readonly workspaceId: WorkspaceId;
  readonly tenantId: TenantId;
  readonly profile: Profile;
  readonly status: WorkspaceStatus;
  readonly version: number;
  readonly generation: number;
  readonly generations: number;
  readonly launched: Launched | null;
  readonly url: string | null;
  readonly pausedHourlyUsd: string | null;
  /** The newest that has registered and has not ended. */
  readonly machine: Machine | null;
  /** It runs, as AWS says. */
  readonly isRunning: boolean;
  /** On that machine, or where there is none the one that is left. */
  readonly home: Home | null;
};

/** Serving where its machine does, paused where it was; else failed, which every command leads out of. */
export function stateOf(remains: Remains): WorkspaceState {
  const { workspaceId, tenantId, profile, version, launched, url, pausedHourlyUsd, machine, home } = remains;
  const generations = Math.max(remains.generations, machine?.generation ?? 0);
  const known = {
    ...newWorkspace(workspaceId, tenantId),
    profile,
    version,
    generation: machine?.generation ?? remains.generation,
    generations,
    launched,
    machine,
    home,
    url,
    pausedHourlyUsd,
  };
  if (remains.status === 'paused' && home !== null && !remains.isRunning) {
    return { ...known, status: 'paused', phase: 'paused' };
  }
  if (remains.status !== 'removed' && machine !== null && home !== null && remains.isRunning) {
    return { ...known, status: 'online', phase: 'ready' };
  }
  const context = { found: `it has ${machine === null ? 'no machine' : machine.instanceId}` };
  const reason = { code: 'ENTITY_LOST', context, message: errorMessage('ENTITY_LOST', context) } as const;
  return { ...known, status: 'failed', phase: 'failed', reason };
}

/** Said to everybody; a deletion that was under way begins again. `deletion` null = nobody has asked for it. */
export function takenUp(
  state: WorkspaceState,
  deletion: { readonly operationId: OperationId; readonly keepDays: number } | null,
): Change {
  const payload = { status: state.status, instance_id: state.machine?.instanceId ?? null, version: state.version };
  const event: WorkspaceEvent = { type: 'WORKSPACE_TAKEN_UP', payload };
  const said = { state: bump(state), effects: [], events: [event], operations: [] };
  if (deletion === null) return said;
  const change = decide(said.state, { type: 'delete', ...deletion });
  return 'refused' in change ? said : { ...change, events: [event, ...change.events] };
}
