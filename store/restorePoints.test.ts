// Which restore points expire: each kind by its own count and age, and never the last whole one of a home in use.

import { randomUUID } from 'node:crypto';
import type { OperationId, TenantId, WorkspaceId } from '../domain/ids.ts';
import { newWorkspace } from '../domain/workspace.ts';
import { useDatabase } from '../test/support/database.ts';
import type { Database } from './pool.ts';
import { expiredRestorePoints, recordRestorePoint, recordRestorePointDeleted } from './restorePoints.ts';
import { publishWorkspace } from './workspaces.ts';

let db: Database;
useDatabase((opened) => {
  db = opened;
});

const REGION = 'eu-test-1';
const RETENTION = { kept: 2, days: 30, scheduled: { kept: 3, days: 7 } };
const aWorkspace = async (): Promise<WorkspaceId> => {
  const id = randomUUID() as WorkspaceId;
  const profile = { name: 'x', role: null, runtime: null, tier: 3, compute: {} } as const;
  await publishWorkspace(db, { ...newWorkspace(id, 'acme' as TenantId), profile, version: 1 }, []);
  return id;
};
const aPoint = async (workspace: WorkspaceId, reason: string, days: number, state = 'completed'): Promise<string> => {
  const id = randomUUID();
  await recordRestorePoint(db, {
    id,
    workspace_id: workspace,
    tenant_id: 'acme' as TenantId,
    region: REGION,
    operation_id: randomUUID() as OperationId,
    generation: 1,
    volume_id: 'vol-1',
    size_gb: 20,
    reason,
    quality: 'frozen',
    manifest: null,
  });
  await db.query(
    `update restore_points set state = $2, requested_at = now() - make_interval(secs => $3) where id = $1`,
    [id, state, days * 86_400],
  );
  return id;
};
const expired = async (workspace: WorkspaceId): Promise<Set<string>> => {
  const points = await expiredRestorePoints(db, REGION, RETENTION);
  return new Set(points.filter((point) => point.workspace_id === workspace).map(({ id }) => id));
};

it('those on a schedule are kept by count and by age, and push out none of the others', async () => {
  const workspace = await aWorkspace();
  const manual = await Promise.all([40, 41].map((days) => aPoint(workspace, 'manual', days)));
  const tooMany = await aPoint(workspace, 'manual', 42);
  for (const hours of [1, 2, 3]) await aPoint(workspace, 'schedule', hours / 24);
  const beyond = await aPoint(workspace, 'schedule', 4 / 24);
  const old = await aPoint(workspace, 'schedule', 8);
  expect(await expired(workspace)).toEqual(new Set([beyond, old, tooMany]));
  expect(manual).toHaveLength(2);
});

it('those on a schedule that are too old go, but for the last whole one of the home', async () => {
  const workspace = await aWorkspace();
  const [, older] = [await aPoint(workspace, 'schedule', 8), await aPoint(workspace, 'schedule', 9)];
  expect(await expired(workspace)).toEqual(new Set([older]));
  const newest = await aPoint(workspace, 'manual', 1);
  expect((await expired(workspace)).size).toBe(2);
  await recordRestorePointDeleted(db, newest);
  expect(await expired(workspace)).toEqual(new Set([older]));
});

it('what never came to be goes after a day', async () => {
  const workspace = await aWorkspace();
  await aPoint(workspace, 'manual', 0);
  const given = await Promise.all(
    ['failed', 'requested'].flatMap((state) => [0.5, 1.5].map((days) => aPoint(workspace, 'schedule', days, state))),
  );
  expect(await expired(workspace)).toEqual(new Set([given[1], given[3]]));
});
