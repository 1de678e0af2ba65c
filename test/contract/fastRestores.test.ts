// Fast restores of snapshots (facts/ec2.md 1.7): they cost by the hour, so that they are enabled only where nobody pays.

import {
  DescribeFastSnapshotRestoresCommand,
  DisableFastSnapshotRestoresCommand,
  EnableFastSnapshotRestoresCommand,
} from '@aws-sdk/client-ec2';
import { capability } from './support/capability.ts';
import { contract } from './support/contract.ts';
import { isOurs } from './support/endpoint.ts';
import { codeOf, oneOf } from './support/refusal.ts';

const aws = contract();

const restoresOf = async (id: string) => {
  const command = new DescribeFastSnapshotRestoresCommand({ Filters: [{ Name: 'snapshot-id', Values: [id] }] });
  return (await aws.ec2.send(command)).FastSnapshotRestores!;
};
const enable = (id: string, ...AvailabilityZones: string[]) =>
  aws.ec2.send(new EnableFastSnapshotRestoresCommand({ SourceSnapshotIds: [id], AvailabilityZones }));
const disable = (id: string, ...AvailabilityZones: string[]) =>
  aws.ec2.send(new DisableFastSnapshotRestoresCommand({ SourceSnapshotIds: [id], AvailabilityZones }));

const probe = () => [restoresOf('snap-0123456789abcdef0'), enable('none', 'none'), disable('none', 'none')];

capability('fast restores', probe, (it) => {
  it('a snapshot has none unless they are enabled (1.7)', async () => {
    const { SnapshotId } = await aws.make.createSnapshot(await aws.make.availableVolume());
    expect(await restoresOf(SnapshotId)).toEqual([]);
  });

  it('one is of a snapshot and a zone, and goes on and off by itself (1.7)', async () => {
    if (!isOurs) return;
    const { zone, otherZone } = aws.around;
    const { SnapshotId } = await aws.make.createSnapshot(await aws.make.availableVolume());
    const { Successful, Unsuccessful } = await enable(SnapshotId, zone, otherZone);
    expect(Successful).toMatchObject([
      { SnapshotId, AvailabilityZone: zone, State: 'enabling' },
      { SnapshotId, AvailabilityZone: otherZone, State: 'enabling' },
    ]);
    expect(Unsuccessful ?? []).toEqual([]);
    expect((await disable(SnapshotId, zone)).Successful).toMatchObject([
      { AvailabilityZone: zone, State: 'disabling' },
    ]);
    const found = await restoresOf(SnapshotId);
    expect(found.map(({ AvailabilityZone, State }) => `${AvailabilityZone}: ${State}`).sort()).toEqual([
      `${zone}: disabling`,
      `${otherZone}: enabling`,
    ]);
  });

  it('an id that can’t be is refused (1.11)', async () => {
    expect(await codeOf(enable('none', aws.around.zone))).toMatch(
      oneOf('InvalidParameterValue', 'InvalidSnapshotID.Malformed', 'InvalidSnapshot.Malformed'),
    );
  });
});
