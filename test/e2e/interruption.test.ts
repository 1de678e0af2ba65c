// A spot machine is taken away: its home is saved in time, and goes on with another machine, or waits for one.

import { inlineMachines } from '../../emulator/machines/inline.ts';
import { type Berth, startBerth } from '../support/berth.ts';
import { readHome } from '../support/home.ts';
import { FILES, operationsOf, type Read } from '../support/operations.ts';
import { type Receiver, startReceiver, verify } from '../support/receiver.ts';
import { QUICK_WEBHOOKS, webhookOf } from '../support/webhooks.ts';

let berth: Berth;
let on: ReturnType<typeof operationsOf>;
beforeAll(async () => {
  berth = await startBerth({
    settings: { MACHINE_WATCH_MS: '50', QUIESCE_TIMEOUT_SECONDS: '5', ...QUICK_WEBHOOKS },
    emulator: {
      machines: inlineMachines({ noticePollMs: 20 }),
      // So long that a machine which is busy comes to rest in it.
      settings: { snapshotRate: 'off', noticeMs: 4_000 },
    },
  });
  on = operationsOf(berth);
  const entitlements = JSON.stringify({ spot: true });
  const answer = await fetch(`${berth.apiUrl}/admin/tenants/default/entitlements`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${berth.adminToken}` },
    body: entitlements,
  });
  expect(answer.status).toBe(200);
});
afterAll(() => berth.stop());
afterEach(() => berth.emulator.control.capacity.clear());

/** Where the home has to come to rest in it, also on a machine that has much else to do. */
const LONG_NOTICE = { notice_ms: 6_000 };

const spot = (policy?: string) => ({
  compute: { market: 'spot', ...(policy === undefined ? {} : { interruption_policy: policy }) },
  max_hourly_usd: '1',
});
const control = async (path: string, body: object = {}): Promise<void> => {
  const answer = await fetch(`${berth.emulator.url}/_emulator/${path}`, { method: 'POST', body: JSON.stringify(body) });
  expect(await answer.json()).not.toHaveProperty('error');
};
const eventsOf = async (id: string): Promise<string[]> =>
  (await berth.user.call<{ event_type: string }[]>('GET', `/events/${id}`)).map((event) => event.event_type);

it('saves the home before the machine is taken, and goes on with another one and the same volume', async () => {
  const { id, instance, volume } = await on.online('taken', spot());
  await control(`instances/${instance}/interrupt`, LONG_NOTICE);
  const noticed = await on.untilRead(id, ({ phase }) => phase === 'interrupted' || phase === 'recovering');
  expect(noticed).toMatchObject({ interruption: { instance_id: instance, deadline: expect.any(String) } });
  const now = await on.untilRead(id, ({ status, generation }) => status === 'online' && generation === 2);
  expect(now).toMatchObject({ interruption: null, home: { volume_id: volume } });
  expect(now.machine!.instance_id).not.toBe(instance);
  expect(await readHome(berth, volume)).toEqual(FILES);
  expect(on.alive(id)).toEqual([now.machine!.instance_id]);
  expect(await berth.user.call('GET', `/workspaces/${id}/restore-points`)).toMatchObject([
    { reason: 'interruption', quality: 'clean', manifest: { files: 3 } },
  ]);
  expect((await eventsOf(id)).reverse()).toEqual(
    expect.arrayContaining([
      'WORKSPACE_INTERRUPTION_NOTICED',
      'WORKSPACE_CHECKPOINTED',
      'WORKSPACE_RECOVERING',
      'WORKSPACE_ONLINE',
    ]),
  );
  // AWS ended it, not Berth.
  expect(berth.instances().find((entry) => entry.id === instance)).toMatchObject({ state: 'terminated' });
});

it('goes on after an end without a notice', async () => {
  const { id, instance, volume } = await on.online('vanished', spot());
  await control(`instances/${instance}/interrupt`, { notice_ms: 0 });
  const now = await on.untilRead(id, ({ status, generation }) => status === 'online' && generation === 2);
  expect(now).toMatchObject({ home: { volume_id: volume } });
  expect(await readHome(berth, volume)).toEqual(FILES);
  expect(await eventsOf(id)).toContain('WORKSPACE_MACHINE_ENDED');
});

it('waits paused where there is no spot capacity, and says until when; a resume takes what there is then', async () => {
  const { id, instance, volume } = await on.online('scarce', spot());
  berth.emulator.control.capacity.set('*', '*', 'spot', 0);
  await control(`instances/${instance}/interrupt`);
  const waiting = await on.untilRead(id, ({ status }) => status === 'paused');
  expect(waiting).toMatchObject({
    failure: { code: 'CAPACITY_EXHAUSTED' },
    machine: null,
    home: { volume_id: volume },
    interruption: {
      stage: 'waiting',
      waits_for: 'capacity',
      waits_at_hourly_usd: expect.any(String),
      tries_again_at: expect.any(String),
      attempts: 1,
      actions: expect.arrayContaining([{ action: 'resume', method: 'POST', href: `/workspaces/${id}/resume` }]),
    },
  });
  berth.emulator.control.capacity.clear();
  expect(await on.run(id, 'resume')).toMatchObject({ status: 'succeeded' });
  expect(await readHome(berth, volume)).toEqual(FILES);
});

it('goes on-demand where its policy says so and there is no spot capacity', async () => {
  const { id, instance, volume } = await on.online('insists', spot('on-demand'));
  berth.emulator.control.capacity.set('*', '*', 'spot', 0);
  await control(`instances/${instance}/interrupt`);
  const now = await on.untilRead(id, ({ status, generation }) => status === 'online' && generation === 2);
  expect(now).toMatchObject({ compute: { market: 'spot' } });
  expect(berth.instances().find((entry) => entry.id === now.machine!.instance_id)).toMatchObject({ billable: true });
  expect(await readHome(berth, volume)).toEqual(FILES);
});

it('is paused at once where its policy says so', async () => {
  const { id, instance } = await on.online('calm', spot('pause'));
  await control(`instances/${instance}/interrupt`);
  expect(await on.untilRead(id, ({ status }) => status === 'paused')).toMatchObject({
    failure: { code: 'SPOT_INTERRUPTED' },
  });
});

it('takes a restore point where AWS advises to leave, says where it would go and for how much, and goes on', async () => {
  const { id, instance, zone } = await on.online('advised', spot());
  await control(`instances/${instance}/rebalance`);
  const told = (await berth.untilEvent(id, 'WORKSPACE_REBALANCE_ADVISED')).at(-1)!.payload;
  expect(told).toMatchObject({ instance_id: instance, target: { market: 'spot', hourly_usd: expect.any(String) } });
  const read = (await on.read(id)) as Read & { rebalance: { target: { instance_type: string; zone: string } } };
  expect(read).toMatchObject({
    status: 'online',
    phase: 'ready',
    operation: null,
    generation: 1,
    machine: { instance_id: instance },
    rebalance: { instance_id: instance, restore_point_id: expect.any(String), target: told['target'] },
  });
  // Not the pool that AWS advises to leave.
  const { target } = read.rebalance;
  expect(`${target.instance_type} ${target.zone}`).not.toBe(`${read.machine!.instance_type} ${zone}`);
  expect(await berth.user.call('POST', '/compute/quote', spot())).toMatchObject({
    candidates: expect.arrayContaining([
      expect.objectContaining({ instance_type: target.instance_type, zone: target.zone }),
    ]),
  });
  expect(await berth.user.call('GET', `/workspaces/${id}/restore-points`)).toMatchObject([
    { reason: 'rebalance', quality: 'frozen' },
  ]);
});

it('advice that comes while something runs is followed after it, and a policy that goes nowhere is said', async () => {
  const { id, instance } = await on.online('advised late', spot('pause'));
  const { operation_id } = await berth.user.call('POST', `/workspaces/${id}/restart`);
  await control(`instances/${instance}/rebalance`);
  await berth.untilEvent(id, 'WORKSPACE_REBALANCE_RECOMMENDED');
  expect(await on.ended(id, operation_id)).toMatchObject({ status: 'succeeded' });
  const told = (await berth.untilEvent(id, 'WORKSPACE_REBALANCE_ADVISED')).at(-1)!.payload;
  expect(told).toMatchObject({ target: null, no_target: { code: 'SPOT_INTERRUPTED' } });
});

it('an operation under way is called off by a notice, and the home is saved all the same', async () => {
  const { id, instance, volume } = await on.online('busy', spot());
  // Its new machine is long in coming.
  berth.emulator.control.change({ delays: { pendingMs: 60_000 } });
  const { operation_id } = await berth.user.call('POST', `/workspaces/${id}/recreate`);
  await on.untilRead(id, ({ phase }) => phase === 'recreating');
  await control(`instances/${instance}/interrupt`);
  expect(await on.ended(id, operation_id)).toMatchObject({ status: 'cancelled' });
  berth.emulator.control.change({ delays: { pendingMs: 20 } });
  const now = await on.untilRead(id, ({ status, phase }) => status === 'online' && phase === 'ready');
  expect(now.generation).toBeGreaterThan(1);
  expect(await readHome(berth, volume)).toEqual(FILES);
  expect(on.alive(id)).toEqual([now.machine!.instance_id]);
});

describe('whoever does not watch is told by webhook', () => {
  let receiver: Receiver;
  let secret: string;
  beforeAll(async () => {
    receiver = await startReceiver();
    secret = await webhookOf(berth, 'default').set(receiver.url);
  });
  afterAll(() => receiver.close());

  /** Of one workspace, in order, from the notice to an event of that type. */
  const toldOf = async (id: string, last: string) => {
    const all = await receiver.until((seen) =>
      seen.some(({ event }) => event.workspace_id === id && event.event_type === last),
    );
    const ofIt = all.filter(({ event }) => event.workspace_id === id);
    for (const each of ofIt) verify(secret, each);
    const of = (type: string) => ofIt.find(({ event }) => event.event_type === `WORKSPACE_${type}`)?.event.payload;
    return { types: ofIt.map(({ event }) => event.event_type.replace('WORKSPACE_', '')), of };
  };

  it('of each stage, until when it has time, and where the home went on', async () => {
    const { id, instance, volume } = await on.online('told', spot());
    await control(`instances/${instance}/interrupt`, LONG_NOTICE);
    const { types, of } = await toldOf(id, 'WORKSPACE_ONLINE');
    expect(types.filter((type) => type !== 'MACHINE_ENDED')).toEqual([
      'INTERRUPTION_NOTICED',
      'CHECKPOINTED',
      'RECOVERING',
      'ONLINE',
    ]);
    const [{ id: point }] = await berth.user.call<[{ id: string }]>('GET', `/workspaces/${id}/restore-points`);
    const deadline = expect.any(String);
    expect(of('INTERRUPTION_NOTICED')).toMatchObject({
      interruption: { instance_id: instance, stage: 'checkpointing', deadline },
    });
    expect(of('CHECKPOINTED')).toMatchObject({
      restore_point_id: point,
      quality: 'clean',
      interruption: { stage: 'checkpointed', restore_point_id: point, deadline },
    });
    expect(of('RECOVERING')).toMatchObject({ to_generation: 2, interruption: { stage: 'recovering' } });
    expect(of('ONLINE')).toMatchObject({
      home_volume_id: volume,
      home_from: 'volume',
      interruption: { stage: 'recovered', restore_point_id: point },
    });
  });

  it('of why it waits, at what price, when it looks again, and what would end that', async () => {
    const { id, instance } = await on.online('told too', spot());
    berth.emulator.control.capacity.set('*', '*', 'spot', 0);
    await control(`instances/${instance}/interrupt`);
    const { of } = await toldOf(id, 'WORKSPACE_RECOVER_FAILED');
    // Which machine is being made is said by the workspace alone; while it waits there is none.
    const read = (await on.read(id)) as unknown as { interruption: { comes_back_on: null } };
    const { comes_back_on: next, ...interruption } = read.interruption;
    expect(next).toBeNull();
    expect(of('RECOVER_FAILED')).toMatchObject({
      code: 'CAPACITY_EXHAUSTED',
      interruption: {
        ...interruption,
        stage: 'waiting',
        waits_for: 'capacity',
        waits_at_hourly_usd: expect.any(String),
        tries_again_at: expect.any(String),
        actions: expect.arrayContaining([{ action: 'resume', method: 'POST', href: `/workspaces/${id}/resume` }]),
      },
    });
  });
});
