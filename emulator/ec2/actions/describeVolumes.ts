// DescribeVolumes: by id, by filter, in pages.

import { boolean, integer, list, string } from '../../protocols/parameters.ts';
import { type FilterReaders, filterSchema } from '../filters.ts';
import { select } from '../select.ts';
import { type Volume, volumeXml } from '../volumes.ts';
import { action, stopDryRun } from './action.ts';

const readers: FilterReaders<Volume> = {
  'volume-id': (volume) => [volume.id],
  status: (volume) => [volume.state],
  'availability-zone': (volume) => [volume.zone],
  size: (volume) => [String(volume.sizeGb)],
  'volume-type': (volume) => [volume.type],
  'snapshot-id': (volume) => [volume.snapshotId],
  encrypted: (volume) => [String(volume.encrypted)],
  'create-time': (volume) => [new Date(volume.createdAtMs).toISOString()],
  'attachment.instance-id': (volume) => [volume.attachment?.instanceId],
  'attachment.device': (volume) => [volume.attachment?.device],
  'attachment.status': (volume) => [volume.attachment?.state],
  'attachment.delete-on-termination': (volume) => [volume.attachment?.deleteOnTermination.toString()],
};

export const describeVolumes = action(
  'DescribeVolumes',
  { VolumeId: list(string), Filter: filterSchema, MaxResults: integer, NextToken: string, DryRun: boolean },
  (region, input) => {
    stopDryRun(input.DryRun);
    const { items, nextToken } = select(region.volumes, {
      kind: 'volume',
      ids: input.VolumeId,
      filters: input.Filter,
      readers,
      paging: input,
      isOthers: (id) => region.world.isOthers(region, 'volume', id),
    });
    return { volumeSet: items.map(volumeXml), nextToken };
  },
);
