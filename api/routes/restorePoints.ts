// /workspaces/:id/restore-points and /restore: copies of the home, and the way back to one.

import { Hono } from 'hono';
import { BerthError } from '../../domain/errors.ts';
import type { RestoreSource } from '../../domain/workspace.ts';
import {
  expireNow,
  findRestorePoint,
  keepOn,
  type ListedRestorePoint,
  listRestorePoints,
  type RestorePointRow,
} from '../../store/restorePoints.ts';
import type { TenantId, WorkspaceId } from '../../domain/ids.ts';
import { adminAuth, workspaceAuth, workspaceOfPath } from '../auth.ts';
import { readOptionalBody } from '../body.ts';
import type { ApiDependencies, ApiEnv } from '../context.ts';
import { once } from '../idempotency.ts';
import { knownWorkspace, liveWorkspace, profileOf } from '../liveWorkspace.ts';
import { restoreSchema } from '../schemas/workspace.ts';
import { begun } from './lifecycle.ts';

export function restorePointRoutes(deps: ApiDependencies) {
  const { db, commands } = deps;
  const admin = adminAuth(deps);
  const own = workspaceAuth(deps);
  return new Hono<ApiEnv>()
    .get('/:id/restore-points', workspaceOfPath, own, async (c) => {
      await knownWorkspace(deps, c);
      return c.json((await listRestorePoints(db, c.get('tenantId'), c.get('workspaceId'))).map(present));
    })
    .on('POST', ['/:id/restore-points', '/:id/checkpoint'], workspaceOfPath, own, async (c) => {
      return once(deps, c, null, async (target) => {
        await liveWorkspace(deps, c);
        const answer = await commands.send(target, { type: 'checkpoint' });
        return { status: 202, body: begun(answer, target) };
      });
    })
    .delete('/:id/restore-points/:point', workspaceOfPath, admin, async (c) => {
      const id = c.req.param('point') ?? '';
      return once(deps, c, null, async () => {
        const workspace = await knownWorkspace(deps, c);
        const points = await listRestorePoints(db, c.get('tenantId'), c.get('workspaceId'));
        const point = points.find((each) => each.id === id);
        if (point === undefined) throw new BerthError('RESTORE_POINT_NOT_FOUND', { restore_point_id: id });
        const others = points.filter((each) => each.id !== id && each.state === 'completed' && !each.is_expired);
        if (workspace.status !== 'removed' && point.state === 'completed' && others.length === 0) {
          throw new BerthError('LAST_RESTORE_POINT', { restore_point_id: id });
        }
        await expireNow(db, id);
        await commands.expireRestorePoints();
        return { status: 202, body: { status: 'deleting', id } };
      });
    })
    .post('/:id/restore', workspaceOfPath, admin, async (c) => {
      const body = await readOptionalBody(c, restoreSchema);
      return once(deps, c, body, async (target) => {
        const row = await knownWorkspace(deps, c);
        const isRemoved = row.status === 'removed';
        if (isRemoved && row.phase !== 'gone') {
          throw new BerthError('OPERATION_IN_PROGRESS', { operation: 'destroy', operation_id: row.operation_id });
        }
        if (isRemoved && (row.restore_until === null || row.restore_until < row.read_at)) {
          throw new BerthError('WORKSPACE_NOT_RESTORABLE', { workspace_id: row.id });
        }
        const from = await sourceOf(deps, c.get('tenantId'), row.id, body.restore_point_id);
        const { version, generations } = row;
        const answer = isRemoved
          ? await commands.comeBack(target, from, { profile: profileOf(row), version, generations })
          : await commands.send(target, { type: 'restore', from });
        if (isRemoved) await keepOn(db, row.id);
        return { status: 202, body: { ...begun(answer, target), restore_point_id: from.restorePointId } };
      });
    });
}

/** The one that is named, of any workspace of the tenant, or the newest whole one of this workspace. */
export async function sourceOf(
  { db }: ApiDependencies,
  tenantId: TenantId,
  workspaceId: WorkspaceId,
  id: string | undefined,
): Promise<RestoreSource> {
  if (id === undefined) {
    const points = await listRestorePoints(db, tenantId, workspaceId);
    const newest = points.find((each) => each.state === 'completed' && !each.is_expired);
    if (newest === undefined) throw new BerthError('NO_RESTORE_POINT', { workspace_id: workspaceId });
    return asSource(newest);
  }
  const point = await findRestorePoint(db, tenantId, id);
  if (point === null || point.state === 'deleted' || point.is_expired) {
    throw new BerthError('RESTORE_POINT_NOT_FOUND', { restore_point_id: id });
  }
  if (point.state !== 'completed') {
    throw new BerthError('RESTORE_POINT_NOT_READY', { restore_point_id: id, state: point.state });
  }
  return asSource(point);
}

const asSource = ({ id, snapshot_id, size_gb }: RestorePointRow): RestoreSource => ({
  restorePointId: id,
  snapshotId: snapshot_id!,
  sizeGb: size_gb,
});

const present = (point: ListedRestorePoint) => ({
  id: point.id,
  state: point.is_expired ? 'deleting' : point.state,
  reason: point.reason,
  quality: point.quality,
  generation: point.generation,
  size_gb: point.size_gb,
  snapshot_id: point.snapshot_id,
  volume_id: point.volume_id,
  manifest: point.manifest,
  requested_at: point.requested_at,
  completed_at: point.completed_at,
  expires_at: point.expires_at,
});
