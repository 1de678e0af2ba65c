// Snapshots and the bytes of volumes (facts/ec2.md 1.6, 1.7): the moment of the request, progress, limits, restore, and mounted volumes.

import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import {
  AttachVolumeCommand,
  CreateSnapshotCommand,
  CreateVolumeCommand,
  DeleteSnapshotCommand,
  DeleteVolumeCommand,
  DescribeSnapshotsCommand,
  DescribeVolumesCommand,
  DetachVolumeCommand,
  type EC2Client,
} from '@aws-sdk/client-ec2';
import { aLaunch, aRunningEmulator, codeOf, DELAYS, type TestEmulator } from '../testing.ts';

let aws: TestEmulator;
let ec2: EC2Client;
beforeEach(async () => {
  aws = await aRunningEmulator();
  ec2 = aws.client();
});
afterEach(() => aws.close());

const AvailabilityZone = 'us-east-1a';
async function aVolume(SnapshotId?: string): Promise<string> {
  const { VolumeId } = await ec2.send(
    new CreateVolumeCommand({ AvailabilityZone, ...(SnapshotId === undefined ? { Size: 2 } : { SnapshotId }) }),
  );
  aws.clock.advance(1_000);
  return VolumeId!;
}
const folderOf = (volumeId: string): string => join(aws.folder, 'volumes', volumeId);
const snap = async (VolumeId: string): Promise<string> =>
  (await ec2.send(new CreateSnapshotCommand({ VolumeId }))).SnapshotId!;
const seen = async (id: string) => (await ec2.send(new DescribeSnapshotsCommand({ SnapshotIds: [id] }))).Snapshots![0]!;
const attachment = async (VolumeId: string) =>
  (await ec2.send(new DescribeVolumesCommand({ VolumeIds: [VolumeId] }))).Volumes![0]!;

it('is pending, makes progress, and is complete', async () => {
  aws.emulator.control.change({ delays: { snapshotMs: 10_000 } });
  const id = await snap(await aVolume());
  expect(await seen(id)).toMatchObject({ State: 'pending', Progress: '0%' });
  aws.clock.advance(5_000);
  expect(await seen(id)).toMatchObject({ State: 'pending', Progress: '50%' });
  aws.clock.advance(4_999);
  expect(await seen(id)).toMatchObject({ State: 'pending', Progress: '99%' });
  aws.clock.advance(1);
  const done = await seen(id);
  expect([done.State, done.Progress, done.CompletionTime]).toEqual(['completed', '100%', new Date(aws.clock.now())]);
});

it('holds what the volume had when it was asked for, byte by byte, whatever becomes of the volume', async () => {
  const volume = await aVolume();
  const folder = folderOf(volume);
  mkdirSync(join(folder, 'profile', 'empty'), { recursive: true });
  writeFileSync(join(folder, 'profile', 'cookies'), Buffer.from([0, 255, 10, 13]));
  writeFileSync(join(folder, 'run.sh'), '#!/bin/sh\n');
  chmodSync(join(folder, 'run.sh'), 0o750);
  symlinkSync('profile/cookies', join(folder, 'link'));
  const id = await snap(volume);
  writeFileSync(join(folder, 'run.sh'), 'later');
  await ec2.send(new DeleteVolumeCommand({ VolumeId: volume }));
  expect(await codeOf(ec2.send(new CreateVolumeCommand({ AvailabilityZone, SnapshotId: id })))).toBe('IncorrectState');
  aws.clock.advance(DELAYS.snapshotMs);
  const restored = folderOf(await aVolume(id));
  expect(readdirSync(restored).toSorted()).toEqual(['link', 'profile', 'run.sh']);
  expect(readFileSync(join(restored, 'run.sh'), 'utf8')).toBe('#!/bin/sh\n');
  expect(statSync(join(restored, 'run.sh')).mode & 0o777).toBe(0o750);
  expect([...readFileSync(join(restored, 'profile', 'cookies'))]).toEqual([0, 255, 10, 13]);
  expect(readdirSync(join(restored, 'profile', 'empty'))).toEqual([]);
  expect(readlinkSync(join(restored, 'link'))).toBe('profile/cookies');
});

it('a volume made from it is its own: neither changes the other', async () => {
  const volume = await aVolume();
  writeFileSync(join(folderOf(volume), 'a'), 'one');
  const id = await snap(volume);
  aws.clock.advance(DELAYS.snapshotMs);
  const [first, second] = [await aVolume(id), await aVolume(id)];
  writeFileSync(join(folderOf(first), 'a'), 'two');
  expect([volume, first, second].map((each) => readFileSync(join(folderOf(each), 'a'), 'utf8'))).toEqual([
    'one',
    'two',
    'one',
  ]);
  expect(await attachment(first)).toMatchObject({ SnapshotId: id, Size: 2 });
});

it('one that is deleted while pending goes when it is complete', async () => {
  const id = await snap(await aVolume());
  await ec2.send(new DeleteSnapshotCommand({ SnapshotId: id }));
  expect((await seen(id)).State).toBe('pending');
  aws.clock.advance(DELAYS.snapshotMs);
  expect(await codeOf(seen(id))).toBe('InvalidSnapshot.NotFound');
  expect(aws.emulator.ledger('one').entries.find((entry) => entry.id === id)).toMatchObject({
    state: 'deleted',
    billable: false,
  });
});

it('of one volume there is one in 15 seconds, and five at once', async () => {
  aws.emulator.control.change({ delays: { snapshotMs: 600_000 } });
  const volume = await aVolume();
  for (let n = 0; n < 5; n++) {
    await snap(volume);
    aws.clock.advance(14_999);
    if (n < 4) expect(await codeOf(snap(volume))).toBe('SnapshotCreationPerVolumeRateExceeded');
    aws.clock.advance(1);
  }
  expect(await codeOf(snap(volume))).toBe('ConcurrentSnapshotLimitExceeded');
  await snap(await aVolume());
  aws.clock.advance(600_000);
  await snap(volume);
});

it('has no token: the same request again is another one', async () => {
  const volume = await aVolume();
  const first = await snap(volume);
  aws.clock.advance(15_000);
  expect(await snap(volume)).not.toBe(first);
});

it('a volume that is mounted stays busy until it is unmounted, or is taken by force', async () => {
  for (const how of ['unmounted', 'forced'] as const) {
    const InstanceId = (await ec2.send(aLaunch())).Instances![0]!.InstanceId!;
    const VolumeId = await aVolume();
    await ec2.send(new AttachVolumeCommand({ VolumeId, InstanceId, Device: '/dev/sdf' }));
    aws.clock.advance(1_000);
    const root = join(aws.folder, 'machines', InstanceId);
    mkdirSync(join(root, 'home'), { recursive: true });
    symlinkSync(folderOf(VolumeId), join(root, 'home', 'agent'));
    await ec2.send(new DetachVolumeCommand({ VolumeId }));
    aws.clock.advance(3_600_000);
    expect(await attachment(VolumeId)).toMatchObject({ State: 'in-use', Attachments: [{ State: 'busy' }] });
    if (how === 'unmounted') unlinkSync(join(root, 'home', 'agent'));
    else {
      await ec2.send(new DetachVolumeCommand({ VolumeId, Force: true }));
      expect(readdirSync(join(root, 'dev', 'disk', 'by-id'))).not.toContain(
        `nvme-Amazon_Elastic_Block_Store_${VolumeId.replace('-', '')}`,
      );
    }
    aws.clock.advance(1_000);
    expect(await attachment(VolumeId)).toMatchObject({ State: 'available', Attachments: [] });
  }
});
