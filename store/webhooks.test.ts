// A tenant's webhook and what is in its outbox: each event that it is told of, with the event itself, and what an operator does with it.

import { randomUUID } from 'node:crypto';
import type { TenantId } from '../domain/ids.ts';
import { testOutbox, typesOf } from '../test/support/outbox.ts';
import { appendEvents } from './events.ts';
import { transaction } from './pool.ts';
import { addTestDelivery, newestDeliveries, redeliver, redeliverFailed } from './webhookDeliveries.ts';
import { pruneDeliveries, recordDelivered } from './webhookOutbox.ts';
import { deleteWebhook, rotateSecret } from './webhooks.ts';

let outbox: Awaited<ReturnType<typeof testOutbox>>;
beforeAll(async () => {
  outbox = await testOutbox();
});
afterAll(() => outbox.drop());
beforeEach(() => outbox.clear());

describe('what is written', () => {
  it('is in the outbox with the event, the first of a new workspace too, or not at all', async () => {
    await outbox.hook('acme');
    const id = await outbox.workspaceOf('acme', [{ type: 'WORKSPACE_PROVISIONING', payload: { n: 1 } }]);
    await expect(
      transaction(outbox.db, async (client) => {
        await appendEvents(client, [{ id: randomUUID(), type: 'WORKSPACE_ONLINE', workspaceId: id, payload: {} }]);
        throw new Error('rolled back');
      }),
    ).rejects.toThrow('rolled back');
    expect(await outbox.deliveries('acme')).toMatchObject([
      { event_type: 'WORKSPACE_PROVISIONING', workspace_id: id, payload: { n: 1 }, state: 'pending', attempts: 0 },
    ]);
  });

  it("is the tenant's own alone, and nothing where none is set or it is disabled", async () => {
    await outbox.hook('acme');
    await outbox.hook('closed', ['*'], false);
    for (const tenant of ['acme', 'closed', 'other'])
      await outbox.happens(await outbox.workspaceOf(tenant), 'WORKSPACE_ONLINE');
    expect((await outbox.db.query('select count(*)::int as n from webhook_deliveries')).rows[0].n).toBe(1);
  });

  it('the same event is there once, under an id that follows from it and the webhook', async () => {
    await outbox.hook('acme');
    const workspaceId = await outbox.workspaceOf('acme');
    const event = { id: randomUUID(), type: 'WORKSPACE_ONLINE', workspaceId, payload: {} };
    await appendEvents(outbox.db, [event]);
    await appendEvents(outbox.db, [event]);
    const [first, ...more] = await outbox.deliveries('acme');
    expect(more).toEqual([]);
    await deleteWebhook(outbox.db, 'acme' as TenantId);
    await outbox.hook('acme');
    await outbox.happens(workspaceId, 'WORKSPACE_PAUSED');
    expect((await outbox.deliveries('acme'))[0]!.id).not.toBe(first!.id);
  });

  it.each<[string[], string]>([
    [['*'], 'CHECKPOINTED,INTERRUPTION_NOTICED,MACHINE_ENDED,ONLINE,ONLINE,OPERATION_FAILED,REBALANCE_ADVISED,STEP'],
    [['interruption'], 'INTERRUPTION_NOTICED,ONLINE,REBALANCE_ADVISED'],
    [['failure'], 'MACHINE_ENDED,OPERATION_FAILED'],
    [['interruption', 'failure'], 'INTERRUPTION_NOTICED,MACHINE_ENDED,ONLINE,OPERATION_FAILED,REBALANCE_ADVISED'],
    [['WORKSPACE_STEP', 'failure'], 'MACHINE_ENDED,OPERATION_FAILED,STEP'],
  ])('%j is told of %s', async (topics, told) => {
    await outbox.hook('acme', topics);
    const interruption = { stage: 'recovered' };
    await outbox.workspaceOf('acme', [
      { type: 'WORKSPACE_ONLINE' },
      { type: 'WORKSPACE_INTERRUPTION_NOTICED', payload: { interruption } },
      { type: 'WORKSPACE_CHECKPOINTED' },
      { type: 'WORKSPACE_STEP' },
      { type: 'WORKSPACE_REBALANCE_ADVISED' },
      { type: 'WORKSPACE_OPERATION_FAILED' },
      { type: 'WORKSPACE_MACHINE_ENDED' },
      { type: 'WORKSPACE_ONLINE', payload: { interruption } },
    ]);
    expect(
      typesOf(await outbox.deliveries('acme'))
        .join()
        .replaceAll('WORKSPACE_', ''),
    ).toBe(told);
  });
});

describe('an operator', () => {
  it('has one delivered again, under the same id and with all its tries', async () => {
    const webhook = await outbox.hook('acme');
    await outbox.happens(await outbox.workspaceOf('acme'), 'one');
    const [only] = await outbox.claim();
    await outbox.fail(only!, { giveUpSeconds: 0 });
    expect(await redeliver(outbox.db, webhook.id, only!.id)).toMatchObject({ state: 'pending', attempts: 0 });
    expect(await outbox.claim(true)).toMatchObject([{ id: only!.id, attempts: 1 }]);
    // Under way: it is left to that.
    expect(await redeliver(outbox.db, webhook.id, only!.id)).toMatchObject({ state: 'pending', attempts: 1 });
    expect(await redeliver(outbox.db, randomUUID(), only!.id)).toBeNull();
    expect(await redeliver(outbox.db, webhook.id, randomUUID())).toBeNull();
  });

  it('has all delivered again that were set aside, and nothing else', async () => {
    const webhook = await outbox.hook('acme');
    for (let n = 0; n < 4; n++) await outbox.happens(await outbox.workspaceOf('acme'), `n${n}`);
    for (const each of await outbox.claim()) {
      if (each.event_type < 'n2') await outbox.fail(each, { giveUpSeconds: 0 });
      if (each.event_type === 'n2') await recordDelivered(outbox.db, each.id, 200);
    }
    expect(await redeliverFailed(outbox.db, webhook.id)).toBe(2);
    const states = (await outbox.deliveries('acme')).map(({ event_type, state }) => `${event_type} ${state}`);
    expect(states.sort()).toEqual(['n0 pending', 'n1 pending', 'n2 delivered', 'n3 pending']);
  });

  it('a test is sent whatever the webhook is told of', async () => {
    const webhook = await outbox.hook('acme', ['failure']);
    await addTestDelivery(outbox.db, webhook.id, { message: 'hello' });
    expect(await outbox.claim()).toMatchObject([{ event_type: 'WEBHOOK_TEST', workspace_id: null, seq: null }]);
  });

  it('pages back through the newest, and sees those of one state', async () => {
    const webhook = await outbox.hook('acme');
    const id = await outbox.workspaceOf('acme');
    await outbox.happens(id, 'a', 'b', 'c');
    const page = await newestDeliveries(outbox.db, webhook.id, { limit: 2 });
    expect(page.map(({ event_type }) => event_type)).toEqual(['c', 'b']);
    const rest = await newestDeliveries(outbox.db, webhook.id, { limit: 2, before: page.at(-1)!.position });
    expect(rest.map(({ event_type }) => event_type)).toEqual(['a']);
    await recordDelivered(outbox.db, rest[0]!.id, 200);
    expect(await newestDeliveries(outbox.db, webhook.id, { limit: 9, state: 'delivered' })).toHaveLength(1);
  });

  it('who disables it sets aside what waits; who removes it leaves nothing', async () => {
    await outbox.hook('acme');
    const id = await outbox.workspaceOf('acme');
    await outbox.happens(id, 'one');
    await outbox.hook('acme', ['*'], false);
    expect(await outbox.deliveries('acme')).toMatchObject([{ state: 'failed', failure: { code: 'WEBHOOK_DISABLED' } }]);
    expect(await deleteWebhook(outbox.db, 'acme' as TenantId)).toBe(true);
    expect(await deleteWebhook(outbox.db, 'acme' as TenantId)).toBe(false);
    expect((await outbox.db.query('select count(*)::int as n from webhook_deliveries')).rows[0].n).toBe(0);
  });

  it('a rotation keeps the old version for a while, or not at all; a new webhook begins anew', async () => {
    const first = await outbox.hook('acme');
    expect(await rotateSecret(outbox.db, 'acme' as TenantId, 60)).toMatchObject({ id: first.id, secret_version: 2 });
    await outbox.happens(await outbox.workspaceOf('acme'), 'one');
    expect(await outbox.claim()).toMatchObject([{ secret_version: 2, signs_with_previous: true }]);
    await rotateSecret(outbox.db, 'acme' as TenantId, 0);
    await outbox.happens(await outbox.workspaceOf('acme'), 'two');
    expect(await outbox.claim()).toMatchObject([{ secret_version: 3, signs_with_previous: false }]);
    expect(await rotateSecret(outbox.db, 'nobody' as TenantId, 60)).toBeNull();
    // Set again it stays the same one.
    expect(await outbox.hook('acme')).toMatchObject({ id: first.id, secret_version: 3, is_new: false });
  });
});

it('what was settled some days ago is dropped, and so is what a removed webhook left', async () => {
  await outbox.hook('acme');
  await outbox.hook('gone');
  for (const tenant of ['acme', 'gone']) await outbox.happens(await outbox.workspaceOf(tenant), 'a', 'b', 'c');
  await outbox.db.query(`delete from webhooks where tenant_id = 'gone'`);
  await outbox.db.query(
    `update webhook_deliveries set state = 'delivered', settled_at = now() - case event_type when 'a' then interval '15 days' else interval '1 day' end
     where event_type <> 'c'`,
  );
  expect(await pruneDeliveries(outbox.db, 14)).toBe(4);
  expect((await outbox.deliveries('acme')).map(({ event_type }) => event_type)).toEqual(['c', 'b']);
});
