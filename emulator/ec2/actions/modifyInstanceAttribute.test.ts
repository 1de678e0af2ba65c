// What of an instance can be changed, in which state, and how it is read back.

import {
  AttachVolumeCommand,
  CreateVolumeCommand,
  DescribeInstanceAttributeCommand,
  DescribeInstancesCommand,
  DescribeVolumesCommand,
  type EC2Client,
  type InstanceAttributeName,
  ModifyInstanceAttributeCommand,
  type ModifyInstanceAttributeCommandInput,
  ModifyInstanceMetadataOptionsCommand,
  type ModifyInstanceMetadataOptionsCommandInput,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { aLaunch, aRunningEmulator, codeOf, type TestEmulator } from '../../testing.ts';

let aws: TestEmulator;
let ec2: EC2Client;
beforeEach(async () => {
  aws = await aRunningEmulator();
  ec2 = aws.client();
});
afterEach(() => aws.close());

type Change = Omit<ModifyInstanceAttributeCommandInput, 'InstanceId'>;

const SPOT = { InstanceMarketOptions: { MarketType: 'spot' as const } };

async function running(input: Parameters<typeof aLaunch>[0] = {}): Promise<string> {
  const id = (await ec2.send(aLaunch(input))).Instances![0]!.InstanceId!;
  aws.clock.advance(1_000);
  return id;
}
async function stopped(input: Parameters<typeof aLaunch>[0] = {}): Promise<string> {
  const id = await running(input);
  await ec2.send(new StopInstancesCommand({ InstanceIds: [id] }));
  aws.clock.advance(1_000);
  return id;
}
const change = (InstanceId: string, input: Change) =>
  ec2.send(new ModifyInstanceAttributeCommand({ InstanceId, ...input }));
const read = (InstanceId: string, Attribute: InstanceAttributeName) =>
  ec2.send(new DescribeInstanceAttributeCommand({ InstanceId, Attribute }));
const instance = async (id: string) =>
  (await ec2.send(new DescribeInstancesCommand({ InstanceIds: [id] }))).Reservations![0]!.Instances![0]!;

it('protection from termination and from stopping can be set and taken away', async () => {
  const id = await running();
  const InstanceIds = [id];
  await change(id, { DisableApiTermination: { Value: true } });
  await change(id, { DisableApiStop: { Value: true } });
  expect((await read(id, 'disableApiTermination')).DisableApiTermination).toEqual({ Value: true });
  expect((await read(id, 'disableApiStop')).DisableApiStop).toEqual({ Value: true });
  expect(await codeOf(ec2.send(new TerminateInstancesCommand({ InstanceIds })))).toBe('OperationNotPermitted');
  expect(await codeOf(ec2.send(new StopInstancesCommand({ InstanceIds })))).toBe('OperationNotPermitted');
  await change(id, { DisableApiTermination: { Value: false } });
  await ec2.send(new TerminateInstancesCommand({ InstanceIds }));
});

it('a spot instance can not be protected', async () => {
  const id = await running(SPOT);
  expect(await codeOf(change(id, { DisableApiTermination: { Value: true } }))).toBe('UnsupportedOperation');
  await change(id, { DisableApiTermination: { Value: false } });
});

it('what a shutdown from inside does, and the check of addresses', async () => {
  const id = await running();
  await change(id, { InstanceInitiatedShutdownBehavior: { Value: 'terminate' } });
  await change(id, { SourceDestCheck: { Value: false } });
  expect((await read(id, 'instanceInitiatedShutdownBehavior')).InstanceInitiatedShutdownBehavior).toEqual({
    Value: 'terminate',
  });
  expect((await read(id, 'sourceDestCheck')).SourceDestCheck).toEqual({ Value: false });
  expect((await instance(id)).SourceDestCheck).toBe(false);
});

it('whether a volume goes with its instance', async () => {
  const id = await running();
  const { VolumeId } = await ec2.send(new CreateVolumeCommand({ AvailabilityZone: 'us-east-1a', Size: 1 }));
  aws.clock.advance(1_000);
  await ec2.send(new AttachVolumeCommand({ InstanceId: id, VolumeId, Device: '/dev/sdf' }));
  aws.clock.advance(1_000);
  const root = (await instance(id)).BlockDeviceMappings!.find(({ DeviceName }) => DeviceName !== '/dev/sdf')!;
  await change(id, {
    BlockDeviceMappings: [
      { DeviceName: root.DeviceName, Ebs: { DeleteOnTermination: false } },
      // Not said is true.
      { DeviceName: '/dev/sdf', Ebs: { VolumeId } },
    ],
  });
  const { BlockDeviceMappings } = await read(id, 'blockDeviceMapping');
  const flags = BlockDeviceMappings!.map(({ DeviceName, Ebs }) => [DeviceName, Ebs!.DeleteOnTermination]);
  expect(Object.fromEntries(flags)).toEqual({ [root.DeviceName!]: false, '/dev/sdf': true });
  await ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
  aws.clock.advance(1_000);
  const { Volumes } = await ec2.send(new DescribeVolumesCommand({}));
  expect(Volumes!.map((volume) => [volume.VolumeId, volume.State])).toEqual([[root.Ebs!.VolumeId, 'available']]);
});

it('user data, type and EBS optimisation change while the instance is stopped, and only then', async () => {
  const changes: Change[] = [
    { UserData: { Value: Buffer.from('#!/bin/sh') } },
    { InstanceType: { Value: 't3.xlarge' } },
    { EbsOptimized: { Value: true } },
  ];
  const up = await running();
  for (const input of changes) expect(await codeOf(change(up, input))).toBe('IncorrectInstanceState');
  const id = await stopped();
  for (const input of changes) await change(id, input);
  expect((await read(id, 'userData')).UserData!.Value).toBe(Buffer.from('#!/bin/sh').toString('base64'));
  expect((await read(id, 'ebsOptimized')).EbsOptimized).toEqual({ Value: true });
  expect((await read(id, 'instanceType')).InstanceType).toEqual({ Value: 't3.xlarge' });
  await ec2.send(new StartInstancesCommand({ InstanceIds: [id] }));
  aws.clock.advance(1_000);
  expect(await instance(id)).toMatchObject({
    InstanceType: 't3.xlarge',
    State: { Name: 'running' },
    CpuOptions: { CoreCount: 2, ThreadsPerCore: 2 },
  });
});

it('a type has to exist, and to fit the image, the zone and the market', async () => {
  const id = await stopped();
  const to = (Value: string) => codeOf(change(id, { InstanceType: { Value } }));
  expect(await to('t3.enormous')).toBe('InvalidInstanceAttributeValue');
  expect(await to('t4g.large')).toBe('InvalidParameterValue');
  const elsewhere = await stopped({ Placement: { AvailabilityZone: 'us-east-1f' } });
  expect(await codeOf(change(elsewhere, { InstanceType: { Value: 'g6e.xlarge' } }))).toBe('Unsupported');
  const spot = await stopped({
    InstanceMarketOptions: {
      MarketType: 'spot',
      SpotOptions: { SpotInstanceType: 'persistent', InstanceInterruptionBehavior: 'stop' },
    },
  });
  expect(await codeOf(change(spot, { InstanceType: { Value: 't3.xlarge' } }))).toBe('UnsupportedOperation');
});

it('user data can be taken away, and is no longer than 16 KiB', async () => {
  const id = await stopped({ UserData: Buffer.from('old').toString('base64') });
  expect(await codeOf(change(id, { UserData: { Value: Buffer.alloc(16_385) } }))).toBe('InvalidParameterValue');
  await change(id, { UserData: { Value: Buffer.alloc(0) } });
  expect((await read(id, 'userData')).UserData?.Value).toBeUndefined();
});

it.each<[string, Change, string]>([
  ['nothing', {}, 'InvalidParameterCombination'],
  [
    'two at once',
    { DisableApiStop: { Value: true }, DisableApiTermination: { Value: true } },
    'InvalidParameterCombination',
  ],
  ['a behaviour that is none', { InstanceInitiatedShutdownBehavior: { Value: 'sleep' } }, 'InvalidParameterValue'],
  ['a device without a name', { BlockDeviceMappings: [{ Ebs: { DeleteOnTermination: true } }] }, 'MissingParameter'],
  ['a device that is none', { BlockDeviceMappings: [{ DeviceName: '/dev/sdz' }] }, 'InvalidInstanceAttributeValue'],
  ['what has no meaning here', { EnaSupport: { Value: true } }, 'UnknownParameter'],
  ['a dry run', { DisableApiStop: { Value: true }, DryRun: true }, 'DryRunOperation'],
])('%s is refused', async (_, input, code) => {
  const id = await running();
  expect(await codeOf(change(id, input))).toBe(code);
  expect((await read(id, 'disableApiStop')).DisableApiStop).toEqual({ Value: false });
});

it('an instance that is none, or no longer, is refused', async () => {
  const flag = { DisableApiStop: { Value: true } };
  expect(await codeOf(change('i-no', flag))).toBe('InvalidInstanceID.Malformed');
  expect(await codeOf(change('i-00000000000000000', flag))).toBe('InvalidInstanceID.NotFound');
  const id = await running();
  await ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
  expect(await codeOf(change(id, flag))).toBe('IncorrectInstanceState');
});

it('attributes that cannot be changed here can be read', async () => {
  const id = await running();
  expect((await read(id, 'rootDeviceName')).RootDeviceName!.Value).toMatch(/^\/dev\//);
  expect((await read(id, 'groupSet')).Groups).toEqual([{ GroupId: expect.stringMatching(/^sg-/) }]);
  expect((await read(id, 'enclaveOptions')).EnclaveOptions).toEqual({ Enabled: false });
  expect((await read(id, 'productCodes')).ProductCodes).toEqual([]);
  for (const name of ['kernel', 'ramdisk', 'sriovNetSupport'] as const) {
    expect(await read(id, name)).toMatchObject({ InstanceId: id });
  }
  expect(await codeOf(read(id, 'enaSupport'))).toBe('InvalidParameterValue');
  expect(await codeOf(read('i-no', 'kernel'))).toBe('InvalidInstanceID.Malformed');
});

describe('metadata options', () => {
  const modify = (InstanceId: string, input: Omit<ModifyInstanceMetadataOptionsCommandInput, 'InstanceId'>) =>
    ec2.send(new ModifyInstanceMetadataOptionsCommand({ InstanceId, ...input }));

  it('change as far as they are named', async () => {
    const id = await running();
    const { InstanceId, InstanceMetadataOptions } = await modify(id, {
      HttpPutResponseHopLimit: 3,
      InstanceMetadataTags: 'enabled',
    });
    expect([InstanceId, InstanceMetadataOptions?.State]).toEqual([id, 'pending']);
    expect((await instance(id)).MetadataOptions).toMatchObject({
      State: 'applied',
      HttpTokens: 'required',
      HttpEndpoint: 'enabled',
      HttpPutResponseHopLimit: 3,
      InstanceMetadataTags: 'enabled',
    });
  });

  it.each<[string, Omit<ModifyInstanceMetadataOptionsCommandInput, 'InstanceId'>, string]>([
    ['no hop', { HttpPutResponseHopLimit: 0 }, 'InvalidParameterValue'],
    ['65 hops', { HttpPutResponseHopLimit: 65 }, 'InvalidParameterValue'],
    ['tokens that are none', { HttpTokens: 'never' as 'optional' }, 'InvalidParameterValue'],
    ['IPv6, which there is not', { HttpProtocolIpv6: 'enabled' }, 'UnknownParameter'],
    ['a dry run', { HttpTokens: 'optional', DryRun: true }, 'DryRunOperation'],
  ])('%s is refused', async (_, input, code) => {
    const id = await running();
    expect(await codeOf(modify(id, input))).toBe(code);
    expect((await instance(id)).MetadataOptions).toMatchObject({ HttpTokens: 'required', HttpPutResponseHopLimit: 2 });
  });
});
