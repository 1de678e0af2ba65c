// DescribeVolumeStatus: whether volumes take I/O; a volume that is still being made has not been checked.

import { boolean, integer, list, string } from '../../protocols/parameters.ts';
import { zoneId } from '../catalogue.ts';
import { type FilterReaders, filterSchema } from '../filters.ts';
import { select } from '../select.ts';
import type { Volume } from '../volumes.ts';
import { action, stopDryRun } from './action.ts';

const readers: FilterReaders<Volume> = {
  'availability-zone': (volume) => [volume.zone],
  'volume-status.status': (volume) => [statusOf(volume)],
  'volume-status.details-name': (volume) => detailsOf(volume).map(({ name }) => name),
  'volume-status.details-status': (volume) => detailsOf(volume).map(({ status }) => status),
  'attachment-status.instance-id': (volume) => [volume.attachment?.instanceId],
};

export const describeVolumeStatus = action(
  'DescribeVolumeStatus',
  { VolumeId: list(string), Filter: filterSchema, MaxResults: integer, NextToken: string, DryRun: boolean },
  (region, input) => {
    const { items, nextToken } = select(region.volumes, {
      kind: 'volume',
      ids: input.VolumeId,
      filters: input.Filter,
      readers,
      paging: input,
      isOthers: (id) => region.world.isOthers(region, 'volume', id),
    });
    stopDryRun(input.DryRun);
    return { volumeStatusSet: items.map(statusXml), nextToken };
  },
);

const statusXml = (volume: Volume) => ({
  volumeId: volume.id,
  availabilityZone: volume.zone,
  availabilityZoneId: zoneId(volume.zone),
  volumeStatus: { status: statusOf(volume), details: detailsOf(volume) },
  // Only what is wrong has events and actions, and nothing goes wrong with a volume of the emulator.
  eventsSet: [],
  actionsSet: [],
  attachmentStatuses:
    volume.attachment === null
      ? []
      : [{ instanceId: volume.attachment.instanceId, ioPerformance: ioPerformanceOf(volume) }],
});

const isChecked = ({ state }: Volume): boolean => state === 'available' || state === 'in-use';

const statusOf = (volume: Volume): string => (isChecked(volume) ? 'ok' : 'insufficient-data');

const detailsOf = (volume: Volume) => [
  { name: 'io-enabled', status: isChecked(volume) ? 'passed' : 'insufficient-data' },
  { name: 'io-performance', status: ioPerformanceOf(volume) },
];

/** AWS measures it for volumes of provisioned IOPS alone, and only while they are attached. */
const ioPerformanceOf = ({ type, state }: Volume): string =>
  state === 'in-use' && ['gp3', 'io1', 'io2'].includes(type) ? 'normal' : 'not-applicable';
