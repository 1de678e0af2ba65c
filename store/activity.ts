// Who uses a workspace: leases by kind, and what is idle. One row decides between a lease and a pause: the workspace's own.

import type { ActivityKind } from '../domain/activity.ts';
import type { WorkspaceId } from '../domain/ids.ts';
import type { AutoPause } from '../domain/workspace.ts';
import { type Database, type Queryable, transaction } from './pool.ts';

export type ActivityLease = {
  readonly id: string;
  readonly kind: ActivityKind;
  /** In the words of the audit; never shown to others as it is. */
  readonly holder: string;
  readonly began_at: Date;
  readonly expires_at: Date;
};

/** Longer than the signal to the workspace takes; if it is lost the workspace can be used again after so long. */
const CLAIM = `interval '30 seconds'`;
/** The end of the last use that is known. Control of the display counts, whoever has it. */
const LAST_USE = `greatest(w.online_since, w.last_activity_at, w.active_until,
  (select l.last_seen from control_locks l where l.workspace_id = w.id))`;

/**
 * Begins a lease, or renews the one of that id.
 * 'not-online' = it can't be used now, and a lease wakes nothing; 'pausing' = it has been found idle just now.
 */
export const holdLease = (
  db: Database,
  workspaceId: WorkspaceId,
  lease: { readonly id: string; readonly kind: ActivityKind; readonly holder: string; readonly ttlSeconds: number },
): Promise<ActivityLease | 'not-online' | 'pausing' | 'another-holder'> =>
  transaction(db, async (client) => {
    // The row's lock: a claim that comes at the same moment waits, and finds it in use.
    const { rows } = await client.query(
      `select status, idle_claimed_until > now() as is_claimed from workspaces where id = $1 for update`,
      [workspaceId],
    );
    const [workspace] = rows;
    if (workspace?.status !== 'online') return 'not-online';
    if (workspace.is_claimed) return 'pausing';
    const held = await client.query(
      `insert into activity_leases as a (id, workspace_id, kind, holder, expires_at)
       values ($1, $2, $3, $4, now() + make_interval(secs => $5))
       on conflict (id) do update set expires_at = excluded.expires_at, ended_at = null
       where a.workspace_id = excluded.workspace_id and a.holder = excluded.holder and a.kind = excluded.kind
       returning id, kind, holder, began_at, expires_at`,
      [lease.id, workspaceId, lease.kind, lease.holder, lease.ttlSeconds],
    );
    if (held.rowCount === 0) return 'another-holder';
    await noteUse(client, workspaceId, lease);
    return held.rows[0];
  });

/** The workspace is idle from now on, unless another lease holds it. False = there is none of that id. */
export const endLease = (db: Database, workspaceId: WorkspaceId, id: string): Promise<boolean> =>
  transaction(db, async (client) => {
    await client.query(`select 1 from workspaces where id = $1 for update`, [workspaceId]);
    const { rows } = await client.query(
      `update activity_leases set ended_at = coalesce(ended_at, now()) where id = $1 and workspace_id = $2 returning kind, holder`,
      [id, workspaceId],
    );
    const [lease] = rows;
    if (lease === undefined) return false;
    await noteUse(client, workspaceId, lease);
    return true;
  });

/** Changes the row, so that a claim which waits for it looks at it again. */
async function noteUse(
  db: Queryable,
  workspaceId: WorkspaceId,
  { kind, holder }: { readonly kind: ActivityKind; readonly holder: string },
): Promise<void> {
  await db.query(
    `update workspaces set last_activity_at = now(), last_activity_kind = $2, last_activity_by = $3,
       active_until = (select max(expires_at) from activity_leases where workspace_id = $1 and ended_at is null and expires_at > now())
     where id = $1`,
    [workspaceId, kind, holder],
  );
}

/** Those that count now, the newest first. */
export async function liveLeases(db: Queryable, workspaceId: WorkspaceId): Promise<ActivityLease[]> {
  const { rows } = await db.query(
    `select id, kind, holder, began_at, expires_at from activity_leases
     where workspace_id = $1 and ended_at is null and expires_at > now() order by began_at desc, id`,
    [workspaceId],
  );
  return rows;
}

/** Of a machine whose agent says that it is at work. Not while it is being paused: then it is told to rest. */
export async function noteBusy(db: Queryable, workspaceId: WorkspaceId): Promise<void> {
  await db.query(
    `update workspaces set last_activity_at = now(), last_activity_kind = 'agent_turn', last_activity_by = 'heartbeat'
     where id = $1 and status = 'online' and auto_pause is not null and (idle_claimed_until is null or idle_claimed_until < now())`,
    [workspaceId],
  );
}

/** Ends what nobody will ask for again. */
export async function forgetLeases(db: Queryable): Promise<void> {
  await db.query(`delete from activity_leases where expires_at < now() - interval '1 day'`);
}

export type IdleRow = { readonly id: WorkspaceId; readonly auto_pause: AutoPause; readonly last_use: Date };

/** Online, at rest and unused for longer than their profile allows; new leases on them are refused for a while. */
export async function claimIdleWorkspaces(db: Queryable): Promise<IdleRow[]> {
  const { rows } = await db.query(
    `update workspaces w set idle_claimed_until = now() + ${CLAIM}
     where w.status = 'online' and w.phase = 'ready' and w.auto_pause is not null
       and ${LAST_USE} < now() - make_interval(mins => (w.auto_pause->>'idleMinutes')::integer)
       and not exists (select 1 from control_locks l where l.workspace_id = w.id and l.controller <> 'none')
     returning w.id, w.auto_pause, ${LAST_USE} as last_use`,
  );
  return rows;
}
