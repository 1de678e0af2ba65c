// The workspace that a route is about, as the records have it.

import type { Context } from 'hono';
import { BerthError } from '../domain/errors.ts';
import type { Profile, Tier } from '../domain/workspace.ts';
import { findWorkspace, type WorkspaceRow } from '../store/workspaces.ts';
import type { ApiDependencies, ApiEnv } from './context.ts';

/** Removed ones too. Throws WORKSPACE_NOT_FOUND. */
export async function knownWorkspace({ db }: ApiDependencies, c: Context<ApiEnv>): Promise<WorkspaceRow> {
  const workspaceId = c.get('workspaceId');
  const row = await findWorkspace(db, c.get('tenantId'), workspaceId);
  if (row === null) throw new BerthError('WORKSPACE_NOT_FOUND', { workspace_id: workspaceId });
  return row;
}

/** A removed one is told apart from one that never was: throws WORKSPACE_REMOVED. */
export async function liveWorkspace(deps: ApiDependencies, c: Context<ApiEnv>): Promise<WorkspaceRow> {
  const row = await knownWorkspace(deps, c);
  if (row.status === 'removed') throw new BerthError('WORKSPACE_REMOVED', { workspace_id: row.id });
  return row;
}

export const profileOf = (row: WorkspaceRow): Profile => ({
  name: row.name,
  role: row.role,
  runtime: row.runtime,
  tier: row.tier as Tier,
  compute: row.compute,
  autoPause: row.auto_pause,
  parentId: row.parent_id,
  ...(row.checkpoint_every_minutes === null ? {} : { checkpointEveryMinutes: row.checkpoint_every_minutes }),
  ...(row.max_hourly_usd === null ? {} : { maxHourlyUsd: row.max_hourly_usd }),
});
