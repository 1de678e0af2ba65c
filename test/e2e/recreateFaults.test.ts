// What can go wrong while a home moves: it is where it was, whole, its user knows why and what to do, and nothing else is left.

import { mkdir, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { controlClient } from '../../emulator/control/client.ts';
import { inlineMachines } from '../../emulator/machines/inline.ts';
import { mute } from '../../emulator/machines/failing.ts';
import type { MachineRuntime } from '../../emulator/machines/runtime.ts';
import { type Berth, startBerth } from '../support/berth.ts';
import { readHome, volumeFolder, writeHome } from '../support/home.ts';
import { FILES, operationsOf } from '../support/operations.ts';
import { brokenAt } from '../support/soundness.ts';
import { until } from '../support/until.ts';

/** How the machines that are launched from now on are. */
let next: 'well' | 'silent' | 'mute' = 'well';
const well = inlineMachines();
const machines: MachineRuntime = {
  boot(machine) {
    if (next === 'silent') return { stop: async () => {} };
    return next === 'mute' ? mute(well).boot(machine) : well.boot(machine);
  },
};

let berth: Berth;
let on: ReturnType<typeof operationsOf>;
let aws: ReturnType<typeof controlClient>;
beforeAll(async () => {
  berth = await startBerth({
    settings: {
      PROVISION_TIMEOUT_SECONDS: '12',
      QUIESCE_TIMEOUT_SECONDS: '4',
      DETACH_TIMEOUT_SECONDS: '2',
      SNAPSHOT_TIMEOUT_SECONDS: '10',
      RETURN_TIMEOUT_SECONDS: '8',
    },
    emulator: { machines, settings: { snapshotRate: 'off' } },
  });
  on = operationsOf(berth);
  aws = controlClient(berth.emulator.url);
});
afterAll(() => berth.stop());
afterEach(() => {
  next = 'well';
  berth.emulator.control.faults.clear();
  berth.emulator.control.capacity.clear();
  berth.emulator.control.change({ delays: { snapshotMs: 100, attachingMs: 10 } });
});

const ZONES = ['us-east-1a', 'us-east-1b', 'us-east-1c', 'us-east-1d', 'us-east-1f'];
const rootOf = (instanceId: string): string => join(berth.folder, 'machines', instanceId);
const detail = (id: string, operationId: unknown) =>
  berth.user.call<{ steps: { step: string; order?: string }[] }>(
    'GET',
    `/workspaces/${id}/operations/${String(operationId)}`,
  );
/** The old machine serves as before, and nothing is left of the try. */
async function goneBack(id: string, instance: string, code: string): Promise<void> {
  expect(await on.read(id)).toMatchObject({
    status: 'online',
    phase: 'ready',
    generation: 1,
    machine: { instance_id: instance },
    failure: { code, next_step: expect.any(String) },
  });
  expect(await brokenAt(berth, id)).toEqual([]);
}

it('finds the only zone that has room', async () => {
  const { id, zone } = await on.online('one zone');
  const last = ZONES.filter((each) => each !== zone).at(-1)!;
  for (const each of ZONES) if (each !== last) berth.emulator.control.capacity.empty('*', each);
  const operation = await on.run(id, 'recreate');
  expect(operation).toMatchObject({ status: 'succeeded' });
  expect(operation.candidates.filter(({ step }) => step === 'launched')).toMatchObject([{ zone: last }]);
  expect((await on.read(id)).machine).toMatchObject({ zone: last });
  expect(await brokenAt(berth, id)).toEqual([]);
});

it('a machine that never registers is removed in its time, and the old one has its home back', async () => {
  const { id, instance } = await on.online('silent');
  next = 'silent';
  const operation = await on.run(id, 'recreate');
  const [launched] = operation.candidates.filter(({ step }) => step === 'launched');
  expect(operation).toMatchObject({ status: 'failed', failure: { code: 'BOOT_TIMEOUT' } });
  expect(operation.failure!.error).toContain(String(launched!['instance_id']));
  await goneBack(id, instance, 'BOOT_TIMEOUT');
  next = 'well';
  expect(await on.run(id, 'recreate')).toMatchObject({ status: 'succeeded' });
  expect(await brokenAt(berth, id)).toEqual([]);
});

it.each([
  ['DetachVolume', 'its zone'],
  ['AttachVolume', 'its zone'],
  ['CreateVolume', 'another zone'],
])('a machine that breaks at %s while the home moves in %s is followed by another', async (action, where) => {
  const { id, instance, zone } = await on.online('breaks');
  if (where !== 'its zone') berth.emulator.control.capacity.empty('*', zone);
  berth.emulator.control.faults.add({ action, effect: 'before', delayMs: 1_000, nth: 1 });
  const { operation_id } = await berth.user.call('POST', `/workspaces/${id}/recreate`);
  await until(async () => (await detail(id, operation_id)).steps.some(({ order }) => order === 'quiesce'));
  const broken = on.alive(id).find((each) => each !== instance)!;
  await aws.kill(broken);
  const operation = await on.ended(id, operation_id);
  expect(operation).toMatchObject({ status: 'succeeded' });
  expect(operation.candidates.filter(({ step }) => step === 'launched')).toHaveLength(2);
  const now = await on.read(id);
  expect(now).toMatchObject({ status: 'online' });
  expect(on.alive(id)).not.toContain(broken);
  expect(await readHome(berth, now.home!.volume_id)).toEqual(FILES);
  expect(await brokenAt(berth, id)).toEqual([]);
});

it('a machine that has mounted another home than was left does not get the workspace', async () => {
  const { id, instance, volume } = await on.online('other home');
  // While nobody has it mounted somebody writes into it.
  berth.emulator.control.faults.add({ action: 'AttachVolume', effect: 'before', delayMs: 1_500 });
  const { operation_id } = await berth.user.call('POST', `/workspaces/${id}/recreate`);
  await until(async () => (await detail(id, operation_id)).steps.some(({ step }) => step === 'home_detached'));
  await until(() =>
    berth.emulator.ledger().entries.some(({ id: of, state }) => of === volume && state === 'available'),
  );
  await writeHome(berth, volume, { 'work/notes.txt': 'not what was left' });
  expect(await on.ended(id, operation_id)).toMatchObject({ status: 'failed', failure: { code: 'HOME_DIFFERS' } });
  await writeHome(berth, volume, FILES);
  await goneBack(id, instance, 'HOME_DIFFERS');
});

it('a machine that does not come to rest keeps its home, and goes first where that is asked for', async () => {
  next = 'mute';
  const { id, instance } = await on.online('mute');
  next = 'well';
  const operation = await on.run(id, 'recreate');
  expect(operation).toMatchObject({
    status: 'failed',
    failure: { code: 'MACHINE_UNRESPONSIVE', next_step: expect.stringContaining('"strategy": "replace"') },
  });
  await goneBack(id, instance, 'MACHINE_UNRESPONSIVE');
  expect(await on.run(id, 'recreate', { strategy: 'replace' })).toMatchObject({ status: 'succeeded' });
  expect((await on.read(id)).machine!.instance_id).not.toBe(instance);
  expect(await brokenAt(berth, id)).toEqual([]);
});

it('a volume that stays busy goes back to the machine that holds it', async () => {
  const { id, instance, volume } = await on.online('busy');
  const mount = join(rootOf(instance), 'home', 'agent');
  const folder = await readlink(mount);
  berth.emulator.control.faults.add({ action: 'DetachVolume', effect: 'before', delayMs: 800 });
  const { operation_id } = await berth.user.call('POST', `/workspaces/${id}/recreate`);
  const isMounted = () =>
    readlink(mount).then(
      () => true,
      () => false,
    );
  await until(async () => !(await isMounted()));
  // A process of the machine has not let go of it.
  await rm(mount, { recursive: true, force: true });
  await symlink(folder, mount);
  expect(await on.ended(id, operation_id)).toMatchObject({
    status: 'failed',
    failure: { code: 'HOME_MOVE_TIMEOUT', error: expect.stringContaining(volume) },
  });
  await goneBack(id, instance, 'HOME_MOVE_TIMEOUT');
  // Once it lets go all is as ever.
  expect(await on.run(id, 'recreate')).toMatchObject({ status: 'succeeded' });
  expect(await readHome(berth, volume)).toEqual(FILES);
  expect(await brokenAt(berth, id)).toEqual([]);
});

it('a snapshot that is never whole keeps nobody from being served', async () => {
  const { id, instance, zone } = await on.online('pending');
  berth.emulator.control.change({ delays: { snapshotMs: 86_400_000 } });
  berth.emulator.control.capacity.empty('*', zone);
  const operation = await on.run(id, 'recreate');
  expect(operation).toMatchObject({ status: 'failed', failure: { code: 'HOME_MOVE_TIMEOUT' } });
  expect(operation.steps.map(({ step }) => step)).not.toContain('ordered');
  await goneBack(id, instance, 'HOME_MOVE_TIMEOUT');
  // In its own zone nobody has to wait for it.
  berth.emulator.control.capacity.clear();
  expect(await on.run(id, 'recreate')).toMatchObject({ status: 'succeeded' });
  expect(await brokenAt(berth, id)).toEqual([]);
});

it('a snapshot that fails ends the move, and the next one takes another', async () => {
  const { id, instance, zone } = await on.online('torn');
  berth.emulator.control.change({ delays: { snapshotMs: 86_400_000 } });
  berth.emulator.control.capacity.empty('*', zone);
  const { operation_id } = await berth.user.call('POST', `/workspaces/${id}/recreate`);
  const fails = async (count: number): Promise<void> => {
    const taken = () =>
      berth.emulator.ledger().entries.filter(({ kind, tags }) => kind === 'snapshot' && tags['WorkspaceID'] === id);
    await until(() => taken().length === count);
    await aws.failSnapshot(taken().at(-1)!.id);
  };
  await fails(1);
  await fails(2);
  expect(await on.ended(id, operation_id)).toMatchObject({ status: 'failed', failure: { code: 'SNAPSHOT_FAILED' } });
  await goneBack(id, instance, 'SNAPSHOT_FAILED');
  berth.emulator.control.change({ delays: { snapshotMs: 100 } });
  expect(await on.run(id, 'recreate')).toMatchObject({ status: 'succeeded' });
  expect(await brokenAt(berth, id)).toEqual([]);
});

it('a home that is slow to copy is waited for longer than a machine that is slow to boot', async () => {
  const { id, zone } = await on.online('large');
  berth.emulator.control.change({ delays: { snapshotMs: 6_500 } });
  berth.emulator.control.capacity.empty('*', zone);
  // Twice: ahead, and at rest. That alone is as long as a machine has.
  const since = Date.now();
  expect(await on.run(id, 'recreate')).toMatchObject({ status: 'succeeded' });
  expect(Date.now() - since).toBeGreaterThan(12_000);
  expect(await brokenAt(berth, id)).toEqual([]);
});

/** The hooks of the machine's image, which bring its user's work to rest. */
async function slowToRest(instance: string, ms: number): Promise<void> {
  const folder = join(rootOf(instance), 'etc', 'berth', 'quiesce.d');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, '10-slow'), `#!/bin/sh\nsleep ${ms / 1000}\n`, { mode: 0o755 });
}

it.each([
  ['recreate', { strategy: 'replace' }],
  ['recreate', {}],
  ['restart', {}],
  ['pause', {}],
  ['pause', { mode: 'terminate' }],
])('%s %j, called off while the machine comes to rest, changes nothing', async (command, body) => {
  const { id, instance, volume } = await on.online('called off');
  await slowToRest(instance, 1_000);
  const { operation_id } = await berth.user.call('POST', `/workspaces/${id}/${command}`, body);
  await until(async () => (await detail(id, operation_id)).steps.some(({ step }) => step === 'ordered'));
  await berth.user.call('DELETE', `/workspaces/${id}/operations/${String(operation_id)}`);
  expect(await on.ended(id, operation_id)).toMatchObject({ status: 'cancelled' });
  await goneBack(id, instance, 'OPERATION_CANCELLED');
  expect(await readlink(join(rootOf(instance), 'home', 'agent'))).toBe(volumeFolder(berth, volume));
});
