// Another machine for the same home: in its zone, in another one, and back again when it can't be had.

import { type Berth, startBerth } from '../support/berth.ts';
import { readHome } from '../support/home.ts';
import { FILES, operationsOf } from '../support/operations.ts';
import { until } from '../support/until.ts';

let berth: Berth;
let on: ReturnType<typeof operationsOf>;
beforeAll(async () => {
  berth = await startBerth({
    settings: { RETURN_TIMEOUT_SECONDS: '10', QUIESCE_TIMEOUT_SECONDS: '5', QUOTA_MAX_AGE_SECONDS: '0' },
    emulator: { machines: undefined, settings: { machines: 'inline', snapshotRate: 'off' } },
  });
  on = operationsOf(berth);
});
afterAll(() => berth.stop());
afterEach(() => {
  berth.emulator.control.faults.clear();
  berth.emulator.control.capacity.clear();
});

it('moves the home to a machine of another shape, and leaves one machine', async () => {
  const { id, instance, volume } = await on.online('resized');
  const operation = await on.run(id, 'recreate', { compute: { instance_type: 'm6i.xlarge' } });
  expect(operation).toMatchObject({ status: 'succeeded', kind: 'recreate', generation: 2 });
  const now = await on.read(id);
  expect(now).toMatchObject({
    status: 'online',
    phase: 'ready',
    generation: 2,
    compute: { instance_type: 'm6i.xlarge' },
    machine: { instance_type: 'm6i.xlarge' },
    home: { volume_id: volume },
    needs_restart: false,
  });
  expect(on.alive(id)).toEqual([now.machine!.instance_id]);
  expect(now.machine!.instance_id).not.toBe(instance);
  expect(await readHome(berth, volume)).toEqual(FILES);
  expect(await berth.user.call('GET', `/workspaces/${id}/restore-points`)).toMatchObject([
    { reason: 'recreate', quality: 'crash' },
  ]);
});

it('copies the home where its zone has no room, byte for byte, and deletes the old one only then', async () => {
  const { id, volume, zone } = await on.online('moved');
  berth.emulator.control.capacity.empty('*', zone);
  const operation = await on.run(id, 'recreate');
  expect(operation).toMatchObject({ status: 'succeeded' });
  expect(operation.candidates).toMatchObject([{ step: 'candidate_refused', zone }, { step: 'launched' }]);
  const now = await on.read(id);
  expect(now.machine!.zone).not.toBe(zone);
  expect(now.home!.volume_id).not.toBe(volume);
  expect(await readHome(berth, now.home!.volume_id)).toEqual(FILES);
  expect(on.volumes(id)).toEqual([now.home!.volume_id]);
  expect(await berth.user.call('GET', `/workspaces/${id}/restore-points`)).toMatchObject([
    { reason: 'move', quality: 'clean', state: 'completed', manifest: { files: 3 } },
    { reason: 'recreate' },
  ]);
});

it('serves on the new machine while the old one still takes its time to end', async () => {
  const { id, instance } = await on.online('slow to go');
  berth.emulator.control.change({ delays: { shuttingDownMs: 4_000 } });
  const { operation_id } = await berth.user.call('POST', `/workspaces/${id}/recreate`);
  await until(async () => (await on.read(id)).generation === 2);
  expect(await on.read(id)).toMatchObject({ status: 'online', phase: 'recreating' });
  const operation = await berth.user.call('GET', `/workspaces/${id}/operations/${String(operation_id)}`);
  expect(operation).toMatchObject({ status: 'running' });
  berth.emulator.control.change({ delays: { shuttingDownMs: 20 } });
  expect(await on.ended(id, operation_id)).toMatchObject({ status: 'succeeded' });
  expect(on.alive(id)).not.toContain(instance);
  const events = await berth.user.call<{ event_type: string }[]>('GET', `/events/${id}`);
  expect(events.filter(({ event_type: type }) => type === 'WORKSPACE_ONLINE')).toHaveLength(2);
});

it('goes back where no zone has room: the old machine never stops to serve', async () => {
  const { id, instance, volume } = await on.online('no room');
  berth.emulator.control.capacity.empty('*', '*');
  const operation = await on.run(id, 'recreate');
  expect(operation).toMatchObject({ status: 'failed', failure: { code: 'CAPACITY_EXHAUSTED' } });
  expect(await on.read(id)).toMatchObject({
    status: 'online',
    phase: 'ready',
    generation: 1,
    machine: { instance_id: instance },
    home: { volume_id: volume },
    failure: { code: 'CAPACITY_EXHAUSTED' },
  });
  expect(on.alive(id)).toEqual([instance]);
});

it('gives the old machine its home back where the new one never registers', async () => {
  const { id, instance, volume } = await on.online('no sign');
  berth.emulator.control.change({ machines: 'never' });
  const { operation_id } = await berth.user.call('POST', `/workspaces/${id}/recreate`);
  // The new machine has the home, and says nothing: people call it off.
  await until(async () => {
    const { steps } = await berth.user.call<{ steps: { step: string }[] }>(
      'GET',
      `/workspaces/${id}/operations/${String(operation_id)}`,
    );
    return steps.some(({ step }) => step === 'home_attached');
  });
  expect(await berth.user.call('GET', `/workspaces/${id}/operations/${String(operation_id)}`)).toMatchObject({
    status: 'running',
    waiting: { for: 'registration', step: 'launched', until: expect.any(String), since: expect.any(String) },
  });
  await berth.user.call('DELETE', `/workspaces/${id}/operations/${String(operation_id)}`);
  expect(await on.ended(id, operation_id)).toMatchObject({ status: 'cancelled' });
  berth.emulator.control.change({ machines: 'inline' });
  expect(await on.read(id)).toMatchObject({ status: 'online', generation: 1, machine: { instance_id: instance } });
  expect(on.alive(id)).toEqual([instance]);
  expect(await readHome(berth, volume)).toEqual(FILES);
  // It serves on: the next one is done with its help, and is of another generation than the one that failed.
  expect(await on.run(id, 'recreate')).toMatchObject({ status: 'succeeded', generation: 3 });
  expect(await readHome(berth, volume)).toEqual(FILES);
});

it('ends the old machine first where the quota holds one only, if it is asked to', async () => {
  const { id, instance, volume } = await on.online('tight', { compute: { instance_type: 'm6i.large' } });
  // What runs fits exactly: one more machine does not.
  const running = berth.instances().filter((entry) => entry.billable);
  await setQuota(running.reduce((vcpus, { detail }) => vcpus + (detail.endsWith('.xlarge') ? 4 : 2), 0));
  const refused = await on.run(id, 'recreate');
  expect(refused).toMatchObject({ status: 'failed', failure: { code: 'AWS_QUOTA_INSUFFICIENT' } });
  expect(await on.read(id)).toMatchObject({ status: 'online', machine: { instance_id: instance } });
  const [instead] = refused['alternatives'] as { href: string; body: object }[];
  expect(instead).toMatchObject({ href: `/workspaces/${id}/recreate`, body: { strategy: 'replace' } });
  const operation = await on.run(id, 'recreate', instead!.body);
  expect(operation).toMatchObject({ status: 'succeeded' });
  await setQuota(64);
  const now = await on.read(id);
  expect(now.machine!.instance_id).not.toBe(instance);
  expect(await readHome(berth, volume)).toEqual(FILES);
});

it('says what it would do and cost, without doing it', async () => {
  const { id, instance } = await on.online('careful');
  const plan = await berth.user.call('POST', `/workspaces/${id}/recreate`, {
    compute: { instance_type: 'm6i.large' },
    dry_run: true,
  });
  expect(plan).toMatchObject({
    dry_run: true,
    launchable: true,
    price_difference_hourly_usd: expect.stringMatching(/^\+0\.0128/),
    downtime: { class: 'move' },
  });
  expect(on.alive(id)).toEqual([instance]);
});

it('says what a configuration costs, and refuses a home that would shrink before anything is done', async () => {
  const { id, volume } = await on.online('configured', { compute: { volume: { home_gb: 30 } } });
  const smaller = { compute: { volume: { home_gb: 20 } } };
  const path = `/workspaces/${id}`;
  const refusals = [
    ['POST', `${path}/recreate`, smaller],
    ['POST', `${path}/recreate`, { ...smaller, dry_run: true }],
    ['POST', `${path}/configure`, smaller],
    ['PATCH', path, smaller],
  ] as const;
  for (const [method, href, body] of refusals)
    await expect(berth.user.call(method, href, body)).rejects.toThrow('The home has 30 GiB, and 20 were asked for');
  const larger = { compute: { instance_type: 'm6i.large', volume: { home_gb: 40 } } };
  const said = { price_difference_hourly_usd: expect.stringMatching(/^\+0\.0/), downtime: { class: 'move' } };
  expect(await berth.user.call('POST', `${path}/configure`, { ...larger, dry_run: true })).toMatchObject({
    dry_run: true,
    ...said,
  });
  const begun = await berth.user.call('POST', `${path}/configure`, larger);
  expect(begun).toMatchObject({ operation: 'recreate', price: { hourly_usd: expect.any(String) }, ...said });
  expect(await on.ended(id, begun['operation_id'])).toMatchObject({ status: 'succeeded' });
  expect(await on.read(id)).toMatchObject({ ...larger, home: { volume_id: volume } });
  expect(await readHome(berth, volume)).toEqual(FILES);
});

async function setQuota(value: number): Promise<void> {
  const body = JSON.stringify({ code: 'L-1216C47A', value });
  const answer = await fetch(`${berth.emulator.url}/_emulator/quotas`, { method: 'POST', body });
  expect(await answer.json()).not.toHaveProperty('error');
}
