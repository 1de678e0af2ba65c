// Tenants' entitlements. A tenant that nobody has said anything about has the default ones.

import { DEFAULT_ENTITLEMENTS, type Entitlements } from '../domain/compute/entitlements.ts';
import type { TenantId } from '../domain/ids.ts';
import type { Queryable } from './pool.ts';

export async function entitlementsOf(db: Queryable, tenantId: TenantId): Promise<Entitlements> {
  const { rows } = await db.query(`select entitlements from tenants where id = $1`, [tenantId]);
  return { ...DEFAULT_ENTITLEMENTS, ...rows[0]?.entitlements };
}

/** What is not in `entitlements` is the default again. */
export async function putEntitlements(db: Queryable, tenantId: TenantId, entitlements: Entitlements): Promise<void> {
  await db.query(
    `insert into tenants (id, entitlements) values ($1, $2)
     on conflict (id) do update set entitlements = excluded.entitlements, updated_at = now()`,
    [tenantId, JSON.stringify(entitlements)],
  );
}
