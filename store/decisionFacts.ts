// All that the gates have to know of a tenant and of the region's quotas, in one trip.

import { DEFAULT_ENTITLEMENTS, type Entitlements } from '../domain/compute/entitlements.ts';
import type { ListPrices } from '../domain/compute/price.ts';
import type { QuotaFacts, Spend } from '../domain/compute/gates.ts';
import type { TenantId, WorkspaceId } from '../domain/ids.ts';
import type { Queryable } from './pool.ts';
import { priceColumns, readPrices } from './prices.ts';

export type DecisionFacts = {
  readonly entitlements: Entitlements;
  readonly spend: Spend;
  readonly workspaces: number;
  /** By code; only those that were ever measured. */
  readonly quotas: ReadonlyMap<string, QuotaFacts>;
  readonly prices: ListPrices;
  /** Where there was no room lately, as `type/zone/market`. */
  readonly avoided: ReadonlySet<string>;
};

/**
 * A generation that is decided again does not count itself; of the same workspace's other machine, which it replaces, the vCPUs count
 * for as long as both run, and the money does not.
 */
export type Self = { readonly workspaceId: WorkspaceId; readonly generation: number };

/** `wantsSpot`: a spot machine is decided about; there are too many of those prices to read them for nothing. */
export async function decisionFacts(
  db: Queryable,
  tenantId: TenantId,
  region: string,
  except: Self | null,
  wantsSpot = false,
): Promise<DecisionFacts> {
  const { rows } = await db.query({
    // Named, as the planning of it costs more than its execution.
    name: 'decision-facts',
    text: `with others as (
       select * from reservations where released_at is null
         and ($3::uuid is null or (workspace_id, generation) is distinct from ($3::uuid, $4::integer))
     )
     select
       (select entitlements from tenants where id = $1) as entitlements,
       (select count(*)::integer from workspaces where tenant_id = $1 and status <> 'removed' and id is distinct from $3) as workspaces,
       (select coalesce(sum(hourly_micros), 0)::bigint from others where tenant_id = $1 and workspace_id is distinct from $3) as hourly,
       (select coalesce(sum(monthly_micros), 0)::bigint from others where tenant_id = $1 and workspace_id is distinct from $3) as monthly,
       (select coalesce(json_agg(json_build_object(
           'code', q.code, 'limit', q.limit_vcpus, 'inUse', q.other_use,
           'ageSeconds', extract(epoch from now() - q.measured_at)::integer,
           'reserved', (select coalesce(sum(o.vcpus), 0) from others o where o.region = q.region and o.quota_code = q.code)
         )), '[]') from quotas q where q.region = $2) as quotas,
       ${priceColumns('$2', '$5::boolean')},
       array(select instance_type || '/' || zone || '/' || market from offering_failures
         where region = $2 and avoid_until > now()) as avoided`,
    values: [tenantId, region, except?.workspaceId ?? null, except?.generation ?? null, wantsSpot],
  });
  const { entitlements, workspaces, hourly, monthly, quotas, avoided } = rows[0];
  return {
    entitlements: { ...DEFAULT_ENTITLEMENTS, ...entitlements },
    spend: { hourly, monthly },
    workspaces,
    quotas: new Map((quotas as QuotaFacts[]).map((quota) => [quota.code, quota])),
    prices: readPrices(rows[0]),
    avoided: new Set(avoided as string[]),
  };
}
