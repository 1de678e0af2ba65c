// Writes what the displayControl workflow decided: row, events, audit and order to the machine in one statement, under its guards.

import { createHash } from 'node:crypto';
import { type Holder, INPUT_UNDER_WAY, type Lock } from '../domain/control-lock.ts';
import type { WorkspaceId } from '../domain/ids.ts';
import { insertAudit, type NewAuditLine } from './controlAudit.ts';
import { eventsParameter, insertEvents, type NewEvent } from './events.ts';
import type { Queryable } from './pool.ts';

export type LockWrite = {
  readonly workspaceId: WorkspaceId;
  readonly tenantId: string;
  readonly lock: Lock;
  /** Somebody has it now who had it not: only for a machine that serves, and a person only once no permit is in use. */
  readonly grants: Holder['controller'] | null;
  /** The lease runs anew, by the database's clock. */
  readonly startsLease: boolean;
  /** Only if the lease has run out: whoever renewed it meanwhile keeps it. */
  readonly losesLease: boolean;
  readonly permits: 'stop' | 'stopped' | null;
  readonly permitMs: number;
  /** The machine is asked to yield; its answer goes to `watcher`. */
  readonly order: string | null;
  /** The order that nobody waits for any more. */
  readonly withdraws: string | null;
  readonly watcher: string;
  readonly events: readonly NewEvent[];
  readonly audit: readonly NewAuditLine[];
};

export type LockWritten =
  /** `leaseMs`: how long the holder's lease runs from now; null = nobody holds it. */
  | { readonly result: 'written'; readonly leaseMs: number | null; readonly generation: number }
  /** Permits may be in use, or a person's input under way, for so long. */
  | { readonly result: 'wait'; readonly ms: number }
  /** The machine is not there, or not that one any more. */
  | { readonly result: 'no-display'; readonly status: string }
  | { readonly result: 'renewed'; readonly leaseMs: number }
  /**
   * The row is ahead of what was decided on. A workflow task that is lost takes its decisions with it, but not what its local
   * activities have written: what is in Postgres counts, and it is decided anew on that.
   */
  | { readonly result: 'overtaken' };

const GUARDS = `(not $3::boolean or (w.status = 'online' and (l.generation = 0 or w.generation = l.generation)
       and (c.revoked_operation is null or w.operation_id is distinct from c.revoked_operation)))
     and (not $4::boolean or c.permits_end_at is null or c.permits_end_at <= clock_timestamp())
     and (not $3::boolean or c.inputs_end_at is null or c.inputs_end_at <= clock_timestamp())
     and (not $5::boolean or c.expires_at <= clock_timestamp())
     and (c.fence, c.version) < (l.fence, l.version)`;

const msUntil = (time: string): string =>
  `(extract(epoch from nullif(${time}, 'infinity') - clock_timestamp()) * 1000)::float8`;
const LEASE_MS = msUntil('c.expires_at');

// The audit before the events, as everybody who writes both: each of them is a lock until the end, and Postgres takes parts that do not
// read of each other in an order of its own.
const WRITE = `with l as (
    select * from jsonb_to_record($2::jsonb) as (version bigint, fence bigint, generation integer, controller text, holder text,
      ttl_seconds integer, granted_at timestamptz, pending_request uuid, pending_by text, pending_ttl_seconds integer,
      pending_generation integer, pending_since timestamptz, pending_deadline timestamptz, parked_reason text, parked_by text,
      parked_until timestamptz, agent_paused boolean)
  ), written as (
    update control_locks c set version = l.version, fence = l.fence,
      generation = case when l.generation = 0 then w.generation else l.generation end,
      controller = l.controller, holder = l.holder, ttl_seconds = l.ttl_seconds, granted_at = l.granted_at,
      pending_request = l.pending_request, pending_by = l.pending_by, pending_ttl_seconds = l.pending_ttl_seconds,
      pending_generation = l.pending_generation, pending_since = l.pending_since, pending_deadline = l.pending_deadline,
      parked_reason = l.parked_reason, parked_by = l.parked_by, parked_until = l.parked_until, agent_paused = l.agent_paused,
      last_seen = case when $6::boolean then clock_timestamp() else c.last_seen end,
      expires_at = case when l.controller = 'none' then null
        when $6::boolean then clock_timestamp() + make_interval(secs => l.ttl_seconds) else c.expires_at end,
      permits_end_at = case $7::text when 'stop' then 'infinity' when 'stopped' then null else c.permits_end_at end,
      inputs_end_at = case when c.controller = 'user' and l.fence > c.fence then 'infinity' else c.inputs_end_at end,
      revoked_operation = case when $3::boolean then null else c.revoked_operation end, last_write = $14
    from l, workspaces w
    where c.workspace_id = $1 and w.id = $1 and ${GUARDS}
    returning c.generation, c.expires_at, c.permits_end_at, c.inputs_end_at
  ), asked as (
    insert into machine_orders (id, workspace_id, generation, attempt, kind, watcher)
    select $8::uuid, $1, t.generation, t.attempt, 'yield-control', $9
    from written join workspace_auth_tokens t on t.workspace_id = $1 and t.generation = written.generation and t.revoked_at is null
    where $8::uuid is not null
    on conflict (id) do nothing
  ), withdrawn as (
    update machine_orders set withdrawn_at = now()
    where id = $10::uuid and answered_at is null and exists (select 1 from written)
  ), audited as (
    ${insertAudit('$1', '$11::text', "(select coalesce((select $12::jsonb from written), '[]'::jsonb))")} returning id
  ), told as (
    ${insertEvents("(select coalesce((select $13::jsonb from written where (select count(*) from audited) >= 0), '[]'::jsonb))")}
  )
  select c.generation, ${LEASE_MS} as lease_ms,
    coalesce('infinity' in (c.permits_end_at, c.inputs_end_at), false) as closes from written c`;

/** Why nothing was written: it was before, or which guard stood against it. */
const WHY = `select c.last_write is not distinct from $5 as done, (c.fence, c.version) >= ($2::bigint, $3::bigint) as overtaken, c.generation, c.controller, ${LEASE_MS} as lease_ms,
    coalesce('infinity' in (c.permits_end_at, c.inputs_end_at), false) as closes, ${msUntil('c.permits_end_at')} as permits_ms,
    ${msUntil('c.inputs_end_at')} as inputs_ms, w.status,
    c.revoked_operation is not null and w.operation_id is not distinct from c.revoked_operation as revoked,
    $4::int = 0 or w.generation = $4 as same_machine
  from control_locks c join workspaces w on w.id = c.workspace_id where c.workspace_id = $1`;

/** A repeat of a write that took effect finds it done. The row is there: `openLock` came before. */
export async function writeLock(db: Queryable, write: LockWrite): Promise<LockWritten> {
  const { workspaceId, lock, grants, permits } = write;
  const waitsForPermits = grants === 'user' && permits !== 'stopped';
  const name = createHash('sha256')
    .update(JSON.stringify([lock, write.audit]))
    .digest('hex');
  const { rows: written } = await db.query({
    // Planned once by each connection: planning takes longer than running it.
    name: 'write-lock',
    text: WRITE,
    values: [
      workspaceId,
      JSON.stringify(columnsOf(lock)),
      grants !== null,
      waitsForPermits,
      write.losesLease,
      write.startsLease,
      grants === 'agent' ? 'stopped' : permits,
      write.order,
      write.watcher,
      write.withdraws,
      write.tenantId,
      JSON.stringify(write.audit),
      eventsParameter(write.events),
      name,
    ],
  });
  if (written[0] !== undefined) {
    const { closes, lease_ms: leaseMs, generation } = written[0];
    if (closes) await settle(db, write);
    return { result: 'written', leaseMs, generation };
  }
  const { rows } = await db.query(WHY, [workspaceId, lock.fence, lock.version, lock.generation, name]);
  const why = rows[0];
  // Whoever wrote the loss has left in between.
  if (why.closes) await settle(db, write);
  if (why.done) return { result: 'written', leaseMs: why.lease_ms, generation: why.generation };
  if (why.overtaken) return { result: 'overtaken' };
  if (write.losesLease && why.lease_ms > 0) return { result: 'renewed', leaseMs: why.lease_ms };
  if (grants !== null && (why.status !== 'online' || why.revoked || !why.same_machine))
    return { result: 'no-display', status: why.status === 'online' ? 'restarting' : why.status };
  // Between the two looks the guard may have opened: then it is tried again at once.
  const ms = Math.max(0, (waitsForPermits && why.permits_ms) || 0, why.inputs_ms ?? 0);
  return { result: 'wait', ms: Math.ceil(ms) };
}

/**
 * Says until when what was allowed before a loss may still be under way: the agent's last permits, and the input of a person, where one
 * drives. After the commit, and never with it: until then permits are given and input is let through under what was there before, and a
 * commit may take its time. Nobody is granted control in between, so that the fence is the next after the lost one. Again changes nothing.
 */
async function settle(db: Queryable, { workspaceId, permitMs }: LockWrite): Promise<void> {
  await db.query({
    name: 'settle-lock',
    text: `update control_locks c set
        permits_end_at = case when permits_end_at = 'infinity' then clock_timestamp() + make_interval(secs => $2::float8 / 1000)
          else permits_end_at end,
        inputs_end_at = case when inputs_end_at <> 'infinity' then inputs_end_at
          when exists (select 1 from display_sessions s where s.workspace_id = $1 and s.fence = c.fence - 1
            and s.consumed_at is not null and s.closed_at is null)
          then clock_timestamp() + make_interval(secs => $3::float8 / 1000) end
      where workspace_id = $1`,
    values: [workspaceId, permitMs, INPUT_UNDER_WAY.landedMs],
  });
}

const iso = (time: number | null | undefined): string | null =>
  typeof time === 'number' ? new Date(time).toISOString() : null;

const columnsOf = ({ holder, pending, parked, ...lock }: Lock) => ({
  version: lock.version,
  fence: lock.fence,
  generation: lock.generation,
  controller: holder?.controller ?? 'none',
  holder: holder?.actor ?? null,
  ttl_seconds: lock.ttlSeconds,
  granted_at: iso(lock.grantedAt),
  pending_request: pending?.requestId ?? null,
  pending_by: pending?.actor ?? null,
  pending_ttl_seconds: pending?.ttlSeconds ?? null,
  pending_generation: pending?.generation ?? null,
  pending_since: iso(pending?.requestedAt),
  pending_deadline: iso(pending?.deadlineAt),
  parked_reason: parked?.reason ?? null,
  parked_by: parked?.actor ?? null,
  parked_until: iso(parked?.until),
  agent_paused: lock.isAgentPaused,
});
