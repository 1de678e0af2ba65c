// The outbox of webhooks is emptied in order, and never in the way of other tenants or of those who write events.

import { randomUUID } from 'node:crypto';
import type { TenantId } from '../domain/ids.ts';
import { refused, testOutbox, typesOf } from '../test/support/outbox.ts';
import { appendEvents } from './events.ts';
import { transaction } from './pool.ts';
import { countDeliveries } from './webhookDeliveries.ts';
import { HOLDING_ATTEMPTS, recordDelivered } from './webhookOutbox.ts';
import { findWebhook } from './webhooks.ts';

let outbox: Awaited<ReturnType<typeof testOutbox>>;
beforeAll(async () => {
  outbox = await testOutbox();
});
afterAll(() => outbox.drop());
beforeEach(() => outbox.clear());

describe('what is claimed', () => {
  it('is claimed once, also by two at the same moment, and again when its lease is over', async () => {
    await outbox.hook('acme');
    for (let n = 0; n < 3; n++) await outbox.happens(await outbox.workspaceOf('acme'), `n${n}`);
    const both = (await Promise.all([outbox.claim(), outbox.claim()])).flat();
    expect(new Set(both.map(({ id }) => id)).size).toBe(both.length);
    expect(both.length + (await outbox.claim()).length).toBe(3);
    expect(await outbox.claim()).toEqual([]);
    await outbox.db.query(`update webhook_deliveries set claimed_until = now()`);
    expect((await outbox.claim()).map(({ attempts }) => attempts)).toEqual([2, 2, 2]);
  });

  it('an event waits for the one before it in its workspace, and not for those of others', async () => {
    await outbox.hook('acme');
    const [one, other] = [await outbox.workspaceOf('acme'), await outbox.workspaceOf('acme')];
    await outbox.happens(one, 'a1', 'a2');
    await outbox.happens(other, 'b1');
    const first = await outbox.claim();
    expect(typesOf(first)).toEqual(['a1', 'b1']);
    expect(await outbox.claim()).toEqual([]);
    await recordDelivered(outbox.db, first.find(({ event_type }) => event_type === 'a1')!.id, 200);
    expect(typesOf(await outbox.claim())).toEqual(['a2']);
  });

  it('one that fails holds back the next for some attempts, and no longer', async () => {
    await outbox.hook('acme');
    await outbox.happens(await outbox.workspaceOf('acme'), 'poison', 'next');
    for (let n = 1; n < HOLDING_ATTEMPTS; n++) {
      const [only, ...more] = await outbox.claim(n > 1);
      expect([only!.event_type, more]).toEqual(['poison', []]);
      await outbox.fail(only!);
    }
    const [last] = await outbox.claim(true);
    await outbox.fail(last!, { retryInMs: 60_000 });
    expect(typesOf(await outbox.claim(true))).toEqual(['next']);
  });

  it('a receiver that fails is tried one at a time, and others as ever', async () => {
    await outbox.hook('bad');
    await outbox.hook('good');
    for (let n = 0; n < 6; n++) {
      await outbox.happens(await outbox.workspaceOf('bad'), `bad${n}`);
      await outbox.happens(await outbox.workspaceOf('good'), `good${n}`);
    }
    const first = await outbox.claim();
    expect(first).toHaveLength(8);
    for (const each of first)
      await (each.event_type.startsWith('bad') ? outbox.fail(each) : recordDelivered(outbox.db, each.id, 200));
    expect(typesOf(await outbox.claim())).toEqual(['good4', 'good5']);
    const [again, ...more] = await outbox.claim(true);
    expect(more).toEqual([]);
    expect(await outbox.claim(true)).toEqual([]);
    await recordDelivered(outbox.db, again!.id, 204);
    expect(await outbox.claim()).toHaveLength(4);
    expect(await findWebhook(outbox.db, 'bad' as TenantId)).toMatchObject({ failures: 0, failing_since: null });
  });

  it('no more than asked for, the longest due first', async () => {
    await outbox.hook('acme');
    for (let n = 0; n < 3; n++) await outbox.happens(await outbox.workspaceOf('acme'), `n${n}`);
    expect(typesOf(await outbox.claim(false, 2))).toEqual(['n0', 'n1']);
    expect(await outbox.claim(false, 0)).toEqual([]);
  });

  it('is held up neither by a writer of events nor by a webhook that is being changed, and holds up none', async () => {
    await outbox.hook('acme');
    const id = await outbox.workspaceOf('acme');
    await outbox.happens(id, 'first');
    await transaction(outbox.db, async (client) => {
      await appendEvents(client, [{ id: randomUUID(), type: 'open', workspaceId: id, payload: {} }]);
      expect(typesOf(await outbox.claim())).toEqual(['first']);
    });
    await transaction(outbox.db, async (client) => {
      await client.query(`update webhooks set url = url`);
      expect(await outbox.claim()).toEqual([]);
      await outbox.happens(id, 'meanwhile');
    });
  });
});

describe('what comes of an attempt', () => {
  it('a failure is tried again at its time, and says why; a success ends it', async () => {
    await outbox.hook('acme');
    await outbox.happens(await outbox.workspaceOf('acme'), 'one');
    const [first] = await outbox.claim();
    expect(await outbox.fail(first!, { retryInMs: 60_000 })).toBe('pending');
    expect(await outbox.claim(true)).toEqual([]);
    expect((await outbox.deliveries('acme'))[0]).toMatchObject({
      state: 'pending',
      attempts: 1,
      last_status: 500,
      failure: { code: 'WEBHOOK_ANSWERED', context: { http_status: 500 } },
      response: 'no',
    });
    await outbox.db.query('update webhook_deliveries set next_attempt_at = now()');
    const [second] = await outbox.claim(true);
    await recordDelivered(outbox.db, second!.id, 200);
    expect((await outbox.deliveries('acme'))[0]).toMatchObject({
      state: 'delivered',
      attempts: 2,
      failure: null,
      response: null,
    });
  });

  it('is set aside where the next try would be later than the end of its time', async () => {
    const webhook = await outbox.hook('acme');
    await outbox.happens(await outbox.workspaceOf('acme'), 'one');
    const [only] = await outbox.claim();
    expect(await outbox.fail(only!, { retryInMs: 10_000, giveUpSeconds: 5 })).toBe('failed');
    expect(await outbox.claim(true)).toEqual([]);
    expect(await countDeliveries(outbox.db, webhook.id)).toEqual({ pending: 0, delivered: 0, failed: 1 });
  });

  it('the word of an attempt that lost its lease counts only if it was delivered', async () => {
    await outbox.hook('acme');
    await outbox.happens(await outbox.workspaceOf('acme'), 'one');
    const [late] = await outbox.claim(false, 1, 0);
    const [current] = await outbox.claim(false, 1);
    expect(await outbox.fail(late!)).toBeNull();
    await recordDelivered(outbox.db, late!.id, 200);
    expect(await outbox.fail(current!)).toBeNull();
    expect((await outbox.deliveries('acme'))[0]).toMatchObject({ state: 'delivered' });
  });

  it('a receiver that is gone disables the webhook, and sets aside what waits', async () => {
    await outbox.hook('acme');
    for (let n = 0; n < 3; n++) await outbox.happens(await outbox.workspaceOf('acme'), `n${n}`);
    const [first, second] = await outbox.claim(false, 2);
    await outbox.fail(first!, {
      disables: true,
      failure: { ...refused, code: 'WEBHOOK_GONE', context: {}, status: 410 },
    });
    expect(await findWebhook(outbox.db, 'acme' as TenantId)).toMatchObject({
      enabled: false,
      disabled_because: 'WEBHOOK_GONE',
    });
    // Under way at that moment: it ends by itself.
    expect(await outbox.fail(second!)).toBe('failed');
    expect((await outbox.deliveries('acme')).map(({ state, failure }) => `${state} ${failure!.code}`).sort()).toEqual([
      'failed WEBHOOK_ANSWERED',
      'failed WEBHOOK_DISABLED',
      'failed WEBHOOK_GONE',
    ]);
    await outbox.hook('acme');
    expect(await findWebhook(outbox.db, 'acme' as TenantId)).toMatchObject({ enabled: true, disabled_because: null });
  });

  it('what has waited for all its time behind a receiver that fails is set aside with it', async () => {
    await outbox.hook('acme');
    for (let n = 0; n < 3; n++) await outbox.happens(await outbox.workspaceOf('acme'), `n${n}`);
    const [first] = await outbox.claim(false, 1);
    await outbox.db.query(`update webhooks set failures = 9, failing_since = now() - interval '2 hours'`);
    await outbox.db.query(
      `update webhook_deliveries set occurred_at = now() - interval '2 hours' where event_type = 'n1'`,
    );
    await outbox.fail(first!, { retryInMs: 60_000 });
    const states = (await outbox.deliveries('acme')).map(({ event_type, state }) => `${event_type} ${state}`);
    expect(states.sort()).toEqual(['n0 pending', 'n1 failed', 'n2 pending']);
  });
});
