// A tenant is told of its events by webhook: signed, in order, repeated until it has them, and only where that may be.

import pg from 'pg';
import { type Berth, startBerth } from '../support/berth.ts';
import { answering, ok, type Receiver, silent, startReceiver, verify } from '../support/receiver.ts';
import { QUICK_WEBHOOKS, webhookOf } from '../support/webhooks.ts';
import { until } from '../support/until.ts';

let berth: Berth;
let receiver: Receiver;
beforeAll(async () => {
  const settings = { ...QUICK_WEBHOOKS, WEBHOOK_TIMEOUT_MS: '1000', WEBHOOK_GIVE_UP_SECONDS: '3' };
  berth = await startBerth({ settings });
});
afterAll(() => berth.stop());
beforeEach(async () => {
  receiver = await startReceiver();
});
afterEach(() => receiver.close());

const hook = (tenant = 'default') => webhookOf(berth, tenant);
/** Of a tenant of its own, so that tests do not hear each other. */
const create = async (tenant: string): Promise<string> => {
  const org = { 'x-molecule-org-id': tenant };
  const { id } = await berth.user.call<{ id: string }>('POST', '/workspaces', { name: tenant }, org);
  return id;
};
type Event = { id: string; event_type: string; created_at: string; payload: Record<string, unknown> };
const eventsOf = async (tenant: string, id: string): Promise<Event[]> =>
  (await berth.user.call<Event[]>('GET', `/events/${id}`, undefined, { 'x-molecule-org-id': tenant })).reverse();

it('tells everything that happens to a workspace, once, in order, signed, as the events API has it', async () => {
  const secret = await hook('all').set(receiver.url, { event_types: ['*'] });
  const id = await create('all');
  await receiver.until((all) => all.some(({ event }) => event.event_type === 'WORKSPACE_ONLINE'));
  await berth.user.call('DELETE', `/workspaces/${id}`, undefined, { 'x-molecule-org-id': 'all' });
  const all = await receiver.until((seen) => seen.some(({ event }) => event.event_type === 'WORKSPACE_DESTROYED'));
  expect(all.map(({ event }) => event)).toMatchObject(await eventsOf('all', id));
  expect(new Set(all.map((each) => each.id)).size).toBe(all.length);
  const seqs = all.map(({ event }) => event.seq!);
  expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
  for (const each of all) expect(verify(secret, each)).toEqual(each.event);
  expect(all[0]!.headers).toMatchObject({ 'content-type': 'application/json', 'user-agent': 'Berth-Webhooks' });
});

it('tells of interruptions and failures alone if nothing else is said, and nothing to another tenant', async () => {
  await hook('quiet').set(receiver.url);
  expect((await hook('quiet').call('GET')).body).toMatchObject({ event_types: ['interruption', 'failure'] });
  const compute = { instance_type: 'm6i.large' };
  berth.emulator.control.capacity.set('m6i.large', '*', 'on-demand', 0);
  for (const tenant of ['quiet', 'other']) {
    const org = { 'x-molecule-org-id': tenant };
    await berth.user.call('POST', '/workspaces', { name: tenant, compute, max_hourly_usd: '0.2' }, org);
  }
  const told = await receiver.until((all) => all.length > 0);
  berth.emulator.control.capacity.clear();
  expect(told.map(({ event }) => event.event_type)).toEqual(['WORKSPACE_PROVISION_FAILED']);
  expect(told[0]!.event.payload).toMatchObject({ code: 'CAPACITY_EXHAUSTED', error: expect.any(String) });
});

it('comes again after errors, under the same id and newly signed, until it is taken', async () => {
  const secret = await hook('errs').set(receiver.url);
  receiver.answer(answering(500, {}, 'out of\u0000order'));
  const id = await hook('errs').test();
  await receiver.until((all) => all.length === 2);
  expect((await hook('errs').until(([one]) => one!.attempts >= 2))[0]).toMatchObject({
    state: 'pending',
    last_status: 500,
    response: 'out of order',
    failure: { code: 'WEBHOOK_ANSWERED', error: 'The receiver answered 500.' },
    next_attempt_at: expect.any(String),
  });
  expect((await hook('errs').call('GET')).body).toMatchObject({ failing_since: expect.any(String) });
  receiver.answer(ok);
  const [delivery] = await hook('errs').until(([one]) => one!.state === 'delivered');
  expect(delivery).toMatchObject({ id, last_status: 204, failure: null, next_attempt_at: null });
  expect(new Set(receiver.received.map((each) => each.id))).toEqual(new Set([id]));
  expect(new Set(receiver.received.map((each) => each.body)).size).toBe(1);
  for (const each of receiver.received) verify(secret, each);
  const { body } = await hook('errs').call('GET');
  expect(body).toMatchObject({ failures: 0, failing_since: null, deliveries: { pending: 0, delivered: 1, failed: 0 } });
});

it('is set aside when its time is over, and an operator has it delivered all the same', async () => {
  await hook('lost').set(receiver.url);
  receiver.answer(answering(503));
  const id = await hook('lost').test();
  const [lost] = await hook('lost').until(([one]) => one!.state === 'failed');
  expect(lost!.attempts).toBeGreaterThan(3);
  expect(await hook('lost').deliveries('?state=failed')).toHaveLength(1);
  expect(await hook('lost').deliveries('?state=delivered')).toEqual([]);
  receiver.answer(ok);
  const again = await hook('lost').call('POST', `/deliveries/${id}/redeliver`);
  expect(again).toMatchObject({ status: 202, body: { id, state: 'pending', attempts: 0 } });
  await hook('lost').until(([one]) => one!.state === 'delivered');
  expect(receiver.received.at(-1)!.id).toBe(id);
});

it('a redirect is not followed', async () => {
  const elsewhere = await startReceiver();
  await hook('moved').set(receiver.url);
  receiver.answer(answering(307, { location: elsewhere.url }));
  await hook('moved').test();
  const [delivery] = await hook('moved').until(([one]) => one!.failure !== null);
  expect(delivery).toMatchObject({ failure: { code: 'WEBHOOK_REDIRECTED' }, last_status: 307 });
  await hook('moved').until(([one]) => one!.state === 'failed');
  expect(elsewhere.received).toEqual([]);
  await elsewhere.close();
});

it('a receiver that is gone is left alone until an operator enables it', async () => {
  await hook('gone').set(receiver.url);
  receiver.answer(answering(410));
  await hook('gone').test();
  await hook('gone').until(([one]) => one!.state === 'failed');
  expect((await hook('gone').call('GET')).body).toMatchObject({
    enabled: false,
    disabled_because: { code: 'WEBHOOK_GONE' },
  });
  expect(await hook('gone').call('POST', '/test')).toMatchObject({ status: 409, body: { code: 'WEBHOOK_DISABLED' } });
  receiver.answer(ok);
  expect(await hook('gone').call('PUT', '', { url: receiver.url })).toMatchObject({
    status: 200,
    body: { enabled: true, disabled_because: null },
  });
  expect(await hook('gone').call('POST', '/deliveries/redeliver')).toEqual({ status: 202, body: { redelivered: 1 } });
  await hook('gone').until(([one]) => one!.state === 'delivered');
});

it('a rotated secret is signed with beside the old one for a while, or alone', async () => {
  const first = await hook('turns').set(receiver.url);
  const next = async (count: number) => {
    await hook('turns').test();
    return (await receiver.until((all) => all.length === count)).at(-1)!;
  };
  const turned = await hook('turns').call('POST', '/rotate-secret');
  expect(turned.body).toMatchObject({ secret_version: 2, previous_secret_until: expect.any(String) });
  const second = String(turned.body['secret']);
  const both = await next(1);
  for (const secret of [first, second]) verify(secret, both);

  const { body } = await hook('turns').call('POST', '/rotate-secret', { keep_previous_seconds: 0 });
  const alone = await next(2);
  verify(String(body['secret']), alone);
  for (const secret of [first, second]) expect(() => verify(secret, alone)).toThrow('No matching signature');
  expect((await hook('turns').call('GET')).body).not.toHaveProperty('secret');
});

it('a receiver that never answers keeps nobody else waiting', async () => {
  const dead = await startReceiver();
  dead.answer(silent);
  await hook('dead').set(dead.url);
  await hook('alive').set(receiver.url);
  for (let n = 0; n < 20; n++) await hook('dead').test();
  await dead.until((all) => all.length > 0);
  const startedAt = Date.now();
  await hook('alive').test();
  await receiver.until((all) => all.length === 1);
  expect(Date.now() - startedAt).toBeLessThan(1_000);
  const timedOut = await hook('dead').until((all) => all.some(({ failure }) => failure !== null));
  expect(timedOut.find(({ failure }) => failure !== null)).toMatchObject({
    failure: { code: 'WEBHOOK_TIMEOUT', error: 'The receiver did not answer within 1000 ms.' },
    last_status: null,
  });
  await hook('dead').call('DELETE');
  await dead.close();
});

it('nothing is sent any more once it is removed', async () => {
  await hook('removed').set(receiver.url, { event_types: ['*'] });
  receiver.answer(answering(500));
  await hook('removed').test();
  await receiver.until((all) => all.length > 0);
  expect(await hook('removed').call('DELETE')).toMatchObject({ status: 200, body: { status: 'removed' } });
  const before = receiver.received.length;
  const id = await create('removed');
  await until(
    () => eventsOf('removed', id),
    (all) => all.some(({ event_type }) => event_type === 'WORKSPACE_ONLINE'),
  );
  // An attempt that was under way at that moment may have arrived.
  expect(receiver.received.length).toBeLessThanOrEqual(before + 1);
  expect(await hook('removed').call('DELETE')).toMatchObject({ status: 404, body: { code: 'WEBHOOK_NOT_FOUND' } });
});

it.each<[string, object, number, string]>([
  ['the metadata service', { url: 'https://169.254.169.254/' }, 422, 'WEBHOOK_URL_REFUSED'],
  ['a private network', { url: 'https://10.0.0.1/' }, 422, 'WEBHOOK_URL_REFUSED'],
  ['credentials', { url: 'https://a:b@example.com/' }, 422, 'WEBHOOK_URL_REFUSED'],
  ['a public receiver without TLS', { url: 'http://example.com/' }, 422, 'WEBHOOK_URL_REFUSED'],
  ['no URL', { url: 'hooks' }, 422, 'WEBHOOK_URL_REFUSED'],
  ['nothing', {}, 400, 'VALIDATION_FAILED'],
  [
    'a type that no event has',
    { url: 'https://example.com/', event_types: ['WORKSPACE_ONLIN'] },
    400,
    'VALIDATION_FAILED',
  ],
  ['no type at all', { url: 'https://example.com/', event_types: [] }, 400, 'VALIDATION_FAILED'],
  ['a secret of its own', { url: 'https://example.com/', secret: 'x' }, 400, 'VALIDATION_FAILED'],
])('%s is refused', async (_, body, status, code) => {
  expect(await hook('refused').call('PUT', '', body)).toMatchObject({ status, body: { code } });
  expect((await hook('refused').call('GET')).status).toBe(404);
});

it("is the operator's alone, and says what is not there", async () => {
  for (const [method, path] of [
    ['GET', ''],
    ['PUT', ''],
    ['DELETE', ''],
    ['POST', '/rotate-secret'],
    ['POST', '/test'],
    ['GET', '/deliveries'],
    ['POST', '/deliveries/redeliver'],
  ] as const) {
    const answer = await fetch(`${berth.apiUrl}/admin/tenants/default/webhook${path}`, { method });
    expect([method, path, answer.status]).toEqual([method, path, 401]);
    if (method === 'PUT') continue;
    expect(await hook('nobody').call(method, path)).toMatchObject({
      status: 404,
      body: { code: 'WEBHOOK_NOT_FOUND', tenant_id: 'nobody' },
    });
  }
  await hook('known').set(receiver.url);
  for (const id of ['x', '0b0e7f5e-9a5a-4d0e-8a39-5f6d2f6f3a11']) {
    expect(await hook('known').call('POST', `/deliveries/${id}/redeliver`)).toMatchObject({
      status: 404,
      body: { code: 'WEBHOOK_DELIVERY_NOT_FOUND' },
    });
  }
  expect((await hook('known').call('GET', '/deliveries?state=lost')).status).toBe(400);
  expect((await hook('NOT A TENANT').call('GET')).status).toBe(400);
});

it('no row of any table holds a secret', async () => {
  const secret = await hook('searched').set(receiver.url);
  await hook('searched').test();
  await hook('searched').until(([one]) => one!.state === 'delivered');
  const client = new pg.Client({ connectionString: berth.databaseUrl });
  await client.connect();
  try {
    const { rows: tables } = await client.query(`select tablename from pg_tables where schemaname = 'public'`);
    for (const { tablename } of tables) {
      const { rows } = await client.query(`select count(*) from ${tablename} t where t::text like '%' || $1 || '%'`, [
        secret.slice('whsec_'.length),
      ]);
      expect([tablename, Number(rows[0].count)]).toEqual([tablename, 0]);
    }
  } finally {
    await client.end();
  }
});
