// What people do to machines and volumes in AWS's own console: Berth notices, and no operation waits for what can't come.

import {
  ModifyInstanceAttributeCommand,
  EC2Client,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { type Berth, startBerth } from '../support/berth.ts';
import { operationsOf } from '../support/operations.ts';
import { brokenAt } from '../support/soundness.ts';
import { until } from '../support/until.ts';

let berth: Berth;
let on: ReturnType<typeof operationsOf>;
let console: EC2Client;
beforeAll(async () => {
  berth = await startBerth({
    settings: { MACHINE_WATCH_MS: '100', QUIESCE_TIMEOUT_SECONDS: '3', STOP_TIMEOUT_SECONDS: '10' },
    emulator: { settings: { snapshotRate: 'off' } },
  });
  on = operationsOf(berth);
  console = new EC2Client({ region: 'us-east-1', endpoint: berth.emulator.url });
});
afterAll(async () => {
  console.destroy();
  await berth.stop();
});
afterEach(() => berth.emulator.control.faults.clear());

const stateOf = (instance: string) => berth.instances().find(({ id }) => id === instance)!.state;
const terminate = (instance: string) => console.send(new TerminateInstancesCommand({ InstanceIds: [instance] }));
const stop = async (instance: string): Promise<void> => {
  await console.send(new StopInstancesCommand({ InstanceIds: [instance] }));
  await until(() => stateOf(instance) === 'stopped');
};

it('a stopped machine that is ended is forgotten, and the home is resumed on another one', async () => {
  const { id, instance, volume } = await on.online('forgotten');
  await on.run(id, 'pause');
  await terminate(instance);
  await until(async () => (await on.read(id)).machine === null);
  expect(await on.read(id)).toMatchObject({ status: 'paused', phase: 'paused', home: { volume_id: volume } });
  expect(await on.run(id, 'resume')).toMatchObject({ status: 'succeeded', generation: 2 });
  expect(await brokenAt(berth, id)).toEqual([]);
});

it('a resume that finds its machine ended goes on with another one', async () => {
  const { id, instance } = await on.online('ended');
  await on.run(id, 'pause');
  // Nobody has noticed yet.
  berth.emulator.control.faults.add({ action: 'DescribeInstances', effect: 'before', delayMs: 1_500 });
  await terminate(instance);
  expect(await on.run(id, 'resume')).toMatchObject({ status: 'succeeded', generation: 2 });
  expect(await brokenAt(berth, id)).toEqual([]);
});

it('a machine that somebody has stopped is started by a restart', async () => {
  const { id, instance } = await on.online('stopped');
  await stop(instance);
  expect(await on.run(id, 'restart')).toMatchObject({ status: 'succeeded', kind: 'restart' });
  expect(await on.read(id)).toMatchObject({ status: 'online', generation: 1, machine: { instance_id: instance } });
  expect(await brokenAt(berth, id)).toEqual([]);
});

it('a machine that somebody has stopped is paused as it is', async () => {
  const { id, instance } = await on.online('stopped and paused');
  await stop(instance);
  expect(await on.run(id, 'pause')).toMatchObject({ status: 'succeeded' });
  expect(await on.read(id)).toMatchObject({ status: 'paused', machine: { instance_id: instance } });
  expect(await on.run(id, 'resume')).toMatchObject({ status: 'succeeded' });
  expect(await on.read(id)).toMatchObject({ status: 'online', generation: 1, machine: { instance_id: instance } });
  expect(await brokenAt(berth, id)).toEqual([]);
});

it('a pause of a machine that has ended keeps the home alone', async () => {
  const { id, instance, volume } = await on.online('ended and paused');
  berth.emulator.control.faults.add({ action: 'StopInstances', effect: 'before', delayMs: 1_000 });
  const { operation_id } = await berth.user.call('POST', `/workspaces/${id}/pause`);
  await terminate(instance);
  expect(await on.ended(id, operation_id)).toMatchObject({ status: 'succeeded' });
  expect(await on.read(id)).toMatchObject({ status: 'paused', machine: null, home: { volume_id: volume } });
  expect(await brokenAt(berth, id)).toEqual([]);
});

it('a restart of a machine that has ended is followed by another one', async () => {
  const { id, instance } = await on.online('ended and restarted');
  berth.emulator.control.faults.add({ action: 'RebootInstances', effect: 'before', delayMs: 1_000 });
  const { operation_id } = await berth.user.call('POST', `/workspaces/${id}/restart`);
  await terminate(instance);
  await on.ended(id, operation_id);
  await until(async () => {
    const { status, generation } = await on.read(id);
    return status === 'online' && generation === 2;
  });
  await until(() => on.alive(id).length === 1);
  expect(await brokenAt(berth, id)).toEqual([]);
});

it.each([
  ['pause', { mode: 'terminate' }],
  ['recreate', { strategy: 'replace' }],
  ['recreate', {}],
])('a home that was made to end with its machine outlives it: %s %j', async (command, body) => {
  const { id, instance } = await on.online('doomed');
  await doom(instance);
  expect(await on.run(id, command, body)).toMatchObject({ status: 'succeeded' });
  expect(await brokenAt(berth, id)).toEqual([]);
});

it('a machine whose home can not be kept from ending with it is not ended', async () => {
  const { id, instance } = await on.online('doomed for good');
  await doom(instance);
  berth.emulator.control.faults.add({
    action: 'ModifyInstanceAttribute',
    effect: 'before',
    times: 20,
    code: 'UnauthorizedOperation',
    httpStatus: 403,
    message: 'not yours',
  });
  const operation = await on.run(id, 'pause', { mode: 'terminate' });
  expect(operation).toMatchObject({ status: 'failed', failure: { code: 'AWS_UNAUTHORIZED' } });
  expect(await on.read(id)).toMatchObject({ status: 'online', machine: { instance_id: instance } });
  expect(await brokenAt(berth, id)).toEqual([]);
  berth.emulator.control.faults.clear();
  expect(await on.run(id, 'pause', { mode: 'terminate' })).toMatchObject({ status: 'succeeded' });
  expect(await brokenAt(berth, id)).toEqual([]);
});

const doom = (InstanceId: string) =>
  console.send(
    new ModifyInstanceAttributeCommand({
      InstanceId,
      BlockDeviceMappings: [{ DeviceName: '/dev/sdf', Ebs: { DeleteOnTermination: true } }],
    }),
  );
