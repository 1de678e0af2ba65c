// What AWS has without an owner: what the records know of what was seen, and each look at what is nobody's.

import type { Keeper, Origin, ResourceKind, Why } from '../domain/orphans.ts';
import type { WorkspaceId } from '../domain/ids.ts';
import type { Queryable } from './pool.ts';

export type Orphan = {
  readonly resourceId: string;
  readonly kind: ResourceKind;
  readonly workspaceId: string | null;
  readonly why: Why;
  readonly mayEnd: boolean;
};

export type OrphanRow = {
  readonly resource_id: string;
  readonly region: string;
  readonly kind: ResourceKind;
  readonly workspace_id: string | null;
  readonly why: Why;
  readonly may_end: boolean;
  readonly first_seen_at: Date;
  readonly last_seen_at: Date;
  readonly looks: number;
  readonly ended_at: Date | null;
  readonly outcome: string | null;
};

/** By instance id, and by launch token where the id was never recorded; ours and canaries. */
export async function originsOfInstances(
  db: Queryable,
  ids: readonly string[],
  tokens: readonly string[],
): Promise<Map<string, Origin>> {
  const { rows } = await db.query(
    `select 'launch' as of, instance_id, client_token, progress in ('ended', 'refused') as is_over from launches
       where instance_id = any($1) or client_token = any($2)
     union all
     select 'canary', instance_id, client_token, progress in ('ended', 'refused') from image_canaries
       where instance_id = any($1) or client_token = any($2)`,
    [ids, tokens],
  );
  const origins = new Map<string, Origin>();
  for (const { of, instance_id, client_token, is_over: isOver } of rows)
    for (const name of [instance_id, client_token]) if (name !== null) origins.set(name, { of, isOver });
  return origins;
}

/** By volume id. A whole restore point that is not about to go saves a home. */
export async function originsOfHomes(db: Queryable, ids: readonly string[]): Promise<Map<string, Origin>> {
  const { rows } = await db.query(
    `select h.volume_id, h.deleted_at is not null as is_over,
       exists (select 1 from restore_points p where p.volume_id = h.volume_id and p.workspace_id = h.workspace_id
               and p.state = 'completed' and coalesce(p.expires_at > now(), true)) as is_saved
     from homes h where h.volume_id = any($1)`,
    [ids],
  );
  return new Map(
    rows.map((row) => [row.volume_id, { of: 'home' as const, isOver: row.is_over, isSaved: row.is_saved }]),
  );
}

/** Machine that a volume was launched with, by its tags. */
export type RootOf = { readonly workspaceId: string; readonly generation: number; readonly attempt: number };
export const nameOfRoot = ({ workspaceId, generation, attempt }: RootOf): string =>
  `${workspaceId}/${generation}/${attempt}`;

export async function originsOfRoots(db: Queryable, roots: readonly RootOf[]): Promise<Map<string, Origin>> {
  const { rows } = await db.query(
    `select l.workspace_id::text, l.generation, l.attempt, l.progress in ('ended', 'refused') as is_over
     from jsonb_to_recordset($1::jsonb) as r (workspace_id text, generation integer, attempt integer)
     join launches l on l.workspace_id::text = r.workspace_id and l.generation = r.generation and l.attempt = r.attempt`,
    [
      JSON.stringify(
        roots.map(({ workspaceId, generation, attempt }) => ({ workspace_id: workspaceId, generation, attempt })),
      ),
    ],
  );
  return new Map(
    rows.map((row) => [
      nameOfRoot({ workspaceId: row.workspace_id, generation: row.generation, attempt: row.attempt }),
      { of: 'root' as const, isOver: row.is_over },
    ]),
  );
}

/** By snapshot id: `points` are those that its tag names. */
export async function originsOfSnapshots(
  db: Queryable,
  points: readonly { readonly snapshotId: string; readonly restorePointId: string }[],
): Promise<Map<string, Origin>> {
  const { rows } = await db.query(
    `select s.snapshot_id as seen, p.state = 'deleted' as is_over,
       (p.snapshot_id is not null and p.snapshot_id <> s.snapshot_id and p.state = 'completed') as is_other
     from jsonb_to_recordset($1::jsonb) as s (snapshot_id text, restore_point_id text)
     join restore_points p on p.id::text = s.restore_point_id`,
    [JSON.stringify(points.map((each) => ({ snapshot_id: each.snapshotId, restore_point_id: each.restorePointId })))],
  );
  return new Map(
    rows.map((row) => [row.seen, { of: 'restore-point' as const, isOver: row.is_over, isOther: row.is_other }]),
  );
}

/** By workspace id. */
export async function keepersOf(db: Queryable, ids: readonly WorkspaceId[]): Promise<Map<string, Keeper>> {
  const { rows } = await db.query(
    `select id, phase = 'gone' as is_gone, phase not in ('ready', 'paused', 'failed', 'gone') as is_busy, instance_id, home_volume_id
     from workspaces where id = any($1::uuid[])`,
    [ids],
  );
  return new Map(
    rows.map((row) => [
      row.id,
      {
        isGone: row.is_gone,
        isBusy: row.is_busy,
        instanceId: row.instance_id,
        homeVolumeId: row.home_volume_id,
      },
    ]),
  );
}

/** One look: those that are there are seen once more, those that are not any more are settled. Answers the ones seen for the first time. */
export async function recordLook(db: Queryable, region: string, orphans: readonly Orphan[]): Promise<string[]> {
  const { rows } = await db.query(
    `with seen as (
       select * from jsonb_to_recordset($2::jsonb) as o (resource_id text, kind text, workspace_id text, why text, may_end boolean)
     ), settled as (
       update orphans set ended_at = now(), outcome = 'not an orphan any more'
       where region = $1 and ended_at is null and resource_id not in (select resource_id from seen)
     )
     insert into orphans as o (resource_id, region, kind, workspace_id, why, may_end)
     select resource_id, $1, kind, workspace_id, why, may_end from seen
     on conflict (resource_id) do update set why = excluded.why, may_end = excluded.may_end, last_seen_at = now(),
       looks = case when o.ended_at is null then o.looks + 1 else 1 end,
       first_seen_at = case when o.ended_at is null then o.first_seen_at else now() end, ended_at = null, outcome = null
     returning resource_id, looks`,
    [
      region,
      JSON.stringify(
        orphans.map((each) => ({
          resource_id: each.resourceId,
          kind: each.kind,
          workspace_id: each.workspaceId,
          why: each.why,
          may_end: each.mayEnd,
        })),
      ),
    ],
  );
  return rows.filter(({ looks }) => looks === 1).map((row) => row.resource_id);
}

/** Seen twice at least, the first time so long ago, and provably to be ended. */
export async function dueOrphans(db: Queryable, region: string, graceSeconds: number): Promise<OrphanRow[]> {
  const { rows } = await db.query(
    `select * from orphans where region = $1 and ended_at is null and may_end and looks >= 2
       and first_seen_at <= now() - make_interval(secs => $2) order by first_seen_at, resource_id`,
    [region, graceSeconds],
  );
  return rows;
}

export async function settleOrphan(db: Queryable, resourceId: string, outcome: string): Promise<void> {
  await db.query(`update orphans set ended_at = now(), outcome = $2 where resource_id = $1`, [resourceId, outcome]);
}

const MOST = 200;

/** Those that are there, and those that were settled last. */
export async function listOrphans(db: Queryable, region: string): Promise<OrphanRow[]> {
  const { rows } = await db.query(
    `select * from orphans where region = $1 order by ended_at is not null, ended_at desc, first_seen_at, resource_id limit ${MOST}`,
    [region],
  );
  return rows;
}

/** What workspaces that are gone, or are none, have reserved: their machines are. Answers how many. */
export async function releaseForgotten(db: Queryable): Promise<number> {
  const { rowCount } = await db.query(
    `update reservations r set released_at = now()
     where r.released_at is null and exists (select 1 from workspaces w where w.id = r.workspace_id and w.phase = 'gone')
       and not exists (select 1 from launches l where l.workspace_id = r.workspace_id and l.progress in ('requested', 'launched'))`,
  );
  return rowCount ?? 0;
}
