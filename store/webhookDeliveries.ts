// What a webhook was or is to be sent, as its operator sees it.

import type { WorkspaceId } from '../domain/ids.ts';
import type { ErrorContext } from '../domain/errors.ts';
import { type DeliveryState, TEST_EVENT_TYPE } from '../domain/webhook.ts';
import type { Queryable } from './pool.ts';

export type DeliveryRow = {
  readonly id: string;
  /** Grows; the newest is the highest. */
  readonly position: number;
  readonly webhook_id: string;
  readonly event_id: string;
  readonly seq: number | null;
  readonly event_type: string;
  readonly workspace_id: WorkspaceId | null;
  readonly payload: Record<string, unknown>;
  readonly occurred_at: Date;
  readonly state: DeliveryState;
  /** Begun since it was written, or since somebody had it delivered again. */
  readonly attempts: number;
  readonly last_attempt_at: Date | null;
  readonly next_attempt_at: Date;
  readonly claimed_until: Date | null;
  readonly last_status: number | null;
  readonly failure: { readonly code: string; readonly context: ErrorContext } | null;
  readonly response: string | null;
  readonly settled_at: Date | null;
  readonly redelivered_at: Date | null;
};

/** Notified whenever there is something to send (migration 0030). */
export const WEBHOOK_CHANNEL = 'webhook_deliveries';

export type DeliveryPage = {
  readonly state?: DeliveryState | undefined;
  /** Only older ones than this position. */
  readonly before?: number | undefined;
  readonly limit: number;
};

export async function newestDeliveries(
  db: Queryable,
  webhookId: string,
  { state, before, limit }: DeliveryPage,
): Promise<DeliveryRow[]> {
  const { rows } = await db.query(
    `select * from webhook_deliveries
     where webhook_id = $1 and ($2::text is null or state = $2) and ($3::bigint is null or position < $3)
     order by position desc limit $4`,
    [webhookId, state ?? null, before ?? null, limit],
  );
  return rows;
}

export async function countDeliveries(db: Queryable, webhookId: string): Promise<Record<DeliveryState, number>> {
  const { rows } = await db.query(
    `select count(*) filter (where state = 'pending') as pending, count(*) filter (where state = 'delivered') as delivered,
       count(*) filter (where state = 'failed') as failed
     from webhook_deliveries where webhook_id = $1`,
    [webhookId],
  );
  return rows[0];
}

/** Under the same webhook-id as before. One that is being sent at this moment is left to that. Null where there is none. */
export async function redeliver(db: Queryable, webhookId: string, id: string): Promise<DeliveryRow | null> {
  const { rows } = await db.query(
    `with again as (
       update webhook_deliveries set state = 'pending', attempts = 0, first_attempt_at = null, next_attempt_at = now(),
         settled_at = null, redelivered_at = now()
       where id = $1 and webhook_id = $2 and (claimed_until is null or claimed_until <= now())
       returning *
     )
     select * from again
     union all
     select * from webhook_deliveries where id = $1 and webhook_id = $2 and not exists (select 1 from again)`,
    [id, webhookId],
  );
  return rows[0] ?? null;
}

/** All that were set aside, as after an outage of a day; how many. */
export async function redeliverFailed(db: Queryable, webhookId: string): Promise<number> {
  const { rowCount } = await db.query(
    `update webhook_deliveries set state = 'pending', attempts = 0, first_attempt_at = null, next_attempt_at = now(),
       settled_at = null, redelivered_at = now()
     where webhook_id = $1 and state = 'failed' and (claimed_until is null or claimed_until <= now())`,
    [webhookId],
  );
  return rowCount ?? 0;
}

export async function addTestDelivery(
  db: Queryable,
  webhookId: string,
  payload: Readonly<Record<string, unknown>>,
): Promise<DeliveryRow> {
  const { rows } = await db.query(
    `insert into webhook_deliveries (id, webhook_id, event_id, event_type, payload, occurred_at)
     values (gen_random_uuid(), $1, gen_random_uuid(), $2, $3, now()) returning *`,
    [webhookId, TEST_EVENT_TYPE, JSON.stringify(payload)],
  );
  return rows[0];
}
