// What machines take of a tenant's budget and of the account's quota, from before their launch until they are gone for good.

import type { TenantId, WorkspaceId } from '../domain/ids.ts';
import type { Queryable } from './pool.ts';

export type Reservation = {
  readonly workspaceId: WorkspaceId;
  readonly generation: number;
  readonly tenantId: TenantId;
  readonly region: string;
  readonly quotaCode: string | null;
  readonly vcpus: number;
  /** Micro-dollars. */
  readonly hourly: number;
  readonly monthly: number;
};

/**
 * Until the transaction ends nobody else decides about this tenant's money or about the region's quotas: of many that would each
 * fit alone, only as many pass as fit together. Always in this order, so that two never wait for each other.
 */
export async function lockDecisions(client: Queryable, tenantId: TenantId, region: string): Promise<void> {
  await client.query({
    name: 'lock-decisions',
    text: `select pg_advisory_xact_lock(hashtextextended('budget/' || $1, 0)), pg_advisory_xact_lock(hashtextextended('quota/' || $2, 0))`,
    values: [tenantId, region],
  });
}

/** Once per generation: a replay finds its own. */
export async function reserve(client: Queryable, reservation: Reservation): Promise<void> {
  await client.query({
    name: 'reserve',
    text: `insert into reservations (workspace_id, generation, tenant_id, region, quota_code, vcpus, hourly_micros, monthly_micros)
     values ($1, $2, $3, $4, $5, $6, $7, $8)
     on conflict (workspace_id, generation) do update set quota_code = excluded.quota_code, vcpus = excluded.vcpus,
       hourly_micros = excluded.hourly_micros, monthly_micros = excluded.monthly_micros, released_at = null`,
    values: [
      reservation.workspaceId,
      reservation.generation,
      reservation.tenantId,
      reservation.region,
      reservation.quotaCode,
      reservation.vcpus,
      reservation.hourly,
      reservation.monthly,
    ],
  });
}

/** True where what is reserved covers this already, and is cut down to it. */
export async function lowerReservation(
  db: Queryable,
  { workspaceId, generation }: Pick<Reservation, 'workspaceId' | 'generation'>,
  to: Pick<Reservation, 'vcpus' | 'hourly' | 'monthly'>,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update reservations set vcpus = $3, hourly_micros = $4, monthly_micros = $5
     where workspace_id = $1 and generation = $2 and released_at is null
       and vcpus >= $3 and hourly_micros >= $4 and monthly_micros >= $5`,
    [workspaceId, generation, to.vcpus, to.hourly, to.monthly],
  );
  return rowCount === 1;
}

/** Of the generations from the first to the last of these. */
export async function release(
  db: Queryable,
  workspaceId: WorkspaceId,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<void> {
  await db.query(
    `update reservations set released_at = now()
     where workspace_id = $1 and generation between $2 and $3 and released_at is null`,
    [workspaceId, from, to],
  );
}

/**
 * What is paused takes no vCPU, and of the budget what its volumes cost: once, however many generations were tried to no avail. It is
 * reserved with the newest that was ever let through.
 */
export async function reserveStorage(
  db: Queryable,
  { workspaceId, generation }: { readonly workspaceId: WorkspaceId; readonly generation: number },
  cost: { readonly hourly: number; readonly monthly: number },
): Promise<void> {
  await db.query(
    `with newest as (
       select max(generation) as generation from reservations where workspace_id = $1 and generation <= $2
     ), others as (
       update reservations r set released_at = now() from newest n
       where r.workspace_id = $1 and r.generation < n.generation and r.released_at is null
     )
     update reservations r set vcpus = 0, hourly_micros = $3, monthly_micros = $4, released_at = null from newest n
     where r.workspace_id = $1 and r.generation = n.generation`,
    [workspaceId, generation, cost.hourly, cost.monthly],
  );
}

export async function recordQuota(
  db: Queryable,
  region: string,
  quota: { readonly code: string; readonly limit: number; readonly otherUse: number },
): Promise<void> {
  await db.query(
    `insert into quotas (region, code, limit_vcpus, other_use, measured_at) values ($1, $2, $3, $4, now())
     on conflict (region, code) do update set limit_vcpus = excluded.limit_vcpus, other_use = excluded.other_use, measured_at = now()`,
    [region, quota.code, quota.limit, quota.otherUse],
  );
}

/**
 * AWS has refused for this quota although there seemed to be room: until it is measured again nothing more fits than what others
 * and our other machines have of it now. `except` is the refused one.
 */
export async function blockQuota(
  db: Queryable,
  region: string,
  code: string,
  except: { readonly workspaceId: WorkspaceId; readonly generation: number },
): Promise<void> {
  await db.query(
    `insert into quotas as q (region, code, limit_vcpus, other_use, measured_at)
     select $1, $2, ours.vcpus, 0, now() from (
       select coalesce(sum(vcpus), 0)::integer as vcpus from reservations where region = $1 and quota_code = $2
         and released_at is null and (workspace_id, generation) is distinct from ($3::uuid, $4::integer)
     ) ours
     on conflict (region, code) do update set measured_at = now(),
       limit_vcpus = least(q.limit_vcpus, q.other_use + excluded.limit_vcpus)`,
    [region, code, except.workspaceId, except.generation],
  );
}
