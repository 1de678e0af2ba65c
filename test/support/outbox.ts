// A database with tenants' webhooks, as tests of the outbox fill and empty it.

import { randomUUID } from 'node:crypto';
import type { TenantId, WorkspaceId } from '../../domain/ids.ts';
import type { DeliveryFailure } from '../../domain/webhook.ts';
import { newWorkspace } from '../../domain/workspace.ts';
import { appendEvents } from '../../store/events.ts';
import { connect } from '../../store/pool.ts';
import { newestDeliveries } from '../../store/webhookDeliveries.ts';
import { claimDeliveries, type ClaimedDelivery, recordFailedAttempt } from '../../store/webhookOutbox.ts';
import { findWebhook, putWebhook } from '../../store/webhooks.ts';
import { publishWorkspace } from '../../store/workspaces.ts';
import { testDatabase } from './database.ts';

const profile = { name: 'x', role: null, runtime: null, tier: 3 as const, compute: {} };
export const refused: DeliveryFailure = {
  code: 'WEBHOOK_ANSWERED',
  context: { http_status: 500 },
  status: 500,
  response: 'no',
};

export async function testOutbox() {
  const database = await testDatabase();
  const db = connect(database.url);

  return {
    db,
    clear: () => db.query('truncate webhooks, webhook_deliveries'),
    async drop(): Promise<void> {
      await db.end();
      await database.drop();
    },
    /** A workspace that begins with these events. */
    async workspaceOf(tenant: string, events: { type: string; payload?: Record<string, unknown> }[] = []) {
      const id = randomUUID() as WorkspaceId;
      const state = { ...newWorkspace(id, tenant as TenantId), profile, version: 1 };
      const told = events.map(({ type, payload = {} }) => ({ id: randomUUID(), type, payload }));
      await publishWorkspace(db, state, told);
      return id;
    },
    happens: (workspaceId: WorkspaceId, ...types: string[]) =>
      appendEvents(
        db,
        types.map((type) => ({ id: randomUUID(), type, workspaceId, payload: { said: type } })),
      ),
    hook: (tenant: string, eventTypes: string[] = ['*'], enabled = true, url = 'https://example.com/') =>
      putWebhook(db, {
        id: randomUUID(),
        tenantId: tenant as TenantId,
        url,
        eventTypes,
        enabled,
      }),
    claim: (isFailing = false, limit = 100, leaseMs = 60_000) => claimDeliveries(db, { isFailing, limit, leaseMs }),
    fail: ({ id, attempts }: ClaimedDelivery, more: Partial<Parameters<typeof recordFailedAttempt>[1]> = {}) =>
      recordFailedAttempt(db, {
        id,
        attempts,
        failure: refused,
        retryInMs: 0,
        giveUpSeconds: 3_600,
        disables: false,
        ...more,
      }),
    /** The newest first. */
    async deliveries(tenant: string) {
      const webhook = await findWebhook(db, tenant as TenantId);
      return newestDeliveries(db, webhook!.id, { limit: 100 });
    },
  };
}

export const typesOf = (told: readonly { event_type: string }[]): string[] =>
  told.map(({ event_type }) => event_type).sort();
