// A tenant's webhook as a test drives it, over HTTP.

import type { Berth } from './berth.ts';
import { until } from './until.ts';

export type Answer = { readonly status: number; readonly body: Record<string, unknown> };
export type Delivery = Record<string, unknown> & {
  readonly id: string;
  readonly event_type: string;
  readonly state: 'pending' | 'delivered' | 'failed';
  readonly attempts: number;
  readonly failure: { readonly code: string } | null;
};

/** Quick enough to be waited for. */
export const QUICK_WEBHOOKS = {
  WEBHOOK_NETWORKS: '127.0.0.0/8',
  WEBHOOK_RETRY_FIRST_MS: '20',
  WEBHOOK_RETRY_LONGEST_MS: '200',
  WEBHOOK_INTERVAL_MS: '20',
};

export function webhookOf(berth: Pick<Berth, 'apiUrl' | 'adminToken'>, tenant: string) {
  async function call(method: string, path = '', body?: object): Promise<Answer> {
    const answer = await fetch(`${berth.apiUrl}/admin/tenants/${tenant}/webhook${path}`, {
      method,
      headers: { authorization: `Bearer ${berth.adminToken}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  }

  async function deliveries(query = ''): Promise<Delivery[]> {
    const { body } = await call('GET', `/deliveries${query}`);
    return body['deliveries'] as Delivery[];
  }

  return {
    call,
    deliveries,
    /** A new one; its secret. */
    async set(url: string, more: object = {}): Promise<string> {
      await call('DELETE');
      const { status, body } = await call('PUT', '', { url, ...more });
      if (status !== 201) throw new Error(`PUT webhook answered ${status}: ${String(body['error'])}`);
      return String(body['secret']);
    },
    /** Resolves once all deliveries are as wanted. */
    until: (holds: (all: readonly Delivery[]) => boolean): Promise<Delivery[]> => until(deliveries, holds),
    /** Sends a test event; its delivery's id. */
    async test(): Promise<string> {
      const { body } = await call('POST', '/test');
      return String(body['id']);
    },
  };
}
