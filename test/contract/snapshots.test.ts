// Snapshots: their point in time, their pace, their limits, and what is made of them (facts/ec2.md 1.7).

import { randomUUID } from 'node:crypto';
import {
  CreateSnapshotCommand,
  DeleteSnapshotCommand,
  DeleteVolumeCommand,
  DescribeSnapshotsCommand,
  ModifyVolumeCommand,
  type Snapshot,
} from '@aws-sdk/client-ec2';
import { capability } from './support/capability.ts';
import { contract } from './support/contract.ts';
import { isOurs } from './support/endpoint.ts';
import { instance, snapshot, snapshotCompleted, snapshotState, volume, volumeGone, volumeIn } from './support/looks.ts';
import { codeOf } from './support/refusal.ts';
import { until } from './support/until.ts';

const aws = contract();

const NONE = 'snap-0123456789abcdef0';
const NO_VOLUME = 'vol-0123456789abcdef0';
const remove = (SnapshotId: string) => aws.ec2.send(new DeleteSnapshotCommand({ SnapshotId }));
const gone = (id: string) =>
  until(
    `${id} is gone`,
    () => snapshotState(aws, id),
    (state) => state === null,
  );

const probe = () => [
  aws.ec2.send(new CreateSnapshotCommand({ VolumeId: NO_VOLUME, DryRun: true })),
  aws.ec2.send(new DescribeSnapshotsCommand({ SnapshotIds: [NONE] })),
  remove(NONE),
];

async function completed(): Promise<string> {
  const { SnapshotId } = await aws.make.createSnapshot(await aws.make.availableVolume());
  await snapshotCompleted(aws, SnapshotId);
  return SnapshotId;
}

capability('snapshots', probe, (it) => {
  it('a snapshot is pending when the call returns, and completed later (1.7)', async () => {
    const VolumeId = await aws.make.availableVolume({ VolumeType: 'gp3', Size: 2 });
    const made = await aws.make.createSnapshot(VolumeId, { Description: 'as it was' });
    expect(made).toMatchObject({
      SnapshotId: expect.stringMatching(/^snap-[0-9a-f]{17}$/),
      VolumeId,
      VolumeSize: 2,
      State: 'pending',
      Description: 'as it was',
      OwnerId: expect.stringMatching(/^\d{12}$/),
      StartTime: expect.any(Date),
    });
    expect(made.Progress ?? '').toMatch(/^(\d{1,3}%)?$/);
    const done = await snapshotCompleted(aws, made.SnapshotId);
    expect(done).toMatchObject({ VolumeId, VolumeSize: 2, Progress: '100%', CompletionTime: expect.any(Date) });
    expect(done.CompletionTime!.getTime()).toBeGreaterThanOrEqual(done.StartTime!.getTime());
  });

  it('it is of the moment of the request, whatever becomes of its volume (1.7)', async () => {
    const VolumeId = await aws.make.availableVolume({ VolumeType: 'gp3' });
    const { SnapshotId } = await aws.make.createSnapshot(VolumeId);
    await aws.ec2.send(new ModifyVolumeCommand({ VolumeId, Size: 2 }));
    await until(
      'the volume is larger',
      () => volume(aws, VolumeId),
      ({ Size }) => Size === 2,
    );
    expect((await snapshotCompleted(aws, SnapshotId)).VolumeSize).toBe(1);
  });

  it('its volume can be deleted while it is pending (1.7)', async () => {
    const VolumeId = await aws.make.availableVolume();
    const { SnapshotId } = await aws.make.createSnapshot(VolumeId);
    await aws.ec2.send(new DeleteVolumeCommand({ VolumeId }));
    await volumeGone(aws, VolumeId);
    expect(await snapshotCompleted(aws, SnapshotId)).toMatchObject({ VolumeId, Progress: '100%' });
  });

  it('a volume in use can be taken, too (1.7)', async () => {
    const { BlockDeviceMappings } = await aws.make.launchRunning();
    const VolumeId = BlockDeviceMappings![0]!.Ebs!.VolumeId!;
    const { SnapshotId } = await aws.make.createSnapshot(VolumeId);
    expect((await snapshotCompleted(aws, SnapshotId)).VolumeSize).toBe((await volume(aws, VolumeId)).Size);
  });

  it('a second one of the same volume within 15 seconds is refused (1.7)', async () => {
    const VolumeId = await aws.make.availableVolume();
    await aws.make.createSnapshot(VolumeId);
    expect(await codeOf(aws.make.createSnapshot(VolumeId))).toBe('SnapshotCreationPerVolumeRateExceeded');
    // The limit is the volume's: another one has its own.
    await aws.make.createSnapshot(await aws.make.availableVolume());
  });

  it('15 seconds later the next one is taken (1.7)', async () => {
    // Too long for a test that we wait for each time.
    if (isOurs) return;
    const VolumeId = await aws.make.availableVolume();
    const first = await aws.make.createSnapshot(VolumeId);
    const again = () => aws.make.createSnapshot(VolumeId).catch((error: Error) => error);
    const next = await until('it is taken', again, (answer) => !('name' in answer));
    expect((next as Snapshot).StartTime!.getTime() - first.StartTime!.getTime()).toBeGreaterThanOrEqual(14_000);
  });

  it('a volume is made of it only once it is completed (1.7)', async () => {
    const { SnapshotId } = await aws.make.createSnapshot(await aws.make.availableVolume());
    const early = await aws.make.createVolume({ SnapshotId, Size: undefined }).catch((error: Error) => error);
    if (early instanceof Error) expect(early.name).toBe('IncorrectState');
    else expect((await snapshot(aws, SnapshotId)).State).toBe('completed');
    await snapshotCompleted(aws, SnapshotId);
    const { VolumeId } = await aws.make.createVolume({ SnapshotId, Size: undefined });
    expect(await volumeIn(aws, 'available', VolumeId)).toMatchObject({ SnapshotId, Size: 1 });
  });

  it('the volume can be larger, not smaller, and in any zone (1.6, 1.7)', async () => {
    const { otherZone } = aws.around;
    const { SnapshotId } = await aws.make.createSnapshot(await aws.make.availableVolume({ Size: 2 }));
    await snapshotCompleted(aws, SnapshotId);
    const { VolumeId } = await aws.make.createVolume({ SnapshotId, Size: 3, AvailabilityZone: otherZone });
    expect(await volumeIn(aws, 'available', VolumeId)).toMatchObject({ Size: 3, AvailabilityZone: otherZone });
    expect(await codeOf(aws.make.createVolume({ SnapshotId, Size: 1 }))).toBe('InvalidParameterValue');
  });

  it('its first reads can be sped up, at 100 to 300 MiB/s (1.6)', async () => {
    const SnapshotId = await completed();
    const { VolumeId } = await aws.make.createVolume({ SnapshotId, VolumeType: 'gp3', VolumeInitializationRate: 300 });
    await volumeIn(aws, 'available', VolumeId);
    for (const VolumeInitializationRate of [99, 301]) {
      const call = aws.make.createVolume({ SnapshotId, VolumeType: 'gp3', VolumeInitializationRate });
      expect(await codeOf(call)).toBe('InvalidParameterValue');
    }
  });

  it('an instance can be launched with it (1.6)', async () => {
    const SnapshotId = await completed();
    const { InstanceId } = await aws.make.launchRunning({
      BlockDeviceMappings: [{ DeviceName: '/dev/sdf', Ebs: { SnapshotId } }],
    });
    const { BlockDeviceMappings } = await instance(aws, InstanceId);
    const data = BlockDeviceMappings!.find(({ DeviceName }) => DeviceName === '/dev/sdf')!.Ebs!;
    expect(data.DeleteOnTermination).toBe(true);
    expect(await volume(aws, data.VolumeId!)).toMatchObject({ SnapshotId, Size: 1 });
  });

  it('it is found by its tags and its volume, among ours alone (1.7)', async () => {
    const key = randomUUID();
    const VolumeId = await aws.make.availableVolume();
    const { SnapshotId, OwnerId } = await aws.make.createSnapshot(VolumeId, {
      TagSpecifications: [{ ResourceType: 'snapshot', Tags: [{ Key: 'op-key', Value: key }] }],
    });
    const look = async (OwnerIds: string[], ...values: string[]) => {
      const Filters = [
        { Name: 'tag:op-key', Values: values },
        { Name: 'volume-id', Values: [VolumeId] },
      ];
      const { Snapshots } = await aws.ec2.send(new DescribeSnapshotsCommand({ OwnerIds, Filters }));
      return Snapshots!.map((each) => each.SnapshotId);
    };
    await until(
      'it is found',
      () => look(['self'], key),
      (found) => found.length > 0,
    );
    expect(await look(['self'], key)).toEqual([SnapshotId]);
    expect(await look([OwnerId!], key)).toEqual([SnapshotId]);
    expect(await look(['self'], randomUUID())).toEqual([]);
    expect(await look(['amazon'], key)).toEqual([]);
  });

  it('a deleted one is not found any more, and what was made of it stays (1.7)', async () => {
    const SnapshotId = await completed();
    const VolumeId = await aws.make.availableVolume({ SnapshotId });
    await remove(SnapshotId);
    await gone(SnapshotId);
    expect(await codeOf(remove(SnapshotId))).toBe('InvalidSnapshot.NotFound');
    expect((await volume(aws, VolumeId)).State).toBe('available');
  });

  it('a pending one that is deleted goes once it is complete (1.7)', async () => {
    const { SnapshotId } = await aws.make.createSnapshot(await aws.make.availableVolume());
    await remove(SnapshotId);
    await gone(SnapshotId);
  });

  it('of what does not exist there is none (1.11)', async () => {
    expect(await codeOf(aws.make.createSnapshot(NO_VOLUME))).toBe('InvalidVolume.NotFound');
    expect(await codeOf(snapshot(aws, NONE))).toBe('InvalidSnapshot.NotFound');
    expect(await codeOf(remove(NONE))).toBe('InvalidSnapshot.NotFound');
    expect(await codeOf(aws.make.createVolume({ SnapshotId: NONE, Size: undefined }))).toBe('InvalidSnapshot.NotFound');
  });
});
