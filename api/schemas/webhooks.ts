// A tenant's webhook at the edge: whole, so that what is left out is the default again; and its deliveries as operators read them.

import { z } from 'zod';
import { errorMessage, errorNextStep, isErrorCode } from '../../domain/errors.ts';
import { isEventType } from '../../domain/eventTypes.ts';
import { DEFAULT_TOPICS, type DeliveryState, WEBHOOK_TOPICS } from '../../domain/webhook.ts';
import type { DeliveryRow } from '../../store/webhookDeliveries.ts';
import type { WebhookRow } from '../../store/webhooks.ts';

const topic = z
  .string()
  .refine(
    (value) => WEBHOOK_TOPICS.some((known) => known === value) || isEventType(value),
    `must be a type of events, or one of ${WEBHOOK_TOPICS.join(', ')}`,
  );

export const webhookSchema = z
  .strictObject({
    url: z.string().min(1).max(2048),
    event_types: z
      .array(topic)
      .min(1, 'must name at least one')
      .max(64)
      .default([...DEFAULT_TOPICS]),
    enabled: z.boolean().default(true),
  })
  .transform(({ url, event_types, enabled }) => ({ url, enabled, eventTypes: [...new Set(event_types)] }));

/** 0 = the old one is worth nothing at once. */
export const rotationSchema = z.strictObject({
  keep_previous_seconds: z.number().int().min(0).max(2_592_000).optional(),
});

export const deliveriesQuery = z.strictObject({
  state: z.enum(['pending', 'delivered', 'failed']).optional(),
  before: z
    .string()
    .regex(/^\d{1,15}$/, 'must be a position that the list gave')
    .transform(Number)
    .optional(),
});

export function presentWebhook(row: WebhookRow, counts: Record<DeliveryState, number>) {
  const { id, url, event_types, enabled, disabled_because, secret_version, previous_secret_until } = row;
  return {
    id,
    url,
    event_types,
    enabled,
    disabled_because: because(disabled_because, {}),
    secret_version,
    previous_secret_until,
    failures: row.failures,
    failing_since: row.failing_since,
    deliveries: counts,
    created_at: row.created_at,
    updated_at: row.updated_at,
  };
}

export function presentDelivery(row: DeliveryRow) {
  const { id, position, event_id, event_type, workspace_id, state, attempts, failure } = row;
  return {
    id,
    position,
    event_id,
    event_type,
    workspace_id,
    state,
    attempts,
    last_attempt_at: row.last_attempt_at,
    last_status: row.last_status,
    failure: failure === null ? null : because(failure.code, failure.context),
    response: row.response,
    next_attempt_at: state === 'pending' ? row.next_attempt_at : null,
    occurred_at: row.occurred_at,
    settled_at: row.settled_at,
    redelivered_at: row.redelivered_at,
  };
}

function because(code: string | null, context: Readonly<Record<string, unknown>>) {
  if (!isErrorCode(code)) return null;
  return { code, error: errorMessage(code, context), next_step: errorNextStep(code, context) };
}
