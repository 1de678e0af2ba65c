// CreateSnapshot, DescribeSnapshots, DeleteSnapshot (facts/ec2.md 1.7).

import { boolean, integer, list, string } from '../../protocols/parameters.ts';
import { Ec2Error } from '../errors.ts';
import { type FilterReaders, filterSchema } from '../filters.ts';
import { one } from '../ids.ts';
import type { Region } from '../region.ts';
import { select } from '../select.ts';
import { checkSnapshotLimits, deleteSnapshot as remove, takeSnapshot } from '../snapshotLife.ts';
import { progressOf, type Snapshot, snapshotXml } from '../snapshots.ts';
import { tagSpecificationSchema, tagsFor } from '../tags.ts';
import { action, required, stopDryRun } from './action.ts';

const MAX_DESCRIPTION = 255;

export const createSnapshot = action(
  'CreateSnapshot',
  { VolumeId: string, Description: string, TagSpecification: tagSpecificationSchema, DryRun: boolean },
  (region, input) => {
    const volume = one('volume', required(input.VolumeId, 'VolumeId'), (id) => region.volumes.get(id));
    if (volume.state !== 'available' && volume.state !== 'in-use') {
      throw new Ec2Error('IncorrectState', `Volume '${volume.id}' is '${volume.state}'.`);
    }
    const description = input.Description ?? '';
    if (description.length > MAX_DESCRIPTION) {
      throw new Ec2Error('InvalidParameterValue', `The description is limited to ${MAX_DESCRIPTION} characters`);
    }
    const tags = tagsFor(input.TagSpecification, 'snapshot');
    stopDryRun(input.DryRun);
    checkSnapshotLimits(region, volume.id);
    return snapshotXml(takeSnapshot(region, volume, description, tags), region.accountId, region.nowMs);
  },
);

const readers = (region: Region): FilterReaders<Snapshot> => ({
  'snapshot-id': (snapshot) => [snapshot.id],
  'volume-id': (snapshot) => [snapshot.volumeId],
  'volume-size': (snapshot) => [String(snapshot.volumeGb)],
  status: (snapshot) => [snapshot.state],
  progress: (snapshot) => [progressOf(snapshot, region.nowMs)],
  description: (snapshot) => [snapshot.description],
  encrypted: (snapshot) => [String(snapshot.encrypted)],
  'owner-id': () => [region.accountId],
  'start-time': (snapshot) => [new Date(snapshot.startedAtMs).toISOString()],
  'storage-tier': () => ['standard'],
});

export const describeSnapshots = action(
  'DescribeSnapshots',
  {
    SnapshotId: list(string),
    Owner: list(string),
    RestorableBy: list(string),
    Filter: filterSchema,
    MaxResults: integer,
    NextToken: string,
    DryRun: boolean,
  },
  (region, input) => {
    stopDryRun(input.DryRun);
    // Nothing is shared between the emulator's accounts, so that one's own are all that there are.
    const isMine = (names: readonly string[] | undefined): boolean =>
      names?.some((name) => name === 'self' || name === region.accountId) ?? true;
    const isAsked = isMine(input.Owner) && isMine(input.RestorableBy);
    const { items, nextToken } = select(region.snapshots, {
      kind: 'snapshot',
      ids: input.SnapshotId,
      filters: input.Filter,
      readers: readers(region),
      paging: input,
      isOthers: (id) => region.world.isOthers(region, 'snapshot', id),
      where: () => isAsked,
    });
    return { snapshotSet: items.map((snapshot) => snapshotXml(snapshot, region.accountId, region.nowMs)), nextToken };
  },
);

export const deleteSnapshot = action('DeleteSnapshot', { SnapshotId: string, DryRun: boolean }, (region, input) => {
  const snapshot = one('snapshot', required(input.SnapshotId, 'SnapshotId'), (id) => region.snapshots.get(id));
  stopDryRun(input.DryRun);
  remove(region, snapshot);
  return { return: true };
});
