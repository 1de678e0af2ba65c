// What a receiver gets: an event as the events API has it, signed with the webhook's secret, and with the one before while that is good.

import { signatureHeaders, webhookSecret } from '../credentials/webhookSecret.ts';

export type Told = {
  /** Of the event for this webhook, the same at every attempt. */
  readonly id: string;
  readonly webhook_id: string;
  readonly secret_version: number;
  readonly signs_with_previous: boolean;
  readonly event_id: string;
  readonly seq: number | null;
  readonly event_type: string;
  readonly workspace_id: string | null;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly occurred_at: Date;
};

export function webhookMessage(told: Told, serverSecret: string, nowMs: number) {
  const {
    id,
    webhook_id,
    secret_version: version,
    event_id,
    seq,
    event_type,
    workspace_id,
    payload,
    occurred_at,
  } = told;
  const body = JSON.stringify({ id: event_id, seq, event_type, workspace_id, payload, created_at: occurred_at });
  const versions = told.signs_with_previous && version > 1 ? [version, version - 1] : [version];
  const secrets = versions.map((each) => webhookSecret(serverSecret, webhook_id, each));
  const timestamp = Math.floor(nowMs / 1000);
  return {
    body,
    headers: {
      'content-type': 'application/json',
      'user-agent': 'Berth-Webhooks',
      ...signatureHeaders({ id, timestamp, body }, secrets),
    },
  };
}
