// The outbox of webhooks: filled with the events themselves, emptied in order, and never in the way of other tenants or of writers.

import { randomUUID } from 'node:crypto';
import type { TenantId, WorkspaceId } from '../domain/ids.ts';
import type { DeliveryFailure } from '../domain/webhook.ts';
import { newWorkspace } from '../domain/workspace.ts';
import { type TestDatabase, testDatabase } from '../test/support/database.ts';
import { appendEvents } from './events.ts';
import { connect, type Database, transaction } from './pool.ts';
import { addTestDelivery, countDeliveries, newestDeliveries, redeliver } from './webhookDeliveries.ts';
import {
  claimDeliveries,
  type ClaimedDelivery,
  HOLDING_ATTEMPTS,
  pruneDeliveries,
  recordDelivered,
  recordFailedAttempt,
} from './webhookOutbox.ts';
import { deleteWebhook, findWebhook, putWebhook, rotateSecret } from './webhooks.ts';
import { publishWorkspace } from './workspaces.ts';

let database: TestDatabase;
let db: Database;
beforeAll(async () => {
  database = await testDatabase();
  db = connect(database.url);
});
afterAll(async () => {
  await db.end();
  await database.drop();
});
beforeEach(() => db.query('truncate webhooks, webhook_deliveries'));

const profile = { name: 'x', role: null, runtime: null, tier: 3 as const, compute: {} };
async function workspaceOf(tenant: string, events: { type: string; payload?: Record<string, unknown> }[] = []) {
  const id = randomUUID() as WorkspaceId;
  const state = { ...newWorkspace(id, tenant as TenantId), profile, version: 1 };
  await publishWorkspace(
    db,
    state,
    events.map(({ type, payload = {} }) => ({ id: randomUUID(), type, payload })),
  );
  return id;
}
const happens = (workspaceId: WorkspaceId, ...types: string[]) =>
  appendEvents(
    db,
    types.map((type) => ({ id: randomUUID(), type, workspaceId, payload: { said: type } })),
  );
const hook = (tenant: string, eventTypes: string[] = ['*'], enabled = true) =>
  putWebhook(db, { id: randomUUID(), tenantId: tenant as TenantId, url: 'https://example.com/', eventTypes, enabled });
const claim = (isFailing = false, limit = 100, leaseMs = 60_000) => claimDeliveries(db, { isFailing, limit, leaseMs });
const types = (claimed: readonly { event_type: string }[]) => claimed.map(({ event_type }) => event_type).sort();
const refused: DeliveryFailure = {
  code: 'WEBHOOK_ANSWERED',
  context: { http_status: 500 },
  status: 500,
  response: 'no',
};
const fail = ({ id, attempts }: ClaimedDelivery, more: Partial<Parameters<typeof recordFailedAttempt>[1]> = {}) =>
  recordFailedAttempt(db, {
    id,
    attempts,
    failure: refused,
    retryInMs: 0,
    giveUpSeconds: 3_600,
    disables: false,
    ...more,
  });
const deliveries = async (tenant: string) => {
  const webhook = await findWebhook(db, tenant as TenantId);
  return newestDeliveries(db, webhook!.id, { limit: 100 });
};

describe('what is written', () => {
  it('is in the outbox with the event, the first of a new workspace too, or not at all', async () => {
    await hook('acme');
    const id = await workspaceOf('acme', [{ type: 'WORKSPACE_PROVISIONING', payload: { n: 1 } }]);
    await expect(
      transaction(db, async (client) => {
        await appendEvents(client, [{ id: randomUUID(), type: 'WORKSPACE_ONLINE', workspaceId: id, payload: {} }]);
        throw new Error('rolled back');
      }),
    ).rejects.toThrow('rolled back');
    expect(await deliveries('acme')).toMatchObject([
      { event_type: 'WORKSPACE_PROVISIONING', workspace_id: id, payload: { n: 1 }, state: 'pending', attempts: 0 },
    ]);
  });

  it("is the tenant's own alone, and nothing where none is set or it is disabled", async () => {
    await hook('acme');
    await hook('closed', ['*'], false);
    for (const tenant of ['acme', 'closed', 'other']) await happens(await workspaceOf(tenant), 'WORKSPACE_ONLINE');
    expect((await db.query('select count(*)::int as n from webhook_deliveries')).rows[0].n).toBe(1);
  });

  it('the same event is there once, under an id that follows from it and the webhook', async () => {
    await hook('acme');
    const workspaceId = await workspaceOf('acme');
    const event = { id: randomUUID(), type: 'WORKSPACE_ONLINE', workspaceId, payload: {} };
    await appendEvents(db, [event]);
    await appendEvents(db, [event]);
    const [first, ...more] = await deliveries('acme');
    expect(more).toEqual([]);
    await deleteWebhook(db, 'acme' as TenantId);
    await hook('acme');
    await happens(workspaceId, 'WORKSPACE_PAUSED');
    expect((await deliveries('acme'))[0]!.id).not.toBe(first!.id);
  });

  it.each<[string[], string]>([
    [['*'], 'CHECKPOINTED,INTERRUPTION_NOTICED,MACHINE_ENDED,ONLINE,ONLINE,OPERATION_FAILED,STEP'],
    [['interruption'], 'INTERRUPTION_NOTICED,ONLINE'],
    [['failure'], 'MACHINE_ENDED,OPERATION_FAILED'],
    [['interruption', 'failure'], 'INTERRUPTION_NOTICED,MACHINE_ENDED,ONLINE,OPERATION_FAILED'],
    [['WORKSPACE_STEP', 'failure'], 'MACHINE_ENDED,OPERATION_FAILED,STEP'],
  ])('%j is told of %s', async (topics, told) => {
    await hook('acme', topics);
    const interruption = { stage: 'recovered' };
    await workspaceOf('acme', [
      { type: 'WORKSPACE_ONLINE' },
      { type: 'WORKSPACE_INTERRUPTION_NOTICED', payload: { interruption } },
      { type: 'WORKSPACE_CHECKPOINTED' },
      { type: 'WORKSPACE_STEP' },
      { type: 'WORKSPACE_OPERATION_FAILED' },
      { type: 'WORKSPACE_MACHINE_ENDED' },
      { type: 'WORKSPACE_ONLINE', payload: { interruption } },
    ]);
    expect(
      types(await deliveries('acme'))
        .join()
        .replaceAll('WORKSPACE_', ''),
    ).toBe(told);
  });
});

describe('what is claimed', () => {
  it('is claimed once, also by two at the same moment, and again when its lease is over', async () => {
    await hook('acme');
    for (let n = 0; n < 3; n++) await happens(await workspaceOf('acme'), `n${n}`);
    const both = (await Promise.all([claim(), claim()])).flat();
    expect(new Set(both.map(({ id }) => id)).size).toBe(both.length);
    expect(both.length + (await claim()).length).toBe(3);
    expect(await claim()).toEqual([]);
    await db.query(`update webhook_deliveries set claimed_until = now()`);
    expect((await claim()).map(({ attempts }) => attempts)).toEqual([2, 2, 2]);
  });

  it('an event waits for the one before it in its workspace, and not for those of others', async () => {
    await hook('acme');
    const [one, other] = [await workspaceOf('acme'), await workspaceOf('acme')];
    await happens(one, 'a1', 'a2');
    await happens(other, 'b1');
    const first = await claim();
    expect(types(first)).toEqual(['a1', 'b1']);
    expect(await claim()).toEqual([]);
    await recordDelivered(db, first.find(({ event_type }) => event_type === 'a1')!.id, 200);
    expect(types(await claim())).toEqual(['a2']);
  });

  it('one that fails holds back the next for some attempts, and no longer', async () => {
    await hook('acme');
    await happens(await workspaceOf('acme'), 'poison', 'next');
    for (let n = 1; n < HOLDING_ATTEMPTS; n++) {
      const [only, ...more] = await claim(n > 1);
      expect([only!.event_type, more]).toEqual(['poison', []]);
      await fail(only!);
    }
    const [last] = await claim(true);
    await fail(last!, { retryInMs: 60_000 });
    expect(types(await claim(true))).toEqual(['next']);
  });

  it('a receiver that fails is tried one at a time, and others as ever', async () => {
    await hook('bad');
    await hook('good');
    for (let n = 0; n < 6; n++) {
      await happens(await workspaceOf('bad'), `bad${n}`);
      await happens(await workspaceOf('good'), `good${n}`);
    }
    const first = await claim();
    expect(first).toHaveLength(8);
    for (const each of first)
      await (each.event_type.startsWith('bad') ? fail(each) : recordDelivered(db, each.id, 200));
    expect(types(await claim())).toEqual(['good4', 'good5']);
    const [again, ...more] = await claim(true);
    expect(more).toEqual([]);
    expect(await claim(true)).toEqual([]);
    await recordDelivered(db, again!.id, 204);
    expect(await claim()).toHaveLength(4);
    expect(await findWebhook(db, 'bad' as TenantId)).toMatchObject({ failures: 0, failing_since: null });
  });

  it('no more than asked for, the longest due first', async () => {
    await hook('acme');
    for (let n = 0; n < 3; n++) await happens(await workspaceOf('acme'), `n${n}`);
    expect(types(await claim(false, 2))).toEqual(['n0', 'n1']);
    expect(await claim(false, 0)).toEqual([]);
  });

  it('is held up neither by a writer of events nor by a webhook that is being changed, and holds up none', async () => {
    await hook('acme');
    const id = await workspaceOf('acme');
    await happens(id, 'first');
    await transaction(db, async (client) => {
      await appendEvents(client, [{ id: randomUUID(), type: 'open', workspaceId: id, payload: {} }]);
      expect(types(await claim())).toEqual(['first']);
    });
    await transaction(db, async (client) => {
      await client.query(`update webhooks set url = url`);
      expect(await claim()).toEqual([]);
      await happens(id, 'meanwhile');
    });
  });
});

describe('what comes of an attempt', () => {
  it('a failure is tried again at its time, and says why; a success ends it', async () => {
    await hook('acme');
    await happens(await workspaceOf('acme'), 'one');
    const [first] = await claim();
    expect(await fail(first!, { retryInMs: 60_000 })).toBe('pending');
    expect(await claim(true)).toEqual([]);
    expect((await deliveries('acme'))[0]).toMatchObject({
      state: 'pending',
      attempts: 1,
      last_status: 500,
      failure: { code: 'WEBHOOK_ANSWERED', context: { http_status: 500 } },
      response: 'no',
    });
    await db.query('update webhook_deliveries set next_attempt_at = now()');
    const [second] = await claim(true);
    await recordDelivered(db, second!.id, 200);
    expect((await deliveries('acme'))[0]).toMatchObject({
      state: 'delivered',
      attempts: 2,
      failure: null,
      response: null,
    });
  });

  it('is set aside where the next try would be later than the end of its time', async () => {
    const webhook = await hook('acme');
    await happens(await workspaceOf('acme'), 'one');
    const [only] = await claim();
    expect(await fail(only!, { retryInMs: 10_000, giveUpSeconds: 5 })).toBe('failed');
    expect(await claim(true)).toEqual([]);
    expect(await countDeliveries(db, webhook.id)).toEqual({ pending: 0, delivered: 0, failed: 1 });
  });

  it('the word of an attempt that lost its lease counts only if it was delivered', async () => {
    await hook('acme');
    await happens(await workspaceOf('acme'), 'one');
    const [late] = await claim(false, 1, 0);
    const [current] = await claim(false, 1);
    expect(await fail(late!)).toBeNull();
    await recordDelivered(db, late!.id, 200);
    expect(await fail(current!)).toBeNull();
    expect((await deliveries('acme'))[0]).toMatchObject({ state: 'delivered' });
  });

  it('a receiver that is gone disables the webhook, and sets aside what waits', async () => {
    await hook('acme');
    for (let n = 0; n < 3; n++) await happens(await workspaceOf('acme'), `n${n}`);
    const [first, second] = await claim(false, 2);
    await fail(first!, { disables: true, failure: { ...refused, code: 'WEBHOOK_GONE', context: {}, status: 410 } });
    expect(await findWebhook(db, 'acme' as TenantId)).toMatchObject({
      enabled: false,
      disabled_because: 'WEBHOOK_GONE',
    });
    // Under way at that moment: it ends by itself.
    expect(await fail(second!)).toBe('failed');
    expect((await deliveries('acme')).map(({ state, failure }) => `${state} ${failure!.code}`).sort()).toEqual([
      'failed WEBHOOK_ANSWERED',
      'failed WEBHOOK_DISABLED',
      'failed WEBHOOK_GONE',
    ]);
    await hook('acme');
    expect(await findWebhook(db, 'acme' as TenantId)).toMatchObject({ enabled: true, disabled_because: null });
  });

  it('what has waited for all its time behind a receiver that fails is set aside with it', async () => {
    await hook('acme');
    for (let n = 0; n < 3; n++) await happens(await workspaceOf('acme'), `n${n}`);
    const [first] = await claim(false, 1);
    await db.query(`update webhooks set failures = 9, failing_since = now() - interval '2 hours'`);
    await db.query(`update webhook_deliveries set occurred_at = now() - interval '2 hours' where event_type = 'n1'`);
    await fail(first!, { retryInMs: 60_000 });
    const states = (await deliveries('acme')).map(({ event_type, state }) => `${event_type} ${state}`);
    expect(states.sort()).toEqual(['n0 pending', 'n1 failed', 'n2 pending']);
  });
});

describe('an operator', () => {
  it('has one delivered again, under the same id and with all its tries', async () => {
    const webhook = await hook('acme');
    await happens(await workspaceOf('acme'), 'one');
    const [only] = await claim();
    await fail(only!, { giveUpSeconds: 0 });
    expect(await redeliver(db, webhook.id, only!.id)).toMatchObject({ state: 'pending', attempts: 0 });
    expect(await claim(true)).toMatchObject([{ id: only!.id, attempts: 1 }]);
    // Under way: it is left to that.
    expect(await redeliver(db, webhook.id, only!.id)).toMatchObject({ state: 'pending', attempts: 1 });
    expect(await redeliver(db, randomUUID(), only!.id)).toBeNull();
    expect(await redeliver(db, webhook.id, randomUUID())).toBeNull();
  });

  it('a test is sent whatever the webhook is told of', async () => {
    const webhook = await hook('acme', ['failure']);
    await addTestDelivery(db, webhook.id, { message: 'hello' });
    expect(await claim()).toMatchObject([{ event_type: 'WEBHOOK_TEST', workspace_id: null, seq: null }]);
  });

  it('pages back through the newest, and sees those of one state', async () => {
    const webhook = await hook('acme');
    const id = await workspaceOf('acme');
    await happens(id, 'a', 'b', 'c');
    const page = await newestDeliveries(db, webhook.id, { limit: 2 });
    expect(page.map(({ event_type }) => event_type)).toEqual(['c', 'b']);
    const rest = await newestDeliveries(db, webhook.id, { limit: 2, before: page.at(-1)!.position });
    expect(rest.map(({ event_type }) => event_type)).toEqual(['a']);
    await recordDelivered(db, rest[0]!.id, 200);
    expect(await newestDeliveries(db, webhook.id, { limit: 9, state: 'delivered' })).toHaveLength(1);
  });

  it('who disables it sets aside what waits; who removes it leaves nothing', async () => {
    await hook('acme');
    const id = await workspaceOf('acme');
    await happens(id, 'one');
    await hook('acme', ['*'], false);
    expect(await deliveries('acme')).toMatchObject([{ state: 'failed', failure: { code: 'WEBHOOK_DISABLED' } }]);
    expect(await deleteWebhook(db, 'acme' as TenantId)).toBe(true);
    expect(await deleteWebhook(db, 'acme' as TenantId)).toBe(false);
    expect((await db.query('select count(*)::int as n from webhook_deliveries')).rows[0].n).toBe(0);
  });

  it('a rotation keeps the old version for a while, or not at all; a new webhook begins anew', async () => {
    const first = await hook('acme');
    expect(await rotateSecret(db, 'acme' as TenantId, 60)).toMatchObject({ id: first.id, secret_version: 2 });
    await happens(await workspaceOf('acme'), 'one');
    expect(await claim()).toMatchObject([{ secret_version: 2, signs_with_previous: true }]);
    await rotateSecret(db, 'acme' as TenantId, 0);
    await happens(await workspaceOf('acme'), 'two');
    expect(await claim()).toMatchObject([{ secret_version: 3, signs_with_previous: false }]);
    expect(await rotateSecret(db, 'nobody' as TenantId, 60)).toBeNull();
    // Set again it stays the same one.
    expect(await hook('acme')).toMatchObject({ id: first.id, secret_version: 3, is_new: false });
  });
});

it('what was settled some days ago is dropped, and so is what a removed webhook left', async () => {
  await hook('acme');
  await hook('gone');
  for (const tenant of ['acme', 'gone']) await happens(await workspaceOf(tenant), 'a', 'b', 'c');
  await db.query(`delete from webhooks where tenant_id = 'gone'`);
  await db.query(
    `update webhook_deliveries set state = 'delivered', settled_at = now() - case event_type when 'a' then interval '15 days' else interval '1 day' end
     where event_type <> 'c'`,
  );
  expect(await pruneDeliveries(db, 14)).toBe(4);
  expect((await deliveries('acme')).map(({ event_type }) => event_type)).toEqual(['c', 'b']);
});
