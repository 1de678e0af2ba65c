// Eventual consistency (facts/ec2.md 1.4): what was just made is not found, what was just changed looks as before, actions know better.

import {
  AttachVolumeCommand,
  CreateTagsCommand,
  CreateVolumeCommand,
  DescribeInstancesCommand,
  DescribeVolumesCommand,
  type EC2Client,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { aLaunch, aRunningEmulator, codeOf, type TestEmulator } from '../testing.ts';

const LAG_MS = 5_000;
let aws: TestEmulator;
let ec2: EC2Client;
beforeEach(async () => {
  aws = await aRunningEmulator({ settings: { readLagMs: LAG_MS } });
  ec2 = aws.client();
});
afterEach(() => aws.close());

const launch = async (): Promise<string> =>
  (await ec2.send(aLaunch({ TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'n', Value: '1' }] }] })))
    .Instances![0]!.InstanceId!;
const byId = async (...InstanceIds: string[]) =>
  (await ec2.send(new DescribeInstancesCommand({ InstanceIds }))).Reservations!.flatMap((each) => each.Instances!);
const byFilter = async (Name: string, value: string): Promise<string[]> =>
  (await ec2.send(new DescribeInstancesCommand({ Filters: [{ Name, Values: [value] }] }))).Reservations!.flatMap(
    (each) => each.Instances!.map((instance) => instance.InstanceId!),
  );

it('a new instance is not found by its id and missing from every list, until the lag is over', async () => {
  const id = await launch();
  aws.clock.advance(LAG_MS - 1);
  expect(await codeOf(byId(id))).toBe('InvalidInstanceID.NotFound');
  expect(await byFilter('tag:n', '1')).toEqual([]);
  expect(await byFilter('instance-id', id)).toEqual([]);
  expect((await ec2.send(new DescribeInstancesCommand({}))).Reservations).toEqual([]);
  aws.clock.advance(1);
  expect(await byId(id)).toMatchObject([{ InstanceId: id, State: { Name: 'pending' } }]);
  expect(await byFilter('tag:n', '1')).toEqual([id]);
});

it('one id that is not seen yet fails the call for those that are', async () => {
  const old = await launch();
  aws.clock.advance(LAG_MS);
  const young = await launch();
  expect(await codeOf(byId(old, young))).toBe('InvalidInstanceID.NotFound');
  expect(await byId(old)).toHaveLength(1);
});

it('each state is seen as late as it came', async () => {
  const id = await launch();
  const seen: (string | undefined)[] = [];
  const look = async (): Promise<unknown> => seen.push((await byId(id))[0]!.State!.Name);
  aws.clock.advance(LAG_MS);
  await look();
  aws.clock.advance(1_000);
  await look();
  await ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
  aws.clock.advance(1_000);
  await look();
  expect(await byFilter('instance-state-name', 'terminated')).toEqual([]);
  aws.clock.advance(LAG_MS - 1_000);
  await look();
  aws.clock.advance(1_000);
  await look();
  expect(seen).toEqual(['pending', 'running', 'running', 'shutting-down', 'terminated']);
});

it('new tags are seen late, under their old values until then', async () => {
  const id = await launch();
  aws.clock.advance(LAG_MS);
  await ec2.send(new CreateTagsCommand({ Resources: [id], Tags: [{ Key: 'n', Value: '2' }] }));
  expect([await byFilter('tag:n', '1'), await byFilter('tag:n', '2')]).toEqual([[id], []]);
  aws.clock.advance(LAG_MS);
  expect([await byFilter('tag:n', '1'), await byFilter('tag:n', '2')]).toEqual([[], [id]]);
});

it('actions see the truth: what is not listed yet can be attached and ended', async () => {
  const InstanceId = await launch();
  const { VolumeId } = await ec2.send(new CreateVolumeCommand({ AvailabilityZone: 'us-east-1a', Size: 1 }));
  aws.clock.advance(1_000);
  expect(await codeOf(ec2.send(new DescribeVolumesCommand({ VolumeIds: [VolumeId!] })))).toBe('InvalidVolume.NotFound');
  await ec2.send(new AttachVolumeCommand({ VolumeId: VolumeId!, InstanceId, Device: '/dev/sdf' }));
  await ec2.send(new TerminateInstancesCommand({ InstanceIds: [InstanceId] }));
});

it('a lag that is switched off shows everything at once', async () => {
  const id = await launch();
  aws.emulator.control.change({ readLagMs: 0 });
  expect(await byId(id)).toHaveLength(1);
});
