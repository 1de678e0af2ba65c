// A machine stopped, ended, started and rebooted: the home is the same every time, and what is paused costs storage alone.

import { controlClient } from '../../emulator/control/client.ts';
import { type Berth, startBerth } from '../support/berth.ts';
import { readHome, writeHome } from '../support/home.ts';
import { FILES, operationsOf } from '../support/operations.ts';
import { until } from '../support/until.ts';

let berth: Berth;
let on: ReturnType<typeof operationsOf>;
beforeAll(async () => {
  berth = await startBerth({
    settings: { KEEP_DELETED_DAYS: '7', MACHINE_WATCH_MS: '50' },
    emulator: { settings: { snapshotRate: 'off' } },
  });
  on = operationsOf(berth);
});
afterAll(() => berth.stop());
afterEach(() => berth.emulator.control.capacity.clear());

it('stops, costs storage alone, and starts again as the same machine', async () => {
  const { id, instance, volume } = await on.online('rests');
  const answer = await berth.user.call('POST', `/workspaces/${id}/pause`);
  // 20 GiB of home and 50 GiB of root at 0.08 a month.
  expect(answer).toMatchObject({ status: 'paused', paused_count: 1, paused_hourly_usd: '0.007672' });
  expect(await on.ended(id, answer['operation_id'])).toMatchObject({ status: 'succeeded' });
  expect(await on.read(id)).toMatchObject({ status: 'paused', phase: 'paused', hourly_usd: '0.007672' });
  expect(berth.instances().find((entry) => entry.id === instance)).toMatchObject({ state: 'stopped' });
  expect(await berth.user.call('GET', `/workspaces/${id}/state`)).toMatchObject({ paused: true });
  await expect(berth.user.call('POST', `/workspaces/${id}/pause`)).rejects.toThrow('can not pause');

  expect(await on.run(id, 'resume')).toMatchObject({ status: 'succeeded' });
  expect(await on.read(id)).toMatchObject({ status: 'online', generation: 1, machine: { instance_id: instance } });
  expect(await readHome(berth, volume)).toEqual(FILES);
});

it('is made anew in another zone where its own has no room when it is resumed', async () => {
  const { id, instance, volume, zone } = await on.online('away');
  await on.run(id, 'pause');
  berth.emulator.control.capacity.empty('*', zone);
  expect(await on.run(id, 'resume')).toMatchObject({ status: 'succeeded' });
  const now = await on.read(id);
  expect(now).toMatchObject({ status: 'online', generation: 2 });
  expect(now.machine!.zone).not.toBe(zone);
  expect(await readHome(berth, now.home!.volume_id)).toEqual(FILES);
  expect(on.alive(id)).toEqual([now.machine!.instance_id]);
  expect(berth.instances().find((entry) => entry.id === instance)).toMatchObject({ state: 'terminated' });
  expect(on.volumes(id)).not.toContain(volume);
});

it('stays paused, with its home, where there is room nowhere', async () => {
  const { id, instance, volume } = await on.online('stuck');
  await on.run(id, 'pause');
  berth.emulator.control.capacity.empty('*', '*');
  const failed = await on.run(id, 'resume');
  expect(failed).toMatchObject({ status: 'failed', failure: { code: 'CAPACITY_EXHAUSTED' } });
  // Each as it can be sent: stored now, and what the next resume is made of.
  const [instead] = failed['alternatives'] as { href: string; body: { compute: object }; hourly_usd: string }[];
  expect(instead).toMatchObject({
    href: `/workspaces/${id}/configure`,
    body: { compute: { instance_type: 'm6i.large' } },
    hourly_usd: expect.stringMatching(/^0\.1/),
  });
  expect(await on.read(id)).toMatchObject({
    status: 'paused',
    machine: { instance_id: instance },
    home: { volume_id: volume },
    failure: { code: 'CAPACITY_EXHAUSTED' },
  });
  berth.emulator.control.capacity.clear();
  expect(await on.run(id, 'resume')).toMatchObject({ status: 'succeeded' });
  expect(await readHome(berth, volume)).toEqual(FILES);
});

it('ended with a restore point it keeps its home alone, and gets a machine of another generation', async () => {
  const { id, volume } = await on.online('hibernates');
  const answer = await berth.user.call('POST', `/workspaces/${id}/pause`, { mode: 'terminate' });
  expect(answer).toMatchObject({ paused_hourly_usd: '0.002192' });
  await on.ended(id, answer['operation_id']);
  expect(on.alive(id)).toEqual([]);
  expect(await on.read(id)).toMatchObject({ status: 'paused', machine: null, home: { volume_id: volume } });
  expect(await on.run(id, 'resume')).toMatchObject({ status: 'succeeded', generation: 2 });
  expect(await readHome(berth, volume)).toEqual(FILES);
});

it('restarts the same machine, with the browser as it was or as new', async () => {
  const { id, instance, volume } = await on.online('again');
  expect(await on.run(id, 'restart')).toMatchObject({ status: 'succeeded', kind: 'restart' });
  expect(await readHome(berth, volume)).toEqual(FILES);
  const { operation_id, reset_session } = await berth.user.call('POST', `/workspaces/${id}/restart?reset=true`);
  expect(reset_session).toBe(true);
  await on.ended(id, operation_id);
  expect(await on.read(id)).toMatchObject({ status: 'online', machine: { instance_id: instance } });
  expect(Object.keys(await readHome(berth, volume)).sort()).toEqual(['empty.txt', 'work/notes.txt']);
});

it('a restart brings about what was stored meanwhile', async () => {
  const { id, volume } = await on.online('later');
  const compute = { instance_type: 'm6i.large' };
  expect(await berth.user.call('PATCH', `/workspaces/${id}`, { compute })).toEqual({
    status: 'updated',
    needs_restart: true,
  });
  expect(await on.read(id)).toMatchObject({ needs_restart: true, machine: { instance_type: 't3.large' } });
  expect(await on.run(id, 'restart')).toMatchObject({ status: 'succeeded', kind: 'recreate' });
  expect(await on.read(id)).toMatchObject({ needs_restart: false, compute, machine: { instance_type: 'm6i.large' } });
  expect(await readHome(berth, volume)).toEqual(FILES);
});

it('a deleted workspace comes back with its home while its restore point is kept', async () => {
  const { id, volume } = await on.online('lost and found');
  const { operation_id, restorable_days } = await berth.user.call('DELETE', `/workspaces/${id}`);
  expect(restorable_days).toBe(7);
  await berth.untilEvent(id, 'WORKSPACE_DESTROYED');
  expect(operation_id).toEqual(expect.any(String));
  expect(on.alive(id)).toEqual([]);
  expect(on.volumes(id)).toEqual([]);
  expect(await on.run(id, 'restore')).toMatchObject({ status: 'succeeded', generation: 2 });
  const now = await on.read(id);
  expect(now).toMatchObject({ status: 'online', name: 'lost and found' });
  expect(now.home!.volume_id).not.toBe(volume);
  expect(await readHome(berth, now.home!.volume_id)).toEqual(FILES);
});

it('a purge takes the restore points with it, and wants the name', async () => {
  const { id } = await on.online('for good');
  await on.run(id, 'checkpoint');
  await expect(berth.user.call('DELETE', `/workspaces/${id}?purge=true`)).rejects.toThrow('not confirmed');
  const answer = await fetch(`${berth.apiUrl}/workspaces/${id}?purge=true`, {
    method: 'DELETE',
    headers: { authorization: `Bearer ${berth.adminToken}`, 'x-confirm-name': 'for good' },
  });
  expect(answer.status).toBe(200);
  await berth.untilEvent(id, 'WORKSPACE_DESTROYED');
  expect(berth.billable().filter((entry) => entry.tags['WorkspaceID'] === id)).toEqual([]);
  await expect(berth.user.call('POST', `/workspaces/${id}/restore`)).rejects.toThrow('is over');
});

it('goes back to a restore point, and keeps what came after it in another', async () => {
  const { id, volume } = await on.online('time machine');
  await on.run(id, 'checkpoint');
  const [point] = await berth.user.call<{ id: string; state: string }[]>('GET', `/workspaces/${id}/restore-points`);
  expect(point).toMatchObject({ reason: 'manual', state: 'completed' });
  await writeHome(berth, volume, { 'work/notes.txt': 'spoilt' });
  expect(await on.run(id, 'restore', { restore_point_id: point!.id })).toMatchObject({ status: 'succeeded' });
  const now = await on.read(id);
  expect(await readHome(berth, now.home!.volume_id)).toEqual(FILES);
  expect(await berth.user.call('GET', `/workspaces/${id}/restore-points`)).toMatchObject([
    { reason: 'restore', quality: 'clean', state: 'completed' },
    { id: point!.id },
  ]);
  expect(on.volumes(id)).toEqual([now.home!.volume_id]);
});

it('a machine that ends while it is being paused is waited for no longer, and its home is kept', async () => {
  const aws = controlClient(berth.emulator.url);
  const { id, instance, volume } = await on.online('lost');
  await aws.crash(instance);
  const { operation_id } = await berth.user.call('POST', `/workspaces/${id}/pause`, { mode: 'terminate' });
  const steps = async () =>
    (
      await berth.user.call<{ steps: { step: string }[] }>(
        'GET',
        `/workspaces/${id}/operations/${String(operation_id)}`,
      )
    ).steps;
  await until(steps, (all) => all.some(({ step }) => step === 'ordered'));
  // It would have a minute to answer.
  await aws.kill(instance);
  expect(await on.ended(id, operation_id)).toMatchObject({ status: 'succeeded' });
  expect(await on.read(id)).toMatchObject({ phase: 'paused', machine: null, home: { volume_id: volume } });
  expect(await readHome(berth, volume)).toEqual(FILES);
});
