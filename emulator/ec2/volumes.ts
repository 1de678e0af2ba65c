// Volumes and their states: creating -> available <-> in-use -> deleting -> deleted (facts/ec2.md 1.6).

import { Ec2Error } from './errors.ts';
import { type Tags, tagIndex, tagXml } from './tags.ts';

export type VolumeState = 'creating' | 'available' | 'in-use' | 'deleting' | 'deleted' | 'error';
export type AttachmentState = 'attaching' | 'attached' | 'detaching' | 'busy';

export type Attachment = {
  readonly instanceId: string;
  readonly device: string;
  readonly attachedAtMs: number;
  readonly deleteOnTermination: boolean;
  readonly state: AttachmentState;
};

/** A change of size or speed under way, or the last one that was. */
export type Modification = {
  readonly state: 'modifying' | 'optimizing' | 'completed';
  readonly startedAtMs: number;
  readonly endedAtMs: number | null;
  readonly from: VolumeShape;
  readonly to: VolumeShape;
};

export type VolumeShape = {
  readonly sizeGb: number;
  readonly type: string;
  readonly iops: number;
  readonly throughput: number;
};

export type Volume = VolumeShape & {
  readonly id: string;
  readonly zone: string;
  readonly snapshotId?: string;
  /** It is a copy of that one. */
  readonly sourceVolumeId?: string;
  readonly clientToken?: string;
  readonly encrypted: boolean;
  readonly createdAtMs: number;
  readonly tags: Tags;
  readonly state: VolumeState;
  readonly attachment: Attachment | null;
  readonly modification?: Modification;
  readonly endedAtMs: number | null;
};

export const volumeIndexes = {
  tag: tagIndex,
  'attachment.instance-id': (volume: Volume) => (volume.attachment === null ? [] : [volume.attachment.instanceId]),
  'snapshot-id': (volume: Volume) => (volume.snapshotId === undefined ? [] : [volume.snapshotId]),
};

export const VOLUME_TYPES = ['gp2', 'gp3', 'io1', 'io2', 'st1', 'sc1', 'standard'] as const;

const GP3 = { minGb: 1, maxGb: 65_536, iops: 3_000, maxIops: 80_000, throughput: 125, maxThroughput: 2_000 } as const;

type Wanted = { readonly sizeGb: number; readonly type: string; readonly iops?: number; readonly throughput?: number };

/** The shape with its type's defaults. Throws where it does not come so (facts/ec2.md 1.6). */
export function volumeShape({ sizeGb, type, iops, throughput }: Wanted): VolumeShape {
  if (!(VOLUME_TYPES as readonly string[]).includes(type)) {
    throw invalid(`Volume type '${type}' is not one of ${VOLUME_TYPES.join(', ')}`);
  }
  if (type === 'gp3') {
    const shape = { sizeGb, type, iops: iops ?? GP3.iops, throughput: throughput ?? GP3.throughput };
    checkGp3(shape);
    return shape;
  }
  if (throughput !== undefined) throw combination('throughput', type);
  if (type === 'io1' || type === 'io2') {
    if (iops === undefined) {
      throw new Ec2Error('MissingParameter', `The request must contain the parameter iops for volume type ${type}`);
    }
    if (iops < 100 || iops > 64_000) throw invalid(`Volume iops of ${iops} is not between 100 and 64000 for ${type}`);
    if (sizeGb < 4 || sizeGb > 16_384)
      throw invalid(`Volume of ${sizeGb}GiB is not between 4 and 16384GiB for ${type}`);
    return { sizeGb, type, iops, throughput: 0 };
  }
  if (iops !== undefined) throw combination('iops', type);
  const least = type === 'st1' || type === 'sc1' ? 125 : 1;
  if (sizeGb < least || sizeGb > 16_384) {
    throw invalid(`Volume of ${sizeGb}GiB is not between ${least} and 16384GiB for volume type ${type}`);
  }
  return { sizeGb, type, iops: type === 'gp2' ? Math.min(16_000, Math.max(100, sizeGb * 3)) : 0, throughput: 0 };
}

function checkGp3({ sizeGb, iops, throughput }: VolumeShape): void {
  if (sizeGb < GP3.minGb || sizeGb > GP3.maxGb)
    throw invalid(`Volume of ${sizeGb}GiB is not between ${GP3.minGb} and ${GP3.maxGb}GiB for volume type gp3`);
  if (iops < GP3.iops || iops > GP3.maxIops)
    throw invalid(`Volume iops of ${iops} is not between ${GP3.iops} and ${GP3.maxIops} for volume type gp3`);
  if (iops > GP3.iops && iops > sizeGb * 500)
    throw invalid(`Iops to volume size ratio of ${iops / sizeGb} is too high; maximum is 500`);
  if (throughput < GP3.throughput || throughput > GP3.maxThroughput)
    throw invalid(
      `Throughput of ${throughput} is not between ${GP3.throughput} and ${GP3.maxThroughput} for volume type gp3`,
    );
  if (throughput > iops * 0.25)
    throw invalid(`Throughput to iops ratio of ${throughput / iops} is too high; maximum is 0.25`);
}

const invalid = (text: string): Ec2Error => new Ec2Error('InvalidParameterValue', text);

const combination = (name: string, type: string): Ec2Error =>
  new Ec2Error('InvalidParameterCombination', `The parameter ${name} is not supported for ${type} volumes.`);

export const attachmentXml = (volumeId: string, attachment: Attachment) => ({
  volumeId,
  instanceId: attachment.instanceId,
  device: attachment.device,
  status: attachment.state,
  attachTime: new Date(attachment.attachedAtMs),
  deleteOnTermination: attachment.deleteOnTermination,
});

export const volumeXml = (volume: Volume) => ({
  volumeId: volume.id,
  size: volume.sizeGb,
  snapshotId: volume.snapshotId ?? '',
  sourceVolumeId: volume.sourceVolumeId,
  availabilityZone: volume.zone,
  status: volume.state,
  createTime: new Date(volume.createdAtMs),
  attachmentSet: volume.attachment === null ? [] : [attachmentXml(volume.id, volume.attachment)],
  tagSet: tagXml(volume.tags),
  volumeType: volume.type,
  iops: volume.iops === 0 ? undefined : volume.iops,
  throughput: volume.throughput === 0 ? undefined : volume.throughput,
  encrypted: volume.encrypted,
  multiAttachEnabled: false,
});
