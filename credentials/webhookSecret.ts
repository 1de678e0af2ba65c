// What a webhook's deliveries are signed with, and the signature, after the Standard Webhooks specification (1.0.0).

import { createHmac } from 'node:crypto';

const PREFIX = 'whsec_';

/** Derived, so that nobody stores it: it is shown when it is made, and another version is another secret. */
export const webhookSecret = (serverSecret: string, webhookId: string, version: number): string =>
  PREFIX + createHmac('sha256', serverSecret).update(`berth-webhook.${webhookId}.${version}`).digest('base64');

export type SignedContent = {
  readonly id: string;
  /** Of the attempt, Unix seconds. */
  readonly timestamp: number;
  readonly body: string;
};

/** The headers of one attempt. Several secrets are several signatures: a receiver that knows one of them is content. */
export function signatureHeaders({ id, timestamp, body }: SignedContent, secrets: readonly string[]) {
  const signatures = secrets.map((secret) => `v1,${sign(secret, `${id}.${timestamp}.${body}`)}`);
  return { 'webhook-id': id, 'webhook-timestamp': String(timestamp), 'webhook-signature': signatures.join(' ') };
}

const sign = (secret: string, content: string): string =>
  createHmac('sha256', Buffer.from(secret.slice(PREFIX.length), 'base64'))
    .update(content)
    .digest('base64');
