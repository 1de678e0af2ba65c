// Tenants' webhooks: one each, set, read, rotated and removed by an operator.

import type { TenantId } from '../domain/ids.ts';
import type { Queryable } from './pool.ts';

export type WebhookRow = {
  readonly id: string;
  readonly tenant_id: TenantId;
  readonly url: string;
  readonly event_types: string[];
  readonly enabled: boolean;
  /** A code of the registry; null = it is enabled, or whoever set it wants it so. */
  readonly disabled_because: string | null;
  readonly secret_version: number;
  /** The version before is signed with until then; null = it is not any more. */
  readonly previous_secret_until: Date | null;
  /** Since its last success. */
  readonly failures: number;
  readonly failing_since: Date | null;
  readonly created_at: Date;
  readonly updated_at: Date;
};

export type WebhookWanted = {
  readonly url: string;
  readonly eventTypes: readonly string[];
  readonly enabled: boolean;
};

/** A time that has passed is judged by the clock that wrote it. */
const COLUMNS = `id, tenant_id, url, event_types, enabled, disabled_because, secret_version,
  case when previous_secret_until > now() then previous_secret_until end as previous_secret_until,
  failures, failing_since, created_at, updated_at`;

export async function findWebhook(db: Queryable, tenantId: TenantId): Promise<WebhookRow | null> {
  const { rows } = await db.query(`select ${COLUMNS} from webhooks where tenant_id = $1`, [tenantId]);
  return rows[0] ?? null;
}

/** As wanted, with its past forgiven. What waits for one that is disabled is set aside, as by a receiver that is gone. */
export async function putWebhook(
  db: Queryable,
  { id, tenantId, url, eventTypes, enabled }: WebhookWanted & { readonly id: string; readonly tenantId: TenantId },
): Promise<WebhookRow & { readonly is_new: boolean }> {
  const { rows } = await db.query(
    `with put as (
       insert into webhooks as h (id, tenant_id, url, event_types, enabled) values ($1, $2, $3, $4, $5)
       on conflict (tenant_id) do update set url = excluded.url, event_types = excluded.event_types, enabled = excluded.enabled,
         disabled_because = null, failures = 0, failing_since = null, updated_at = now()
       returning ${COLUMNS}, xmax = 0 as is_new
     ), set_aside as (
       update webhook_deliveries d set state = 'failed', settled_at = now(),
         failure = coalesce(d.failure, '{"code": "WEBHOOK_DISABLED", "context": {}}')
       from put where d.webhook_id = put.id and not put.enabled and d.state = 'pending'
     )
     select * from put`,
    [id, tenantId, url, eventTypes, enabled],
  );
  return rows[0];
}

/** With everything that it was to be sent. True where there was one. */
export async function deleteWebhook(db: Queryable, tenantId: TenantId): Promise<boolean> {
  const { rows } = await db.query(
    `with gone as (
       delete from webhooks where tenant_id = $1 returning id
     ), cleared as (
       delete from webhook_deliveries d using gone where d.webhook_id = gone.id
     )
     select id from gone`,
    [tenantId],
  );
  return rows.length === 1;
}

/** Null where there is none. */
export async function rotateSecret(
  db: Queryable,
  tenantId: TenantId,
  overlapSeconds: number,
): Promise<WebhookRow | null> {
  const { rows } = await db.query(
    `update webhooks set secret_version = secret_version + 1, updated_at = now(),
       previous_secret_until = now() + make_interval(secs => $2)
     where tenant_id = $1 returning ${COLUMNS}`,
    [tenantId, overlapSeconds],
  );
  return rows[0] ?? null;
}
