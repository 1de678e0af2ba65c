// CreateVolume: in one zone, blank or from a snapshot, with a token of its own (facts/ec2.md 1.1, 1.6, 1.7).

import { boolean, integer, string } from '../../protocols/parameters.ts';
import { zoneId, zonesOf } from '../catalogue.ts';
import { Ec2Error } from '../errors.ts';
import { one } from '../ids.ts';
import { checkStorage } from '../limits/storageLimits.ts';
import type { Region } from '../region.ts';
import type { Snapshot } from '../snapshots.ts';
import { tagSpecificationSchema, tagsFor } from '../tags.ts';
import { addVolume } from '../volumeLife.ts';
import { volumeShape, volumeXml } from '../volumes.ts';
import { action, stopDryRun } from './action.ts';

const parameters = {
  AvailabilityZone: string,
  AvailabilityZoneId: string,
  Size: integer,
  SnapshotId: string,
  VolumeType: string,
  Iops: integer,
  Throughput: integer,
  Encrypted: boolean,
  MultiAttachEnabled: boolean,
  VolumeInitializationRate: integer,
  ClientToken: string,
  DryRun: boolean,
  TagSpecification: tagSpecificationSchema,
} as const;

export const createVolume = action('CreateVolume', parameters, (region, input) => {
  const { ClientToken: token, DryRun, ...rest } = input;
  const zone = zoneOf(region, input.AvailabilityZone, input.AvailabilityZoneId);
  const before = region.volumeTokens.find(token, zone, rest)?.flatMap((id) => region.volumes.get(id) ?? [])[0];
  if (before !== undefined) return volumeXml(before);

  const snapshot = sourceOf(region, input.SnapshotId, input.VolumeInitializationRate);
  if (input.MultiAttachEnabled === true) {
    throw new Ec2Error('UnsupportedOperation', 'The emulator attaches a volume to one instance at a time.');
  }
  const sizeGb = input.Size ?? snapshot?.volumeGb;
  if (sizeGb === undefined) {
    throw new Ec2Error('MissingParameter', 'The request must contain the parameter size or snapshotId');
  }
  if (snapshot !== null && sizeGb < snapshot.volumeGb) {
    throw new Ec2Error(
      'InvalidParameterValue',
      `Invalid value '${sizeGb}' for size: it is smaller than the snapshot's ${snapshot.volumeGb}GiB`,
    );
  }
  const shape = volumeShape({
    sizeGb,
    // The default is gp2, not gp3.
    type: input.VolumeType ?? 'gp2',
    ...(input.Iops === undefined ? {} : { iops: input.Iops }),
    ...(input.Throughput === undefined ? {} : { throughput: input.Throughput }),
  });
  const tags = tagsFor(input.TagSpecification, 'volume');
  stopDryRun(DryRun);
  checkStorage(region, shape.type, sizeGb);
  const id = region.newId('volume');
  const volume = addVolume(region, {
    id,
    zone,
    ...shape,
    ...(snapshot === null ? {} : { snapshotId: snapshot.id }),
    ...(token === undefined ? {} : { clientToken: token }),
    encrypted: input.Encrypted ?? snapshot?.encrypted ?? false,
    createdAtMs: region.nowMs,
    tags,
    state: 'creating',
    attachment: null,
    endedAtMs: null,
  });
  region.volumeTokens.record(token, zone, rest, [id]);
  return volumeXml(volume);
});

/** Exactly one of the two names it. */
function zoneOf(region: Region, name: string | undefined, id: string | undefined): string {
  if (name === undefined && id === undefined) {
    throw new Ec2Error('MissingParameter', 'The request must contain the parameter AvailabilityZone');
  }
  if (name !== undefined && id !== undefined) {
    throw new Ec2Error(
      'InvalidParameterCombination',
      'Specify either AvailabilityZone or AvailabilityZoneId, not both.',
    );
  }
  const zone = zonesOf(region.name).find((each) => each === name || zoneId(each) === id);
  if (zone === undefined) throw new Ec2Error('InvalidZone.NotFound', `The zone '${name ?? id}' does not exist.`);
  return zone;
}

function sourceOf(region: Region, id: string | undefined, rate: number | undefined): Snapshot | null {
  if (id === undefined) {
    if (rate === undefined) return null;
    throw new Ec2Error('InvalidParameterCombination', 'VolumeInitializationRate needs a snapshot.');
  }
  if (rate !== undefined && (rate < 100 || rate > 300)) {
    throw new Ec2Error('InvalidParameterValue', `VolumeInitializationRate ${rate} is not between 100 and 300`);
  }
  const snapshot = one('snapshot', id, (each) => region.snapshots.seen(each));
  if (snapshot.state === 'completed') return snapshot;
  throw new Ec2Error('IncorrectState', `Snapshot is in invalid state - ${snapshot.state}`);
}
