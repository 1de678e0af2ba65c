// The volumes that a launch makes: those of its image, as the launch overrides them, and its own (facts/ec2.md 1.6).

import { required } from '../actions/action.ts';
import { maxVolumes } from '../catalogue.ts';
import { Ec2Error } from '../errors.ts';
import { one } from '../ids.ts';
import { type Image, rootSnapshotOf } from '../images.ts';
import { checkStorage } from '../limits/storageLimits.ts';
import type { Region } from '../region.ts';
import { type VolumeShape, volumeShape } from '../volumes.ts';
import type { Mapping } from './parameters.ts';

export type Device = {
  readonly device: string;
  readonly shape: VolumeShape;
  readonly snapshotId?: string;
  readonly encrypted: boolean;
  readonly deleteOnTermination: boolean;
};

const DEFAULT_GB = 8;

/** Throws InvalidBlockDeviceMapping, InvalidSnapshot.NotFound, AttachmentLimitExceeded, VolumeLimitExceeded. */
export function devicesOf(region: Region, mappings: readonly Mapping[], image: Image, type: string): Device[] {
  const given = new Map<string, Mapping>();
  for (const mapping of mappings) {
    const name = required(mapping.DeviceName, 'BlockDeviceMapping.DeviceName');
    if (given.has(name)) throw new Ec2Error('InvalidBlockDeviceMapping', `The device '${name}' is used twice`);
    given.set(name, mapping);
  }
  const ofImage = [
    { device: image.root_device, gb: image.root_gb, delete_on_termination: true },
    ...(image.data_devices ?? []),
  ];
  const names = [...new Set([...ofImage.map(({ device }) => device), ...given.keys()])];
  const devices = names.flatMap((device): Device[] => {
    const mapping = given.get(device);
    if (mapping?.NoDevice !== undefined) {
      if (device !== image.root_device) return [];
      throw new Ec2Error('InvalidBlockDeviceMapping', 'The root device can not be left out');
    }
    return [
      deviceOf(
        region,
        device,
        mapping,
        ofImage.find((each) => each.device === device),
        image,
      ),
    ];
  });
  if (devices.length > maxVolumes(type)) {
    throw new Ec2Error('AttachmentLimitExceeded', `${type} takes at most ${maxVolumes(type)} volumes`);
  }
  for (const { shape } of devices) checkStorage(region, shape.type, shape.sizeGb);
  return devices;
}

type OfImage = { readonly gb: number; readonly delete_on_termination: boolean };

function deviceOf(
  region: Region,
  device: string,
  mapping: Mapping | undefined,
  ofImage: OfImage | undefined,
  image: Image,
): Device {
  const ebs = mapping?.Ebs ?? {};
  const isRoot = device === image.root_device;
  const snapshot =
    ebs.SnapshotId === undefined || isRoot
      ? undefined
      : one('snapshot', ebs.SnapshotId, (id) => region.snapshots.seen(id));
  const least = ofImage?.gb ?? snapshot?.volumeGb;
  const sizeGb = ebs.VolumeSize ?? least ?? DEFAULT_GB;
  if (least !== undefined && sizeGb < least) {
    throw new Ec2Error(
      'InvalidBlockDeviceMapping',
      `Volume of size ${sizeGb}GB is smaller than snapshot '${rootSnapshotOf(image)}', expect size >= ${least}GB`,
    );
  }
  const wanted = { sizeGb, type: ebs.VolumeType ?? (ofImage === undefined ? 'gp2' : 'gp3') };
  return {
    device,
    shape: volumeShape({
      ...wanted,
      ...(ebs.Iops === undefined ? {} : { iops: ebs.Iops }),
      ...(ebs.Throughput === undefined ? {} : { throughput: ebs.Throughput }),
    }),
    ...(isRoot ? { snapshotId: rootSnapshotOf(image) } : snapshot === undefined ? {} : { snapshotId: snapshot.id }),
    encrypted: ebs.Encrypted ?? snapshot?.encrypted ?? false,
    // Volumes made by a launch through the API go with it unless the launch or the image says otherwise (facts/ec2.md 1.6).
    deleteOnTermination: ebs.DeleteOnTermination ?? ofImage?.delete_on_termination ?? true,
  };
}
