// The outbox of webhooks, as the worker empties it: claimed, sent, and settled or put off.

import type { TenantId, WorkspaceId } from '../domain/ids.ts';
import type { DeliveryFailure } from '../domain/webhook.ts';
import type { Queryable } from './pool.ts';

export type ClaimedDelivery = {
  readonly id: string;
  readonly tenant_id: TenantId;
  readonly webhook_id: string;
  readonly url: string;
  readonly secret_version: number;
  readonly signs_with_previous: boolean;
  /** This one too. */
  readonly attempts: number;
  readonly event_id: string;
  readonly seq: number | null;
  readonly event_type: string;
  readonly workspace_id: WorkspaceId | null;
  readonly payload: Record<string, unknown>;
  readonly occurred_at: Date;
};

/** Through so many attempts, about a minute, an event keeps the later ones of its workspace waiting; then they go before it. */
export const HOLDING_ATTEMPTS = 4;
/** At the same time to one receiver; to one whose last answer was none, or no good one, a single one. */
const PER_WEBHOOK = 4;

/**
 * Takes what is due, for as long as the lease: a worker that dies meanwhile leaves it to the next. Asked for by health, so that
 * receivers that fail can't fill the places of those that do not.
 */
export async function claimDeliveries(
  db: Queryable,
  { isFailing, limit, leaseMs }: { readonly isFailing: boolean; readonly limit: number; readonly leaseMs: number },
): Promise<ClaimedDelivery[]> {
  if (limit <= 0) return [];
  const { rows } = await db.query(
    `with open as materialized (
       select h.id, h.tenant_id, h.url, h.secret_version, coalesce(h.previous_secret_until > now(), false) as signs_with_previous,
         case when h.failures = 0 then ${PER_WEBHOOK} else 1 end - (
           select count(*) from webhook_deliveries f where f.webhook_id = h.id and f.state = 'pending' and f.claimed_until > now()
         ) as room
       from webhooks h
       where h.enabled and (h.failures > 0) = $1 and exists (
         select 1 from webhook_deliveries d where d.webhook_id = h.id and d.state = 'pending' and d.next_attempt_at <= now()
           and (d.claimed_until is null or d.claimed_until <= now())
       )
       for no key update of h skip locked
     ), due as (
       select d.id, open.id as webhook_id, open.tenant_id, open.url, open.secret_version, open.signs_with_previous
       from open cross join lateral (
         select d.id, d.next_attempt_at from webhook_deliveries d
         where d.webhook_id = open.id and d.state = 'pending' and d.next_attempt_at <= now()
           and (d.claimed_until is null or d.claimed_until <= now())
           and not exists (
             select 1 from webhook_deliveries earlier
             where earlier.webhook_id = d.webhook_id and earlier.workspace_id = d.workspace_id and earlier.position < d.position
               and earlier.state = 'pending' and earlier.attempts < ${HOLDING_ATTEMPTS} and earlier.redelivered_at is null
           )
         order by d.position limit greatest(open.room, 0)
       ) d
       order by d.next_attempt_at limit $2
     )
     update webhook_deliveries d set attempts = d.attempts + 1, first_attempt_at = coalesce(d.first_attempt_at, now()),
       last_attempt_at = now(), claimed_until = now() + make_interval(secs => $3 / 1000.0)
     from due
     where d.id = due.id and d.state = 'pending' and (d.claimed_until is null or d.claimed_until <= now())
     returning d.id, due.tenant_id, due.webhook_id, due.url, due.secret_version, due.signs_with_previous, d.attempts, d.event_id,
       d.seq, d.event_type, d.workspace_id, d.payload, d.occurred_at`,
    [isFailing, limit, leaseMs],
  );
  return rows;
}

/** Also where another attempt, or nobody, was thought to be under way: the receiver has it. */
export async function recordDelivered(db: Queryable, id: string, status: number): Promise<void> {
  await db.query(
    `with delivered as (
       update webhook_deliveries set state = 'delivered', settled_at = now(), claimed_until = null, last_status = $2,
         failure = null, response = null
       where id = $1 and state <> 'delivered' returning webhook_id
     )
     update webhooks h set failures = 0, failing_since = null
     from delivered where h.id = delivered.webhook_id and h.failures > 0`,
    [id, status],
  );
}

export type FailedAttempt = {
  readonly id: string;
  /** The number of the attempt: a later one has the word. */
  readonly attempts: number;
  readonly failure: DeliveryFailure;
  readonly retryInMs: number;
  readonly giveUpSeconds: number;
  /** The receiver wants no more of any. */
  readonly disables: boolean;
};

/**
 * Put off, or set aside once its time is over or the webhook disabled. With it goes what has waited as long behind a receiver that
 * has failed for all that time. Answers what became of it; null = it had been settled, or sent again, before.
 */
export async function recordFailedAttempt(
  db: Queryable,
  { id, attempts, failure, retryInMs, giveUpSeconds, disables }: FailedAttempt,
): Promise<'pending' | 'failed' | null> {
  const { code, context, status, response } = failure;
  const { rows } = await db.query(
    `with failed as (
       update webhook_deliveries d set claimed_until = null, last_status = $3, failure = $4, response = $5,
         next_attempt_at = now() + make_interval(secs => $6 / 1000.0),
         (state, settled_at) = (
           select case when is_over then 'failed' else 'pending' end, case when is_over then now() end
           from (select $8 or not h.enabled
             or d.first_attempt_at + make_interval(secs => $7) <= now() + make_interval(secs => $6 / 1000.0) as is_over) tries
         )
       from webhooks h
       where d.id = $1 and d.attempts = $2 and d.state = 'pending' and h.id = d.webhook_id
       returning d.webhook_id, d.state
     ), failing as (
       update webhooks h set failures = h.failures + 1, failing_since = coalesce(h.failing_since, now()),
         enabled = h.enabled and not $8, disabled_because = case when $8 and h.enabled then $9 else h.disabled_because end
       from failed where h.id = failed.webhook_id
       returning h.id, h.enabled, h.failing_since
     ), set_aside as (
       update webhook_deliveries d set state = 'failed', settled_at = now(),
         failure = coalesce(d.failure, jsonb_build_object('code', case when h.enabled then $9 else 'WEBHOOK_DISABLED' end, 'context', $10::jsonb))
       from failing h
       where d.webhook_id = h.id and d.id <> $1 and d.state = 'pending' and (d.claimed_until is null or d.claimed_until <= now())
         and (not h.enabled or (h.failing_since < now() - make_interval(secs => $7)
           and coalesce(d.redelivered_at, d.occurred_at) < now() - make_interval(secs => $7)))
     )
     select state from failed`,
    [
      id,
      attempts,
      status,
      JSON.stringify({ code, context }),
      response,
      retryInMs,
      giveUpSeconds,
      disables,
      code,
      JSON.stringify(context),
    ],
  );
  return rows[0]?.state ?? null;
}

/** Settled for so long, or of a webhook that is gone: an event that was written while it was removed leaves one. */
export async function pruneDeliveries(db: Queryable, days: number): Promise<number> {
  const { rowCount } = await db.query(
    `delete from webhook_deliveries d
     where d.settled_at < now() - make_interval(days => $1) or not exists (select 1 from webhooks h where h.id = d.webhook_id)`,
    [days],
  );
  return rowCount ?? 0;
}
