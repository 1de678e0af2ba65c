// Volumes that grow and get faster while they are in use, and how often (facts/ec2.md 1.6).

import {
  CreateVolumeCommand,
  type CreateVolumeCommandInput,
  DescribeVolumesCommand,
  DescribeVolumesModificationsCommand,
  type DescribeVolumesModificationsCommandInput,
  type EC2Client,
  ModifyVolumeCommand,
  type ModifyVolumeCommandInput,
} from '@aws-sdk/client-ec2';
import { aRunningEmulator, codeOf, type TestEmulator } from '../../testing.ts';

let aws: TestEmulator;
let ec2: EC2Client;
beforeEach(async () => {
  aws = await aRunningEmulator();
  ec2 = aws.client();
});
afterEach(() => aws.close());

async function available(input: Partial<CreateVolumeCommandInput> = {}): Promise<string> {
  const AvailabilityZone = 'us-east-1a';
  const volume = await ec2.send(new CreateVolumeCommand({ AvailabilityZone, Size: 20, VolumeType: 'gp3', ...input }));
  aws.clock.advance(1_000);
  return volume.VolumeId!;
}
const modify = async (VolumeId: string, input: Omit<ModifyVolumeCommandInput, 'VolumeId'>) =>
  (await ec2.send(new ModifyVolumeCommand({ VolumeId, ...input }))).VolumeModification!;
const modifications = async (input: DescribeVolumesModificationsCommandInput = {}) =>
  (await ec2.send(new DescribeVolumesModificationsCommand(input))).VolumesModifications!;
const volume = async (id: string) => (await ec2.send(new DescribeVolumesCommand({ VolumeIds: [id] }))).Volumes![0]!;

it('is modifying, then optimizing with its new size, then completed', async () => {
  const id = await available();
  const started = new Date(aws.clock.now());
  expect(await modify(id, { Size: 40, Iops: 6_000, Throughput: 250 })).toEqual({
    VolumeId: id,
    ModificationState: 'modifying',
    OriginalSize: 20,
    OriginalIops: 3_000,
    OriginalThroughput: 125,
    OriginalVolumeType: 'gp3',
    OriginalMultiAttachEnabled: false,
    TargetSize: 40,
    TargetIops: 6_000,
    TargetThroughput: 250,
    TargetVolumeType: 'gp3',
    TargetMultiAttachEnabled: false,
    Progress: 0,
    StartTime: started,
  });
  aws.clock.advance(500);
  expect(await modifications({ VolumeIds: [id] })).toMatchObject([{ ModificationState: 'modifying', Progress: 25 }]);
  expect(await volume(id)).toMatchObject({ Size: 20, State: 'available' });
  aws.clock.advance(1_000);
  expect(await modifications()).toMatchObject([{ ModificationState: 'optimizing', Progress: 75 }]);
  expect(await volume(id)).toMatchObject({ Size: 40, Iops: 6_000, Throughput: 250 });
  aws.clock.advance(500);
  expect(await modifications()).toMatchObject([
    { ModificationState: 'completed', Progress: 100, EndTime: new Date(aws.clock.now()) },
  ]);
});

it('another type brings its own defaults, the same type keeps what there was', async () => {
  const [gp2, gp3, fast] = [
    await available({ VolumeType: 'gp2', Size: 100 }),
    await available({ Iops: 4_000 }),
    await available({ VolumeType: 'io2', Iops: 500 }),
  ];
  expect(await modify(gp2, { VolumeType: 'gp3' })).toMatchObject({
    OriginalIops: 300,
    TargetIops: 3_000,
    TargetThroughput: 125,
  });
  expect(await modify(gp3, { Size: 30 })).toMatchObject({ TargetIops: 4_000, TargetThroughput: 125 });
  expect(await modify(fast, { Size: 30 })).toMatchObject({ TargetIops: 500, TargetVolumeType: 'io2' });
});

it('one follows another once it is completed, four times in 24 hours', async () => {
  const id = await available();
  for (const Size of [21, 22, 23, 24]) {
    await modify(id, { Size });
    expect(await codeOf(modify(id, { Size: Size + 1 }))).toBe('IncorrectModificationState');
    aws.clock.advance(1_000);
    expect(await codeOf(modify(id, { Size: Size + 1 }))).toBe('IncorrectModificationState');
    aws.clock.advance(1_000);
  }
  expect(await codeOf(modify(id, { Size: 25 }))).toBe('VolumeModificationRateExceeded');
  // The first of the four began eight seconds ago.
  aws.clock.advance(86_400_000 - 8_001);
  expect(await codeOf(modify(id, { Size: 25 }))).toBe('VolumeModificationRateExceeded');
  aws.clock.advance(1);
  expect(await modify(id, { Size: 25 })).toMatchObject({ OriginalSize: 24, TargetSize: 25 });
});

it.each<[string, Omit<ModifyVolumeCommandInput, 'VolumeId'>, string]>([
  ['nothing', {}, 'MissingParameter'],
  ['a smaller size', { Size: 19 }, 'InvalidParameterValue'],
  ['too large a size', { Size: 65_537 }, 'InvalidParameterValue'],
  ['too many IOPS for the size', { Iops: 10_001 }, 'InvalidParameterValue'],
  ['a type that is none', { VolumeType: 'gp9' as 'gp3' }, 'InvalidParameterValue'],
  ['IOPS for gp2', { VolumeType: 'gp2', Iops: 3_000 }, 'InvalidParameterCombination'],
  ['more than the account may have', { Size: 60_000 }, 'VolumeLimitExceeded'],
  ['what has no meaning here', { MultiAttachEnabled: true }, 'UnknownParameter'],
  ['a dry run', { Size: 21, DryRun: true }, 'DryRunOperation'],
])('%s is refused', async (_, input, code) => {
  const id = await available();
  expect(await codeOf(modify(id, input))).toBe(code);
  expect(await modifications()).toEqual([]);
});

it('a volume that is none, or is not there yet, is refused', async () => {
  expect(await codeOf(modify('home', { Size: 2 }))).toBe('InvalidParameterValue');
  expect(await codeOf(modify('vol-00000000000000000', { Size: 2 }))).toBe('InvalidVolume.NotFound');
  const { VolumeId } = await ec2.send(new CreateVolumeCommand({ AvailabilityZone: 'us-east-1a', Size: 1 }));
  expect(await codeOf(modify(VolumeId!, { Size: 2 }))).toBe('IncorrectState');
});

it('modifications are found by id, filter and page; a volume without one is refused by its id', async () => {
  const ids: string[] = [];
  for (let n = 0; n < 3; n++) ids.push(await available());
  for (const id of ids.slice(0, 2)) await modify(id, { Size: 40 });
  const by = async (Name: string, value: string) =>
    (await modifications({ Filters: [{ Name, Values: [value] }] })).map(({ VolumeId }) => VolumeId!).sort();
  const modified = ids.slice(0, 2).sort();
  expect(await by('target-size', '40')).toEqual(modified);
  expect(await by('volume-id', ids[2]!)).toEqual([]);
  expect(await by('modification-state', 'completed')).toEqual([]);
  const first = await ec2.send(new DescribeVolumesModificationsCommand({ MaxResults: 1 }));
  const second = await modifications({ MaxResults: 1, NextToken: first.NextToken });
  expect([...first.VolumesModifications!, ...second].map(({ VolumeId }) => VolumeId)).toEqual(modified);
  expect(await codeOf(modifications({ VolumeIds: [ids[2]!] }))).toBe('InvalidVolumeModification.NotFound');
  expect(await codeOf(modifications({ VolumeIds: ['vol-00000000000000000'] }))).toBe('InvalidVolume.NotFound');
  expect(await codeOf(modifications({ MaxResults: 501 }))).toBe('InvalidParameterValue');
  expect(await codeOf(modifications({ DryRun: true }))).toBe('DryRunOperation');
});
