// Volumes: their bounds, tokens and attachments, and that their bytes stay (facts/ec2.md 1.6).

import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  AttachVolumeCommand,
  CreateVolumeCommand,
  type CreateVolumeCommandInput,
  DeleteVolumeCommand,
  DescribeVolumesCommand,
  DetachVolumeCommand,
  type EC2Client,
} from '@aws-sdk/client-ec2';
import { aLaunch, aRunningEmulator, codeOf, type TestEmulator } from '../testing.ts';

let aws: TestEmulator;
beforeEach(async () => {
  aws = await aRunningEmulator();
});
afterEach(() => aws.close());

const create = (ec2: EC2Client, input: Partial<CreateVolumeCommandInput> = {}) =>
  ec2.send(new CreateVolumeCommand({ AvailabilityZone: 'us-east-1a', Size: 20, VolumeType: 'gp3', ...input }));
const launch = async (ec2: EC2Client): Promise<string> => (await ec2.send(aLaunch())).Instances![0]!.InstanceId!;
const attach = (ec2: EC2Client, VolumeId: string, InstanceId: string, Device = '/dev/sdf') =>
  ec2.send(new AttachVolumeCommand({ VolumeId, InstanceId, Device }));
const stateOf = async (ec2: EC2Client, id: string) => {
  const volume = (await ec2.send(new DescribeVolumesCommand({ VolumeIds: [id] }))).Volumes![0]!;
  return [volume.State, volume.Attachments?.[0]?.State];
};

it('is created in a while, with gp2 as the default type', async () => {
  const ec2 = aws.client();
  const volume = await create(ec2, { VolumeType: undefined });
  expect(volume).toMatchObject({ State: 'creating', VolumeType: 'gp2', Size: 20 });
  expect(await codeOf(ec2.send(new DeleteVolumeCommand({ VolumeId: volume.VolumeId })))).toBe('IncorrectState');
  aws.clock.advance(1_000);
  expect(await stateOf(ec2, volume.VolumeId!)).toEqual(['available', undefined]);
});

it('with the same token is the same volume, with other parameters a mismatch', async () => {
  const ec2 = aws.client();
  const first = await create(ec2, { ClientToken: 't' });
  expect((await create(ec2, { ClientToken: 't' })).VolumeId).toBe(first.VolumeId);
  expect(await codeOf(create(ec2, { ClientToken: 't', Size: 21 }))).toBe('IdempotentParameterMismatch');
});

it.each([
  ['no zone', { AvailabilityZone: undefined }, 'MissingParameter'],
  ['an unknown zone', { AvailabilityZone: 'us-east-9z' }, 'InvalidZone.NotFound'],
  ['no GiB', { Size: 0 }, 'InvalidParameterValue'],
  ['too many GiB', { Size: 65_537 }, 'InvalidParameterValue'],
  ['too few IOPS', { Iops: 2_999 }, 'InvalidParameterValue'],
  ['too many IOPS', { Iops: 80_001, Size: 1_000 }, 'InvalidParameterValue'],
  ['more than 500 IOPS a GiB', { Iops: 10_001 }, 'InvalidParameterValue'],
  ['too much throughput', { Throughput: 2_001 }, 'InvalidParameterValue'],
  ['more throughput than its IOPS carry', { Throughput: 751 }, 'InvalidParameterValue'],
  ['IOPS for gp2', { VolumeType: 'gp2' as const, Iops: 3_000 }, 'InvalidParameterCombination'],
])('%s is refused', async (_, input, code) => {
  expect(await codeOf(create(aws.client(), input))).toBe(code);
});

it('attaches to an instance that runs, in its own zone, when it is free, under a name that is', async () => {
  const ec2 = aws.client();
  const [volume, other, elsewhere] = await Promise.all([
    create(ec2),
    create(ec2),
    create(ec2, { AvailabilityZone: 'us-east-1b' }),
  ]);
  const instance = await launch(ec2);
  expect(await codeOf(attach(ec2, volume.VolumeId!, instance))).toBe('IncorrectState');
  aws.clock.advance(1_000);
  expect(await codeOf(attach(ec2, elsewhere.VolumeId!, instance))).toBe('InvalidVolume.ZoneMismatch');
  expect(await codeOf(attach(ec2, volume.VolumeId!, instance, 'left'))).toBe('InvalidParameterValue');
  expect((await attach(ec2, volume.VolumeId!, instance)).State).toBe('attaching');
  expect(await codeOf(attach(ec2, volume.VolumeId!, instance, '/dev/sdg'))).toBe('VolumeInUse');
  expect(await codeOf(attach(ec2, other.VolumeId!, instance))).toBe('InvalidParameterValue');
  expect(await codeOf(attach(ec2, other.VolumeId!, 'i-00000000000000000'))).toBe('InvalidInstanceID.NotFound');
  aws.clock.advance(1_000);
  expect(await stateOf(ec2, volume.VolumeId!)).toEqual(['in-use', 'attached']);
  expect(await codeOf(ec2.send(new DeleteVolumeCommand({ VolumeId: volume.VolumeId })))).toBe('VolumeInUse');
});

it('shows up in the machine by its serial, and its bytes go with it to the next machine', async () => {
  const ec2 = aws.client();
  const { VolumeId: id } = await create(ec2);
  const machines = [await launch(ec2), await launch(ec2)];
  aws.clock.advance(1_000);
  const devices = (machine: string) => join(aws.folder, 'machines', machine, 'dev', 'disk', 'by-id');
  const link = `nvme-Amazon_Elastic_Block_Store_${id!.replace('-', '')}`;

  await attach(ec2, id!, machines[0]!);
  expect(await readdir(devices(machines[0]!))).toEqual([]);
  aws.clock.advance(1_000);
  await writeFile(join(devices(machines[0]!), link, 'work.txt'), 'kept');
  await ec2.send(new DetachVolumeCommand({ VolumeId: id }));
  expect(await readdir(devices(machines[0]!))).toEqual([]);
  aws.clock.advance(1_000);
  expect(await codeOf(ec2.send(new DetachVolumeCommand({ VolumeId: id })))).toBe('IncorrectState');

  await attach(ec2, id!, machines[1]!);
  aws.clock.advance(1_000);
  expect(await readFile(join(devices(machines[1]!), link, 'work.txt'), 'utf8')).toBe('kept');
});

it('the root of a running instance can not be detached', async () => {
  const ec2 = aws.client();
  await launch(ec2);
  aws.clock.advance(1_000);
  const { Volumes } = await ec2.send(new DescribeVolumesCommand({}));
  expect(await codeOf(ec2.send(new DetachVolumeCommand({ VolumeId: Volumes![0]!.VolumeId })))).toBe(
    'OperationNotPermitted',
  );
});
