// /admin/tenants/:id/webhook: where a tenant is told of its events, and what became of what it was sent. The secret is answered once.

import { randomUUID } from 'node:crypto';
import { type Context, Hono } from 'hono';
import { webhookSecret } from '../../credentials/webhookSecret.ts';
import { BerthError } from '../../domain/errors.ts';
import { operationId as asUuid } from '../../domain/ids.ts';
import {
  addTestDelivery,
  countDeliveries,
  newestDeliveries,
  redeliver,
  redeliverFailed,
} from '../../store/webhookDeliveries.ts';
import { deleteWebhook, findWebhook, putWebhook, rotateSecret, type WebhookRow } from '../../store/webhooks.ts';
import { receiverProblem, receiverRules } from '../../webhooks/receivers.ts';
import { adminAuth } from '../auth.ts';
import { check, readBody, readOptionalBody } from '../body.ts';
import type { ApiDependencies, ApiEnv } from '../context.ts';
import {
  deliveriesQuery,
  presentDelivery,
  presentWebhook,
  rotationSchema,
  webhookSchema,
} from '../schemas/webhooks.ts';
import { tenantOfPath } from './admin.ts';

/** As many as events (api/routes/events.ts). */
const NEWEST = 100;

export function webhookRoutes(deps: ApiDependencies) {
  const { db, settings } = deps;
  const rules = receiverRules(settings);

  return new Hono<ApiEnv>()
    .use(adminAuth(deps))
    .put('/', tenantOfPath, async (c) => {
      const wanted = await readBody(c, webhookSchema);
      const problem = receiverProblem(wanted.url, rules);
      if (problem !== null) throw new BerthError('WEBHOOK_URL_REFUSED', { problem });
      const row = await putWebhook(db, { id: randomUUID(), tenantId: c.get('tenantId'), ...wanted });
      // Not through `once`: an answer that is kept would keep the secret.
      return row.is_new ? c.json({ ...(await shown(row)), secret: secretOf(row) }, 201) : c.json(await shown(row));
    })
    .get('/', tenantOfPath, async (c) => c.json(await shown(await webhookOf(c))))
    .delete('/', tenantOfPath, async (c) => {
      if (!(await deleteWebhook(db, c.get('tenantId')))) throw none(c);
      return c.json({ status: 'removed' });
    })
    .post('/rotate-secret', tenantOfPath, async (c) => {
      const { keep_previous_seconds: kept } = await readOptionalBody(c, rotationSchema);
      const row = await rotateSecret(db, c.get('tenantId'), kept ?? settings.WEBHOOK_SECRET_OVERLAP_SECONDS);
      if (row === null) throw none(c);
      return c.json({ ...(await shown(row)), secret: secretOf(row) });
    })
    .post('/test', tenantOfPath, async (c) => {
      const { id } = await enabledWebhookOf(c);
      const payload = { message: 'A test, sent because an operator asked for it.' };
      return c.json(presentDelivery(await addTestDelivery(db, id, payload)), 202);
    })
    .get('/deliveries', tenantOfPath, async (c) => {
      const page = check(deliveriesQuery, c.req.query());
      const { id } = await webhookOf(c);
      const deliveries = await newestDeliveries(db, id, { ...page, limit: NEWEST });
      return c.json({ deliveries: deliveries.map(presentDelivery) });
    })
    .post('/deliveries/redeliver', tenantOfPath, async (c) => {
      const { id } = await enabledWebhookOf(c);
      return c.json({ redelivered: await redeliverFailed(db, id) }, 202);
    })
    .post('/deliveries/:delivery/redeliver', tenantOfPath, async (c) => {
      const { id } = await enabledWebhookOf(c);
      const delivery = asUuid(c.req.param('delivery'));
      const row = delivery === null ? null : await redeliver(db, id, delivery);
      if (row === null) throw new BerthError('WEBHOOK_DELIVERY_NOT_FOUND', { delivery_id: c.req.param('delivery') });
      return c.json(presentDelivery(row), 202);
    });

  async function webhookOf(c: Context<ApiEnv>): Promise<WebhookRow> {
    const row = await findWebhook(db, c.get('tenantId'));
    if (row === null) throw none(c);
    return row;
  }

  async function enabledWebhookOf(c: Context<ApiEnv>): Promise<WebhookRow> {
    const row = await webhookOf(c);
    if (!row.enabled) throw new BerthError('WEBHOOK_DISABLED');
    return row;
  }

  async function shown(row: WebhookRow) {
    return presentWebhook(row, await countDeliveries(db, row.id));
  }

  function secretOf({ id, secret_version: version }: WebhookRow): string {
    return webhookSecret(settings.BERTH_SERVER_SECRET, id, version);
  }
}

const none = (c: Context<ApiEnv>) => new BerthError('WEBHOOK_NOT_FOUND', { tenant_id: c.get('tenantId') });
