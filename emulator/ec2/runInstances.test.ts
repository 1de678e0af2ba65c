// RunInstances as AWS documents it (facts/ec2.md 1.1, 1.2), over the real SDK client.

import { DescribeInstancesCommand, DescribeVolumesCommand, TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import { ARM_IMAGE, aLaunch, aRunningEmulator, codeOf, type TestEmulator } from '../testing.ts';

let aws: TestEmulator;
beforeAll(async () => {
  aws = await aRunningEmulator();
});
afterAll(() => aws.close());
afterEach(() => {
  aws.emulator.control.capacity.clear();
  aws.emulator.control.faults.clear();
});

const launched = async (ec2: ReturnType<TestEmulator['client']>, input: Parameters<typeof aLaunch>[0]) =>
  (await ec2.send(aLaunch(input))).Instances![0]!;

describe('a client token', () => {
  it('makes the same instance again, in the state it is in by now', async () => {
    const ec2 = aws.client('same');
    const first = await launched(ec2, { ClientToken: 't' });
    expect(first.State?.Name).toBe('pending');
    aws.clock.advance(1_000);
    const again = await launched(ec2, { ClientToken: 't' });
    expect(again).toMatchObject({ InstanceId: first.InstanceId, State: { Name: 'running' } });
    expect(aws.emulator.ledger('same').entries.filter((entry) => entry.kind === 'instance')).toHaveLength(1);
  });

  it('with other parameters is a mismatch', async () => {
    const ec2 = aws.client('mismatch');
    await launched(ec2, { ClientToken: 't' });
    expect(await codeOf(ec2.send(aLaunch({ ClientToken: 't', UserData: 'bmV3' })))).toBe('IdempotentParameterMismatch');
    expect(await codeOf(ec2.send(aLaunch({ ClientToken: 't', InstanceType: 'm6i.large' })))).toBe(
      'IdempotentParameterMismatch',
    );
  });

  it('in another zone is another launch, and of another account too', async () => {
    const ec2 = aws.client('zonal');
    const first = await launched(ec2, { ClientToken: 't' });
    const other = await launched(ec2, { ClientToken: 't', Placement: { AvailabilityZone: 'us-east-1b' } });
    const theirs = await launched(aws.client('theirs'), { ClientToken: 't' });
    expect(new Set([first, other, theirs].map((instance) => instance.InstanceId)).size).toBe(3);
  });

  it('is spent once its instance is terminated', async () => {
    const ec2 = aws.client('spent');
    const { InstanceId } = await launched(ec2, { ClientToken: 't' });
    await ec2.send(new TerminateInstancesCommand({ InstanceIds: [InstanceId!] }));
    expect(await codeOf(ec2.send(aLaunch({ ClientToken: 't' })))).toBe('IdempotentInstanceTerminated');
  });

  it('may give the dead instance back instead, as others have seen', async () => {
    const lenient = await aRunningEmulator({ settings: { terminatedToken: 'instance' } });
    const ec2 = lenient.client();
    const { InstanceId } = await launched(ec2, { ClientToken: 't' });
    await ec2.send(new TerminateInstancesCommand({ InstanceIds: [InstanceId!] }));
    expect(await launched(ec2, { ClientToken: 't' })).toMatchObject({ InstanceId, State: { Name: 'shutting-down' } });
    await lenient.close();
  });

  it('is burned by a launch that failed', async () => {
    const ec2 = aws.client('burned');
    aws.emulator.control.capacity.empty('t3.large', 'us-east-1a');
    expect(await codeOf(ec2.send(aLaunch({ ClientToken: 't' })))).toBe('InsufficientInstanceCapacity');
    aws.emulator.control.capacity.clear();
    expect(await codeOf(ec2.send(aLaunch({ ClientToken: 't', InstanceType: 'm6i.large' })))).toBe(
      'IdempotentParameterMismatch',
    );
  });

  it('is found by the filter of its name', async () => {
    const ec2 = aws.client('found');
    const { InstanceId } = await launched(ec2, { ClientToken: 'find-me' });
    const filter = { Name: 'client-token', Values: ['find-me'] };
    const { Reservations } = await ec2.send(new DescribeInstancesCommand({ Filters: [filter] }));
    expect(Reservations!.flatMap((each) => each.Instances!).map((each) => each.InstanceId)).toEqual([InstanceId]);
  });

  it('is at most 64 characters long', async () => {
    expect(await codeOf(aws.client('long').send(aLaunch({ ClientToken: 'x'.repeat(65) })))).toBe(
      'InvalidParameterValue',
    );
  });
});

it.each([
  ['an unknown image', { ImageId: 'ami-00000000000000000' }, 'InvalidAMIID.NotFound'],
  ['a malformed image', { ImageId: 'ami-xyz' }, 'InvalidAMIID.Malformed'],
  ['an unknown type', { InstanceType: 't9.huge' as 't3.large' }, 'InvalidParameterValue'],
  ['a type of another architecture', { ImageId: ARM_IMAGE }, 'InvalidParameterValue'],
  [
    'a type that the zone does not offer',
    { InstanceType: 'm6i.large' as const, Placement: { AvailabilityZone: 'us-east-1e' } },
    'Unsupported',
  ],
  ['an unknown zone', { Placement: { AvailabilityZone: 'us-east-9z' } }, 'InvalidParameterValue'],
  ['user data that is too large', { UserData: Buffer.alloc(16_385).toString('base64') }, 'InvalidParameterValue'],
  ['user data that is no base64', { UserData: '{not base64}' }, 'InvalidUserData.Malformed'],
  [
    'a root volume smaller than its snapshot',
    { BlockDeviceMappings: [{ DeviceName: '/dev/sda1', Ebs: { VolumeSize: 4 } }] },
    'InvalidBlockDeviceMapping',
  ],
  [
    'a tag on what it can not make',
    { TagSpecifications: [{ ResourceType: 'vpc' as const, Tags: [{ Key: 'a', Value: 'b' }] }] },
    'InvalidParameterValue',
  ],
  ['a parameter that it does not understand', { KernelId: 'aki-1' }, 'UnknownParameter'],
  ['a dry run', { DryRun: true }, 'DryRunOperation'],
])('%s is refused with its code, and nothing is made', async (_, input, code) => {
  const ec2 = aws.client('refused');
  expect(await codeOf(ec2.send(aLaunch(input)))).toBe(code);
  expect(aws.emulator.ledger('refused').entries).toEqual([]);
});

it('tags instance and volume in the launch, and deletes the root with the instance unless told otherwise', async () => {
  const ec2 = aws.client('tags');
  const Tags = [{ Key: 'WorkspaceID', Value: '<&">' }];
  const { InstanceId } = await launched(ec2, {
    TagSpecifications: [
      { ResourceType: 'instance', Tags },
      { ResourceType: 'volume', Tags },
    ],
    BlockDeviceMappings: [
      { DeviceName: '/dev/sda1', Ebs: { VolumeSize: 50, VolumeType: 'gp3' } },
      { DeviceName: '/dev/sdb', Ebs: { VolumeSize: 9, DeleteOnTermination: false } },
    ],
  });
  const { Volumes } = await ec2.send(
    new DescribeVolumesCommand({ Filters: [{ Name: 'attachment.instance-id', Values: [InstanceId!] }] }),
  );
  const volumes = Volumes!.map((volume) => [volume.Size, volume.Tags, volume.Attachments![0]!.DeleteOnTermination]);
  expect(volumes.toSorted((a, b) => Number(b[0]) - Number(a[0]))).toEqual([
    [50, Tags, true],
    [9, Tags, false],
  ]);
  aws.clock.advance(1_000);
  await ec2.send(new TerminateInstancesCommand({ InstanceIds: [InstanceId!] }));
  await new Promise((resolve) => setImmediate(resolve));
  aws.clock.advance(1_000);
  const left = aws.emulator.ledger('tags').entries.filter((entry) => entry.billable);
  expect(left.map((entry) => entry.detail)).toEqual(['9 GiB gp2']);
});
