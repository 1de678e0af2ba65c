// Volumes and their states: creating -> available <-> in-use -> deleting -> deleted; a volume's bytes are a folder (facts/ec2.md 1.6).

import { Ec2Error } from './errors.ts';
import type { Tags } from './tags.ts';

export type VolumeState = 'creating' | 'available' | 'in-use' | 'deleting' | 'deleted';
export type AttachmentState = 'attaching' | 'attached' | 'detaching';

export type Attachment = {
  readonly instanceId: string;
  readonly device: string;
  readonly attachedAt: Date;
  deleteOnTermination: boolean;
  state: AttachmentState;
};

export type Volume = {
  readonly id: string;
  readonly zone: string;
  readonly region: string;
  readonly sizeGb: number;
  readonly type: string;
  readonly iops: number;
  readonly throughput: number;
  readonly clientToken: string | undefined;
  readonly createdAt: Date;
  readonly tags: Tags;
  /** Where its bytes are. */
  readonly folder: string;
  state: VolumeState;
  attachment: Attachment | null;
  endedAt: Date | null;
};

export const GP3 = {
  minGb: 1,
  maxGb: 65_536,
  iops: 3_000,
  maxIops: 80_000,
  throughput: 125,
  maxThroughput: 2_000,
} as const;

/** Throws where gp3 does not come in that size (facts/ec2.md 1.6). */
export function checkGp3(sizeGb: number, iops: number, throughput: number): void {
  const refuse = (text: string): never => {
    throw new Ec2Error('InvalidParameterValue', text);
  };
  if (sizeGb < GP3.minGb || sizeGb > GP3.maxGb)
    refuse(`Volume of ${sizeGb}GiB is not between ${GP3.minGb} and ${GP3.maxGb}GiB for volume type gp3`);
  if (iops < GP3.iops || iops > GP3.maxIops)
    refuse(`Volume iops of ${iops} is not between ${GP3.iops} and ${GP3.maxIops} for volume type gp3`);
  if (iops > GP3.iops && iops > sizeGb * 500)
    refuse(`Iops to volume size ratio of ${iops / sizeGb} is too high; maximum is 500`);
  if (throughput < GP3.throughput || throughput > GP3.maxThroughput)
    refuse(`Throughput of ${throughput} is not between ${GP3.throughput} and ${GP3.maxThroughput} for volume type gp3`);
  if (throughput > iops * 0.25) refuse(`Throughput to iops ratio of ${throughput / iops} is too high; maximum is 0.25`);
}

export const attachmentXml = (volume: Volume, attachment: Attachment) => ({
  volumeId: volume.id,
  instanceId: attachment.instanceId,
  device: attachment.device,
  status: attachment.state,
  attachTime: attachment.attachedAt,
  deleteOnTermination: attachment.deleteOnTermination,
});

export const volumeXml = (volume: Volume) => ({
  volumeId: volume.id,
  size: volume.sizeGb,
  snapshotId: '',
  availabilityZone: volume.zone,
  status: volume.state,
  createTime: volume.createdAt,
  attachmentSet: volume.attachment === null ? [] : [attachmentXml(volume, volume.attachment)],
  tagSet: [...volume.tags].map(([key, value]) => ({ key, value })),
  volumeType: volume.type,
  iops: volume.iops,
  throughput: volume.throughput,
  encrypted: false,
  multiAttachEnabled: false,
});
