// DescribeVolumes: by id, by filter, in pages.

import { boolean, integer, list, string } from '../../protocols/parameters.ts';
import { applyFilters, type FilterReaders, filterSchema } from '../filters.ts';
import { pick } from '../ids.ts';
import { page } from '../paging.ts';
import { type Volume, volumeXml } from '../volumes.ts';
import { action, stopDryRun } from './action.ts';

const readers: FilterReaders<Volume> = {
  'volume-id': (volume) => [volume.id],
  status: (volume) => [volume.state],
  'availability-zone': (volume) => [volume.zone],
  size: (volume) => [String(volume.sizeGb)],
  'volume-type': (volume) => [volume.type],
  'attachment.instance-id': (volume) => [volume.attachment?.instanceId],
  'attachment.device': (volume) => [volume.attachment?.device],
  'attachment.status': (volume) => [volume.attachment?.state],
};

export const describeVolumes = action(
  'DescribeVolumes',
  { VolumeId: list(string), Filter: filterSchema, MaxResults: integer, NextToken: string, DryRun: boolean },
  (region, input) => {
    stopDryRun(input.DryRun);
    const all =
      input.VolumeId === undefined
        ? [...region.volumes.values()]
        : pick('volume', input.VolumeId, (id) => region.volumes.get(id));
    const { items, nextToken } = page(applyFilters(all, input.Filter, readers), input);
    return { volumeSet: items.map(volumeXml), nextToken };
  },
);
