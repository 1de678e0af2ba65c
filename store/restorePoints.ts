// Restore points: the row before the snapshot, the snapshot, and what became of it.

import type { OperationId, TenantId, WorkspaceId } from '../domain/ids.ts';
import type { Queryable } from './pool.ts';

export type RestorePointRow = {
  readonly id: string;
  readonly workspace_id: WorkspaceId;
  readonly tenant_id: TenantId;
  readonly region: string;
  readonly operation_id: OperationId;
  readonly generation: number;
  readonly volume_id: string;
  readonly size_gb: number;
  readonly reason: string;
  readonly quality: 'clean' | 'frozen' | 'crash';
  readonly manifest: Record<string, unknown> | null;
  readonly snapshot_id: string | null;
  readonly state: 'requested' | 'pending' | 'completed' | 'failed' | 'deleted';
  readonly requested_at: Date;
  readonly completed_at: Date | null;
  readonly expires_at: Date | null;
};

export type NewRestorePoint = Pick<
  RestorePointRow,
  | 'id'
  | 'workspace_id'
  | 'tenant_id'
  | 'region'
  | 'operation_id'
  | 'generation'
  | 'volume_id'
  | 'size_gb'
  | 'reason'
  | 'quality'
  | 'manifest'
>;

/** Writes it unless it is there, and answers the one that is. */
export async function recordRestorePoint(db: Queryable, point: NewRestorePoint): Promise<RestorePointRow> {
  const { rows } = await db.query(
    `insert into restore_points
       (id, workspace_id, tenant_id, region, operation_id, generation, volume_id, size_gb, reason, quality, manifest)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
     on conflict (id) do update set id = excluded.id
     returning *`,
    [
      point.id,
      point.workspace_id,
      point.tenant_id,
      point.region,
      point.operation_id,
      point.generation,
      point.volume_id,
      point.size_gb,
      point.reason,
      point.quality,
      point.manifest === null ? null : JSON.stringify(point.manifest),
    ],
  );
  return rows[0];
}

export async function recordSnapshot(db: Queryable, id: string, snapshotId: string): Promise<void> {
  await db.query(
    `update restore_points set snapshot_id = $2, state = case when state = 'requested' then 'pending' else state end where id = $1`,
    [id, snapshotId],
  );
}

/** As the sweep saw it. */
export async function recordSnapshotState(db: Queryable, snapshotId: string, state: string): Promise<void> {
  const became = state === 'completed' ? 'completed' : state === 'pending' ? 'pending' : 'failed';
  await db.query(
    `update restore_points set state = $2, completed_at = case when $2 = 'completed' then coalesce(completed_at, now()) end
     where snapshot_id = $1 and state <> 'deleted'`,
    [snapshotId, became],
  );
}

export async function recordRestorePointDeleted(db: Queryable, id: string): Promise<void> {
  await db.query(
    `update restore_points set state = 'deleted', deleted_at = coalesce(deleted_at, now()) where id = $1`,
    [id],
  );
}

/** Of a deleted workspace; none of them later than it was to go anyway. Answers until when the last whole one is there; null = none is. */
export async function keepUntil(db: Queryable, workspaceId: WorkspaceId, days: number): Promise<Date | null> {
  const { rows } = await db.query(
    `with kept as (
       update restore_points set expires_at = least(expires_at, now() + make_interval(days => $2))
       where workspace_id = $1 and state <> 'deleted' returning state, expires_at
     )
     select max(expires_at) as until from kept where state = 'completed'`,
    [workspaceId, days],
  );
  return rows[0].until;
}

/** Its workspace has come back: they are kept as those of any other one, but for those that somebody has deleted. */
export async function keepOn(db: Queryable, workspaceId: WorkspaceId): Promise<void> {
  await db.query(
    `update restore_points set expires_at = null where workspace_id = $1 and state <> 'deleted' and expires_at > now()`,
    [workspaceId],
  );
}

/** Its time is over. */
export async function expireNow(db: Queryable, id: string): Promise<void> {
  await db.query(`update restore_points set expires_at = now() where id = $1`, [id]);
}

/** All of a workspace that may still have a snapshot. */
export async function liveRestorePoints(db: Queryable, workspaceId: WorkspaceId): Promise<RestorePointRow[]> {
  const { rows } = await db.query(
    `select * from restore_points where workspace_id = $1 and state <> 'deleted' order by requested_at`,
    [workspaceId],
  );
  return rows;
}

/** `days` counts for those beyond the newest `kept`; `scheduled` are apart from them, and neither too many nor too old. */
export type Retention = {
  readonly kept: number;
  readonly days: number;
  readonly scheduled: { readonly kept: number; readonly days: number };
};

/**
 * Those with a date that is over, those that came to nothing, and of each workspace what is beyond its retention. Of a workspace that is
 * not removed one that is whole always stays: the newest, of those that nobody has deleted.
 */
export async function expiredRestorePoints(
  db: Queryable,
  region: string,
  { kept, days, scheduled }: Retention,
): Promise<RestorePointRow[]> {
  const { rows } = await db.query(
    `with ranked as (
       select p.*, w.status = 'removed' as is_removed,
         row_number() over (partition by p.workspace_id order by (p.state = 'completed') desc,
           (coalesce(p.expires_at > now(), true)) desc, p.requested_at desc) as rank,
         row_number() over (partition by p.workspace_id, p.reason = 'schedule' order by (p.state = 'completed') desc,
           (coalesce(p.expires_at > now(), true)) desc, p.requested_at desc) as rank_of_kind
       from restore_points p join workspaces w on w.id = p.workspace_id
       where p.region = $1 and p.state <> 'deleted'
     )
     select * from ranked
     where (is_removed or rank > 1) and (
       expires_at <= now()
       or (state in ('failed', 'requested') and requested_at < now() - interval '1 day')
       or (not is_removed and reason <> 'schedule' and rank_of_kind > $2 and requested_at < now() - make_interval(days => $3))
       or (not is_removed and reason = 'schedule' and (rank_of_kind > $4 or requested_at < now() - make_interval(days => $5)))
     )
     order by requested_at`,
    [region, kept, days, scheduled.kept, scheduled.days],
  );
  return rows;
}

/** `is_expired`: its time is over, by the clock of the records, and it is about to go. */
export type ListedRestorePoint = RestorePointRow & { readonly is_expired: boolean };
const LISTED = `*, coalesce(expires_at <= now(), false) as is_expired`;

/** The newest first; those that are gone are left out. */
export async function listRestorePoints(
  db: Queryable,
  tenantId: TenantId,
  workspaceId: WorkspaceId,
): Promise<ListedRestorePoint[]> {
  const { rows } = await db.query(
    `select ${LISTED} from restore_points where workspace_id = $1 and tenant_id = $2 and state <> 'deleted' order by requested_at desc, id`,
    [workspaceId, tenantId],
  );
  return rows;
}

export async function findRestorePoint(
  db: Queryable,
  tenantId: TenantId,
  id: string,
): Promise<ListedRestorePoint | null> {
  const { rows } = await db.query(`select ${LISTED} from restore_points where id = $1 and tenant_id = $2`, [
    id,
    tenantId,
  ]);
  return rows[0] ?? null;
}

/** Of every tenant: those whose snapshot is not known to be whole yet, for the sweep. */
export async function unfinishedSnapshots(db: Queryable, region: string): Promise<string[]> {
  const { rows } = await db.query(
    `select snapshot_id from restore_points where region = $1 and state = 'pending' and snapshot_id is not null`,
    [region],
  );
  return rows.map((row) => row.snapshot_id as string);
}
