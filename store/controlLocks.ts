// The control lock's row: made once, read by permits and the display proxy, renewed by its holder.

import { isFree, type Lock, type ParkReason } from '../domain/control-lock.ts';
import type { PermitView } from '../domain/control-lock-permit.ts';
import type { WorkspaceId } from '../domain/ids.ts';
import type { Queryable } from './pool.ts';

/** Notified with the workspace's id at each change of its lock (migration 0020). */
export const CONTROL_CHANNEL = 'control_locks';

export type ControlLockRow = {
  readonly workspace_id: WorkspaceId;
  readonly version: number;
  readonly fence: number;
  readonly generation: number;
  readonly controller: 'none' | 'agent' | 'user';
  readonly holder: string | null;
  readonly ttl_seconds: number;
  readonly granted_at: Date | null;
  readonly last_seen: Date | null;
  readonly expires_at: Date | null;
  /** Until the lease ends, by the database's clock. */
  readonly lease_ms: number | null;
  readonly pending_request: string | null;
  readonly pending_by: string | null;
  readonly pending_ttl_seconds: number | null;
  readonly pending_generation: number | null;
  readonly pending_since: Date | null;
  readonly pending_deadline: Date | null;
  readonly parked_reason: ParkReason | null;
  readonly parked_by: string | null;
  readonly parked_until: Date | null;
  readonly agent_paused: boolean;
  readonly revoked_operation: string | null;
  /** When it was read, by the database's clock. */
  readonly read_at: Date;
};

const NOW = `(extract(epoch from expires_at - clock_timestamp()) * 1000)::float8 as lease_ms, clock_timestamp() as read_at`;

/** Null where nobody has ever asked for it. */
export async function findLock(db: Queryable, workspaceId: WorkspaceId): Promise<ControlLockRow | null> {
  const { rows } = await db.query(`select *, ${NOW} from control_locks where workspace_id = $1`, [workspaceId]);
  return rows[0] ?? null;
}

/** As it was left; a new one where there is none. */
export async function openLock(db: Queryable, workspaceId: WorkspaceId): Promise<ControlLockRow> {
  const found = await findLock(db, workspaceId);
  if (found !== null) return found;
  await db.query(`insert into control_locks (workspace_id) values ($1) on conflict do nothing`, [workspaceId]);
  return (await findLock(db, workspaceId))!;
}

/** The row as the rules see it. */
export function lockOf(row: ControlLockRow): Lock {
  const { pending_request: requestId, parked_reason: reason, controller, holder } = row;
  return {
    schemaVersion: 1,
    version: row.version,
    fence: row.fence,
    generation: row.generation,
    holder: controller === 'none' ? null : { controller, actor: holder! },
    ttlSeconds: row.ttl_seconds,
    grantedAt: row.granted_at?.getTime() ?? null,
    expiresAt: row.expires_at?.getTime() ?? null,
    pending:
      requestId === null
        ? null
        : {
            requestId,
            actor: row.pending_by!,
            ttlSeconds: row.pending_ttl_seconds!,
            generation: row.pending_generation!,
            requestedAt: row.pending_since!.getTime(),
            deadlineAt: row.pending_deadline!.getTime(),
          },
    parked: reason === null ? null : { reason, actor: row.parked_by!, until: row.parked_until!.getTime() },
    isAgentPaused: row.agent_paused,
  };
}

/**
 * It is asked for every action of every agent. Named, so that each connection plans it once; one column for all, as every further
 * column and every step of arithmetic costs more than the read itself does (`npm run bench control`).
 */
const PERMIT_VIEW = {
  name: 'control-permit',
  text: `select json_build_array(controller, fence, generation, date_part('epoch', expires_at - clock_timestamp()),
           pending_request is not null, parked_reason is not null, agent_paused, revoked_operation is not null) as view
         from control_locks where workspace_id = $1`,
};

type ViewColumns = readonly [
  controller: PermitView['controller'],
  fence: number,
  generation: number,
  leaseSeconds: number | null,
  isAsked: boolean,
  isParked: boolean,
  isAgentPaused: boolean,
  isRevoked: boolean,
];

const NO_LOCK: PermitView = {
  controller: 'none',
  fence: 0,
  generation: 0,
  leaseMs: 0,
  isAsked: false,
  isParked: false,
  isAgentPaused: false,
  isRevoked: false,
};

/** What a permit is decided from: one row by its key. */
export async function permitView(db: Queryable, workspaceId: WorkspaceId): Promise<PermitView> {
  const { rows } = await db.query({ ...PERMIT_VIEW, values: [workspaceId] });
  if (rows[0] === undefined) return NO_LOCK;
  const [controller, fence, generation, leaseSeconds, ...flags] = rows[0].view as ViewColumns;
  const [isAsked, isParked, isAgentPaused, isRevoked] = flags;
  const leaseMs = (leaseSeconds ?? 0) * 1_000;
  return { controller, fence, generation, leaseMs, isAsked, isParked, isAgentPaused, isRevoked };
}

export type LiveFence = {
  readonly controller: 'agent' | 'user';
  readonly fence: number;
  readonly holder: string;
  readonly generation: number;
};

/** Who may drive the display at this moment; null where nobody may: free, parked, run out, or its machine is going away. */
export async function liveFence(db: Queryable, workspaceId: WorkspaceId): Promise<LiveFence | null> {
  const { rows } = await db.query({
    name: 'control-live-fence',
    text: `select controller, fence, holder, generation from control_locks
           where workspace_id = $1 and controller <> 'none' and expires_at > clock_timestamp() and revoked_operation is null`,
    values: [workspaceId],
  });
  return rows[0] ?? null;
}

/** The holder's lease from now on; null where it is not theirs, or has run out. `fence`: only if it is still that one. */
export async function renewLease(
  db: Queryable,
  workspaceId: WorkspaceId,
  { actor, fence, ttlSeconds }: { readonly actor: string; readonly fence: number | null; readonly ttlSeconds: number },
): Promise<ControlLockRow | null> {
  const { rows } = await db.query(
    `update control_locks set ttl_seconds = $4::integer, last_seen = clock_timestamp(),
       expires_at = clock_timestamp() + make_interval(secs => $4::integer)
     where workspace_id = $1 and holder = $2 and ($3::bigint is null or fence = $3)
       and expires_at > clock_timestamp() and revoked_operation is null
     returning *, ${NOW}`,
    [workspaceId, actor, fence, ttlSeconds],
  );
  return rows[0] ?? null;
}

/**
 * From here on nothing is granted or permitted while the workspace is in that operation's hands. `isInUse`: somebody has control, asks
 * for it or is kept out for it; where nobody is, there is no workflow to tell, or one whose grant is refused here. Safe to repeat.
 */
export async function revokeDisplay(
  db: Queryable,
  workspaceId: WorkspaceId,
  operationId: string,
): Promise<{ readonly isInUse: boolean }> {
  const { rows } = await db.query(
    `insert into control_locks as c (workspace_id, revoked_operation) values ($1, $2)
     on conflict (workspace_id) do update set revoked_operation = excluded.revoked_operation
     returning *, ${NOW}`,
    [workspaceId, operationId],
  );
  return { isInUse: !isFree(lockOf(rows[0])) };
}
