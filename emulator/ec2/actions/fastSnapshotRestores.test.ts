// Fast snapshot restore: where it is enabled, since when, and for how many (facts/ec2.md 1.7).

import {
  CreateSnapshotCommand,
  CreateVolumeCommand,
  DeleteSnapshotCommand,
  DescribeFastSnapshotRestoresCommand,
  type DescribeFastSnapshotRestoresCommandInput,
  DisableFastSnapshotRestoresCommand,
  type EC2Client,
  EnableFastSnapshotRestoresCommand,
  type EnableFastSnapshotRestoresCommandInput,
} from '@aws-sdk/client-ec2';
import { aRunningEmulator, codeOf, type TestEmulator } from '../../testing.ts';

let aws: TestEmulator;
let ec2: EC2Client;
beforeEach(async () => {
  aws = await aRunningEmulator();
  ec2 = aws.client();
});
afterEach(() => aws.close());

const ZONE = 'us-east-1a';
const HOUR_MS = 3_600_000;

async function pending(Size = 1_024): Promise<string> {
  const { VolumeId } = await ec2.send(new CreateVolumeCommand({ AvailabilityZone: ZONE, Size, VolumeType: 'gp3' }));
  aws.clock.advance(1_000);
  return (await ec2.send(new CreateSnapshotCommand({ VolumeId }))).SnapshotId!;
}
async function completed(gb?: number): Promise<string> {
  const id = await pending(gb);
  aws.clock.advance(1_000);
  return id;
}
const enable = (ids: string[], input: Partial<EnableFastSnapshotRestoresCommandInput> = {}) =>
  ec2.send(new EnableFastSnapshotRestoresCommand({ SourceSnapshotIds: ids, AvailabilityZones: [ZONE], ...input }));
const disable = (ids: string[]) =>
  ec2.send(new DisableFastSnapshotRestoresCommand({ SourceSnapshotIds: ids, AvailabilityZones: [ZONE] }));
const restores = async (input: DescribeFastSnapshotRestoresCommandInput = {}) =>
  (await ec2.send(new DescribeFastSnapshotRestoresCommand(input))).FastSnapshotRestores!;
const states = async () => (await restores()).map(({ State }) => State);

it('is enabling, optimizing for an hour a TiB, then enabled', async () => {
  const id = await completed();
  const EnablingTime = new Date(aws.clock.now());
  expect((await enable([id])).Successful).toEqual([
    {
      SnapshotId: id,
      AvailabilityZone: ZONE,
      AvailabilityZoneId: 'use1-az1',
      State: 'enabling',
      StateTransitionReason: 'Client.UserInitiated',
      OwnerId: expect.stringMatching(/^\d{12}$/),
      EnablingTime,
    },
  ]);
  aws.clock.advance(15_000);
  expect(await states()).toEqual(['optimizing']);
  aws.clock.advance(HOUR_MS - 1);
  expect(await states()).toEqual(['optimizing']);
  aws.clock.advance(1);
  expect(await restores()).toMatchObject([
    {
      State: 'enabled',
      StateTransitionReason: 'Client.UserInitiated - Lifecycle state transition',
      EnablingTime,
      OptimizingTime: new Date(EnablingTime.getTime() + 15_000),
      EnabledTime: new Date(aws.clock.now()),
    },
  ]);
  expect((await enable([id])).Successful).toMatchObject([{ State: 'enabled', EnablingTime }]);
});

it('of a pending snapshot waits until that is complete', async () => {
  const id = await pending();
  await enable([id]);
  aws.clock.advance(15_999);
  expect(await states()).toEqual(['enabling']);
  aws.clock.advance(1);
  expect(await states()).toEqual(['optimizing']);
});

it('is disabled in a while, and may be enabled again', async () => {
  const id = await completed();
  await enable([id]);
  expect((await disable([id])).Successful).toMatchObject([{ State: 'disabling', DisablingTime: expect.any(Date) }]);
  aws.clock.advance(15_000);
  const [restore] = await restores();
  expect([restore!.State, restore!.OptimizingTime]).toEqual(['disabled', undefined]);
  expect((await disable([id])).Unsuccessful).toMatchObject([
    { SnapshotId: id, FastSnapshotRestoreStateErrors: [{ AvailabilityZone: ZONE, Error: { Code: 'InvalidState' } }] },
  ]);
  expect((await enable([id])).Successful).toMatchObject([{ State: 'enabling' }]);
});

it('each snapshot and zone succeeds or fails by itself', async () => {
  const id = await completed();
  const missing = 'snap-00000000000000000';
  const { Successful, Unsuccessful } = await enable([id, missing], {
    AvailabilityZones: undefined,
    AvailabilityZoneIds: ['use1-az1', 'use1-az2'],
  });
  expect(Successful!.map(({ AvailabilityZone }) => AvailabilityZone)).toEqual(['us-east-1a', 'us-east-1b']);
  expect(Unsuccessful).toMatchObject([
    {
      SnapshotId: missing,
      FastSnapshotRestoreStateErrors: [
        { AvailabilityZoneId: 'use1-az1', Error: { Code: 'InvalidSnapshot.NotFound' } },
        { AvailabilityZoneId: 'use1-az2', Error: { Code: 'InvalidSnapshot.NotFound' } },
      ],
    },
  ]);
});

it('five snapshots of a region may be enabled; one that is deleted counts no longer', async () => {
  const ids: string[] = [];
  for (let n = 0; n < 6; n++) ids.push(await completed(1));
  const { Successful, Unsuccessful } = await enable(ids);
  expect(Successful!.map(({ SnapshotId }) => SnapshotId)).toEqual(ids.slice(0, 5));
  expect(Unsuccessful).toMatchObject([
    { SnapshotId: ids[5], FastSnapshotRestoreStateErrors: [{ Error: { Code: 'ResourceLimitExceeded' } }] },
  ]);
  // Another zone of one that counts already.
  expect((await enable([ids[0]!], { AvailabilityZones: ['us-east-1b'] })).Successful).toHaveLength(1);
  await ec2.send(new DeleteSnapshotCommand({ SnapshotId: ids[1] }));
  expect((await enable([ids[5]!])).Successful).toHaveLength(1);
  expect((await restores()).some(({ SnapshotId }) => SnapshotId === ids[1])).toBe(false);
});

it('is found by filter, in pages', async () => {
  const id = await completed();
  await enable([id], { AvailabilityZones: ['us-east-1a', 'us-east-1b', 'us-east-1c'] });
  const by = async (Name: string, value: string) =>
    (await restores({ Filters: [{ Name, Values: [value] }] })).map(({ AvailabilityZone }) => AvailabilityZone);
  expect(await by('availability-zone', 'us-east-1b')).toEqual(['us-east-1b']);
  expect(await by('availability-zone-id', 'use1-az3')).toEqual(['us-east-1c']);
  expect(await by('state', 'enabled')).toEqual([]);
  expect(await by('snapshot-id', id)).toHaveLength(3);
  const first = await ec2.send(new DescribeFastSnapshotRestoresCommand({ MaxResults: 2 }));
  expect(first.FastSnapshotRestores).toHaveLength(2);
  expect(await restores({ MaxResults: 2, NextToken: first.NextToken })).toHaveLength(1);
  expect(await codeOf(restores({ MaxResults: 201 }))).toBe('InvalidParameterValue');
});

it.each<[string, Partial<EnableFastSnapshotRestoresCommandInput>, string]>([
  ['no snapshot', { SourceSnapshotIds: [] }, 'MissingParameter'],
  ['no id at all', { SourceSnapshotIds: ['mine'] }, 'InvalidParameterValue'],
  [
    'eleven snapshots',
    { SourceSnapshotIds: Array.from({ length: 11 }, (_, n) => `snap-${String(n).padStart(17, '0')}`) },
    'InvalidRequest',
  ],
  ['no zone', { AvailabilityZones: undefined }, 'MissingParameter'],
  ['a zone that is none', { AvailabilityZones: ['us-east-1z'] }, 'InvalidZone.NotFound'],
  ['zones by name and by id', { AvailabilityZoneIds: ['use1-az1'] }, 'InvalidParameterCombination'],
  ['a dry run', { DryRun: true }, 'DryRunOperation'],
])('%s is refused', async (_, input, code) => {
  const id = await completed();
  expect(await codeOf(enable([id], input))).toBe(code);
  expect(await restores()).toEqual([]);
});
