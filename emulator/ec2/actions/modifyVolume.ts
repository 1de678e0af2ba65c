// ModifyVolume and DescribeVolumesModifications: larger, faster or of another type while in use, four times a day at most.

import { boolean, integer, list, string } from '../../protocols/parameters.ts';
import { Ec2Error } from '../errors.ts';
import { type FilterReaders, filterSchema } from '../filters.ts';
import { one } from '../ids.ts';
import { checkStorage } from '../limits/storageLimits.ts';
import type { Region } from '../region.ts';
import { select } from '../select.ts';
import { modify } from '../volumeLife.ts';
import { type Modification, type Volume, type VolumeShape, volumeShape } from '../volumes.ts';
import { action, required, stopDryRun } from './action.ts';

/** Once it was one in six hours; now it is this, as soon as the last is completed (SDK). */
const PER_DAY = 4;
const DAY_MS = 86_400_000;

/** What an io1, io2 or gp3 volume gets that was of another type (SDK). */
const DEFAULT_IOPS = 3_000;

type Wanted = {
  readonly Size?: number;
  readonly VolumeType?: string;
  readonly Iops?: number;
  readonly Throughput?: number;
};
type History = { readonly id: string; readonly startedAtMs: readonly number[] };

export const modifyVolume = action(
  'ModifyVolume',
  { VolumeId: string, Size: integer, VolumeType: string, Iops: integer, Throughput: integer, DryRun: boolean },
  (region, { VolumeId, DryRun, ...wanted }) => {
    const volume = one('volume', required(VolumeId, 'VolumeId'), (id) => region.volumes.get(id));
    if (Object.keys(wanted).length === 0) {
      throw new Ec2Error('MissingParameter', 'The request must contain size, volumeType, iops or throughput');
    }
    const to = target(volume, wanted);
    checkState(volume);
    const lately = startsOfDay(region, volume.id);
    if (lately.length >= PER_DAY) {
      const nextAt = new Date(lately[0]! + DAY_MS).toISOString();
      throw new Ec2Error(
        'VolumeModificationRateExceeded',
        `Volume ${volume.id} was modified ${PER_DAY} times in 24 hours. It can be modified again from ${nextAt} on.`,
      );
    }
    const addedGb = to.sizeGb - (to.type === volume.type ? volume.sizeGb : 0);
    stopDryRun(DryRun);
    if (addedGb > 0) checkStorage(region, to.type, addedGb);
    history(region).put({ id: volume.id, startedAtMs: [...lately, region.nowMs] });
    return { volumeModification: modificationXml(region, modify(region, volume, to)) };
  },
);

/** What is not said stays, as far as the type has it. */
function target(volume: Volume, { Size, VolumeType, Iops, Throughput }: Wanted): VolumeShape {
  const sizeGb = Size ?? volume.sizeGb;
  if (sizeGb < volume.sizeGb) {
    throw new Ec2Error('InvalidParameterValue', `New size ${sizeGb} is smaller than the existing ${volume.sizeGb}`);
  }
  const type = VolumeType ?? volume.type;
  const isSameType = type === volume.type;
  const iops = Iops ?? (['gp3', 'io1', 'io2'].includes(type) ? (isSameType ? volume.iops : DEFAULT_IOPS) : undefined);
  const throughput = Throughput ?? (isSameType && type === 'gp3' ? volume.throughput : undefined);
  return volumeShape({
    sizeGb,
    type,
    ...(iops === undefined ? {} : { iops }),
    ...(throughput === undefined ? {} : { throughput }),
  });
}

function checkState({ id, state, modification }: Volume): void {
  if (state !== 'available' && state !== 'in-use') {
    throw new Ec2Error('IncorrectState', `Volume '${id}' is '${state}'; it must be 'available' or 'in-use'.`);
  }
  if (modification !== undefined && modification.state !== 'completed') {
    throw new Ec2Error(
      'IncorrectModificationState',
      `Volume ${id} can't be modified in modification state ${modification.state.toUpperCase()}.`,
    );
  }
}

/** The volume's row has its last modification alone. */
const history = (region: Region) => region.world.store.table<History>(`${region.key}/ec2/volume-modifications`);

const startsOfDay = (region: Region, id: string): number[] =>
  (history(region).get(id)?.startedAtMs ?? []).filter((atMs) => region.nowMs - atMs < DAY_MS);

const of = (read: (modification: Modification) => string | number) => (volume: Volume) =>
  volume.modification === undefined ? [] : [String(read(volume.modification))];

const readers: FilterReaders<Volume> = {
  'volume-id': (volume) => [volume.id],
  'modification-state': of(({ state }) => state),
  'start-time': of(({ startedAtMs }) => new Date(startedAtMs).toISOString()),
  'original-size': of(({ from }) => from.sizeGb),
  'original-iops': of(({ from }) => from.iops),
  'original-volume-type': of(({ from }) => from.type),
  'target-size': of(({ to }) => to.sizeGb),
  'target-iops': of(({ to }) => to.iops),
  'target-volume-type': of(({ to }) => to.type),
};

export const describeVolumesModifications = action(
  'DescribeVolumesModifications',
  { VolumeId: list(string), Filter: filterSchema, MaxResults: integer, NextToken: string, DryRun: boolean },
  (region, input) => {
    const { items, nextToken } = select(region.volumes, {
      kind: 'volume',
      ids: input.VolumeId,
      filters: input.Filter,
      readers,
      paging: input,
      bounds: { min: 1, max: 500 },
      isOthers: (id) => region.world.isOthers(region, 'volume', id),
      where: isModified,
    });
    for (const id of input.VolumeId ?? []) {
      const volume = region.volumes.seen(id);
      if (volume === undefined || isModified(volume)) continue;
      throw new Ec2Error('InvalidVolumeModification.NotFound', `Modification for volume '${id}' does not exist.`);
    }
    stopDryRun(input.DryRun);
    return { volumeModificationSet: items.map((volume) => modificationXml(region, volume)), nextToken };
  },
);

const isModified = ({ modification }: Volume): boolean => modification !== undefined;

function modificationXml(region: Region, { id, modification }: Volume) {
  const { state, startedAtMs, endedAtMs, from, to } = modification!;
  return {
    volumeId: id,
    modificationState: state,
    ...shapeXml('original', from),
    ...shapeXml('target', to),
    progress: progressOf(region, modification!),
    startTime: new Date(startedAtMs),
    endTime: endedAtMs === null ? undefined : new Date(endedAtMs),
  };
}

const shapeXml = (which: 'original' | 'target', { sizeGb, type, iops, throughput }: VolumeShape) => ({
  [`${which}Size`]: sizeGb,
  [`${which}VolumeType`]: type,
  [`${which}Iops`]: iops === 0 ? undefined : iops,
  [`${which}Throughput`]: throughput === 0 ? undefined : throughput,
  [`${which}MultiAttachEnabled`]: false,
});

/** Percent, by the time that has passed of both phases. */
function progressOf(region: Region, { state, startedAtMs }: Modification): number {
  if (state === 'completed') return 100;
  const wholeMs = Math.max(1, 2 * region.world.settings().delays.modifyingMs);
  return Math.min(99, Math.floor(((region.nowMs - startedAtMs) / wholeMs) * 100));
}
