// What is done with the time that a notice leaves: whoever is slow or in control, the snapshot is asked for in it, and AWS ends the machine.

import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DescribeInstancesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { type ControlClient, controlClient } from '../../emulator/control/client.ts';
import { connect, transaction } from '../../store/pool.ts';
import { type Berth, startBerth } from '../support/berth.ts';
import { desktopMachines, desktopsOf } from '../support/desktop.ts';
import { readHome } from '../support/home.ts';
import { FILES, operationsOf, type Read } from '../support/operations.ts';
import { until } from '../support/until.ts';

let berth: Berth;
let on: ReturnType<typeof operationsOf>;
let displays: ReturnType<typeof desktopsOf>;
let aws: ControlClient;
const machines = desktopMachines({ noticePollMs: 20 });
beforeAll(async () => {
  berth = await startBerth({
    settings: { MACHINE_WATCH_MS: '50', SPOT_DEMOTE_AFTER: '2', QUIESCE_TIMEOUT_SECONDS: '60' },
    emulator: { machines: machines.runtime, settings: { snapshotRate: 'off', noticeMs: 6_000 } },
  });
  on = operationsOf(berth);
  displays = desktopsOf(berth);
  aws = controlClient(berth.emulator.url);
  await berth.user.call('PUT', '/admin/tenants/default/entitlements', { spot: true });
});
afterAll(() => berth.stop());

type Seen = Read & {
  readonly interruption: { readonly deadline: string; readonly comes_back_on: object | null } | null;
};
type Point = { readonly quality: string; readonly requested_at: string; readonly reason: string };
const spot = (policy?: string) => ({
  compute: { market: 'spot', ...(policy === undefined ? {} : { interruption_policy: policy }) },
  max_hourly_usd: '1',
});
const untilRead = (id: string, isSo: (read: Seen) => boolean): Promise<Seen> => on.untilRead(id, isSo);
const back = (id: string, generation: number) =>
  untilRead(id, (read) => read.phase === 'ready' && read.generation === generation);
const points = (id: string) => berth.user.call<Point[]>('GET', `/workspaces/${id}/restore-points`);
/** As EC2 says it: `Server.…` where AWS did it, `Client.…` where it was asked to. */
async function whyEnded(instanceId: string): Promise<string | undefined> {
  const ec2 = new EC2Client({ region: 'us-east-1', endpoint: berth.emulator.url });
  const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({ InstanceIds: [instanceId] }));
  ec2.destroy();
  return Reservations[0]?.Instances?.[0]?.StateReason?.Code;
}
/** Whatever the image brings to bring its writers to rest. */
async function hook(instanceId: string, script: string): Promise<void> {
  const folder = join(berth.folder, 'machines', instanceId, 'etc', 'berth', 'quiesce.d');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, '10-agent'), `#!/bin/sh\n${script}\n`);
  await chmod(join(folder, '10-agent'), 0o755);
}

it('what is slow to rest is cut off, so that the home is left whole before its time, and it says where it comes back', async () => {
  const { id, instance, volume } = await on.online('slow', spot());
  await hook(instance, 'exec sleep 9');
  await aws.interrupt(instance);
  const { interruption } = await untilRead(id, (read) => read.phase === 'interrupted');
  const coming = await untilRead(
    id,
    (read) => read.phase === 'recovering' && (read.interruption?.comes_back_on ?? null) !== null,
  );
  expect(coming.interruption).toMatchObject({
    comes_back_on: { instance_type: expect.any(String), zone: expect.any(String), market: 'spot' },
  });
  const now = await back(id, 2);
  const [point] = await points(id);
  expect(point).toMatchObject({ reason: 'interruption', quality: 'frozen', manifest: { files: 3 } });
  expect(Date.parse(point!.requested_at)).toBeLessThan(Date.parse(interruption!.deadline));
  expect(await whyEnded(instance)).toBe('Server.SpotInstanceTermination');
  expect(await readHome(berth, volume)).toEqual(FILES);
  expect(on.alive(id)).toEqual([now.machine!.instance_id]);
});

it('a machine that can not even be told is copied as it is, before its time', async () => {
  const { id, instance } = await on.online('out of orders', spot());
  const db = connect(berth.databaseUrl);
  const point = await transaction(db, async (client) => {
    await client.query('lock table machine_orders in access exclusive mode');
    await aws.interrupt(instance);
    const { interruption } = await untilRead(id, (read) => read.phase === 'interrupted');
    const [taken] = await until(
      () => points(id),
      ({ length }) => length > 0,
    );
    return { ...taken!, deadline: interruption!.deadline };
  });
  expect(point).toMatchObject({ reason: 'interruption', quality: 'crash' });
  expect(Date.parse(point.requested_at)).toBeLessThan(Date.parse(point.deadline));
  await back(id, 2);
  await db.end();
});

it('whoever has control loses it to a parked lock, and comes back to it on the new machine', async () => {
  const { max_hourly_usd } = spot();
  const compute = { market: 'spot', display: { mode: 'desktop-control' } };
  const id = await displays.online('driven', { compute, max_hourly_usd });
  const { machine } = await on.read(id);
  expect(await displays.control(id, 'acquire')).toMatchObject({ status: 200 });
  await aws.interrupt(machine!.instance_id);
  await back(id, 2);
  expect(await displays.read(id)).toMatchObject({ controller: 'none', parked: { reason: 'service_interrupted' } });
  const { control } = await machines.agent(id, 2);
  expect(await control.acquire(300)).toEqual({ refused: 'parked' });
  expect(await displays.control(id, 'acquire')).toMatchObject({ status: 200, body: { parked: null } });
});

it('a change that AWS has scheduled is worth a restore point', async () => {
  const { id, instance } = await on.online('scheduled', spot());
  await aws.schedule(instance, { code: 'instance-retirement' });
  const told = (await berth.untilEvent(id, 'WORKSPACE_REBALANCE_RECOMMENDED')).at(-1)!.payload;
  expect(told).toMatchObject({ kind: 'scheduled', instance_id: instance, source: 'metadata' });
  await berth.untilEvent(id, 'WORKSPACE_REBALANCE_ADVISED');
  expect(await on.read(id)).toMatchObject({ status: 'online', generation: 1 });
});

it('another machine is within budget and quota like the first, or it waits paused and says for what', async () => {
  const { id, instance, volume } = await on.online('poor', spot());
  await aws.interrupt(instance);
  await untilRead(id, (read) => read.phase === 'interrupted');
  await berth.user.call('PUT', '/admin/tenants/default/entitlements', { spot: true, budget_hourly_usd: '0.01' });
  const waiting = await untilRead(id, (read) => read.phase === 'paused');
  expect(waiting).toMatchObject({
    failure: { code: 'BUDGET_EXCEEDED' },
    interruption: { stage: 'waiting', waits_for: 'budget', tries_again_at: null, comes_back_on: null },
  });
  await berth.user.call('PUT', '/admin/tenants/default/entitlements', { spot: true });
  expect(await on.run(id, 'resume')).toMatchObject({ status: 'succeeded' });
  expect(await readHome(berth, volume)).toEqual(FILES);
});

it('the second interruption of a day makes it on-demand, announced or not; and the pools are tried last', async () => {
  const { id, instance, zone } = await on.online('often', spot('on-demand'));
  await aws.interrupt(instance, { notice_ms: 0 });
  const second = await back(id, 2);
  // The volume is where it was, and the pool another one.
  expect(second.machine!.zone).toBe(zone);
  expect(second.machine!.instance_type).not.toBe('t3.large');
  const quote = await berth.user.call<{ candidates: { instance_type: string; zone: string }[] }>(
    'POST',
    '/compute/quote',
    spot(),
  );
  const names = quote.candidates.map((each) => `${each.instance_type} ${each.zone}`);
  expect(names.indexOf(`t3.large ${zone}`)).toBeGreaterThan(0);
  await aws.interrupt(second.machine!.instance_id, { notice_ms: 0 });
  const third = await back(id, 3);
  const { entries } = berth.emulator.ledger();
  expect(entries.find((entry) => entry.id === third.machine!.instance_id)).toMatchObject({ market: 'on-demand' });
});
