// What an image is, in one line: changes when anything that EC2 shows of its content does.

import { createHash } from 'node:crypto';
import type { Image } from '@aws-sdk/client-ec2';

/**
 * sha256 of owner, name, creation date, architecture, root device, and of each block device its name, snapshot, size, kind,
 * encryption and fate. EC2 has no checksum of the bytes: the snapshots stand for them, as a completed one never changes.
 * Tags, deprecation and state are not in it: they change while the content stays.
 */
export function imageDigest(image: Image): string {
  const devices = (image.BlockDeviceMappings ?? []).map(({ DeviceName, VirtualName, NoDevice, Ebs }) => [
    DeviceName,
    VirtualName,
    NoDevice,
    Ebs?.SnapshotId,
    Ebs?.VolumeSize,
    Ebs?.VolumeType,
    Ebs?.Encrypted,
    Ebs?.DeleteOnTermination,
  ]);
  devices.sort(([a], [b]) => String(a).localeCompare(String(b)));
  const { OwnerId, Name, CreationDate, Architecture, RootDeviceName } = image;
  const content = [OwnerId, Name, CreationDate, Architecture, RootDeviceName, devices];
  return `sha256:${createHash('sha256').update(JSON.stringify(content)).digest('hex')}`;
}
