// The digest changes with the image's content, and with nothing else.

import type { Image } from '@aws-sdk/client-ec2';
import { imageDigest } from './digest.ts';

const root = { DeviceName: '/dev/sda1', Ebs: { SnapshotId: 'snap-1', VolumeSize: 8, DeleteOnTermination: true } };
const data = { DeviceName: '/dev/sdb', Ebs: { SnapshotId: 'snap-2', VolumeSize: 5 } };
const image: Image = {
  ImageId: 'ami-1',
  OwnerId: '111122223333',
  Name: 'golden',
  CreationDate: '2026-01-01T00:00:00.000Z',
  Architecture: 'x86_64',
  RootDeviceName: '/dev/sda1',
  BlockDeviceMappings: [root, data],
};

it.each<[string, Partial<Image>]>([
  ['its tags', { Tags: [{ Key: 'stage', Value: 'prod' }] }],
  ['its deprecation', { DeprecationTime: '2027-01-01T00:00:00.000Z' }],
  ['its state', { State: 'disabled' }],
  ['the order of its devices', { BlockDeviceMappings: [data, root] }],
])('stays with %s', (_, change) => {
  expect(imageDigest({ ...image, ...change })).toBe(imageDigest(image));
});

it.each<[string, Partial<Image>]>([
  ['its owner', { OwnerId: '999922223333' }],
  ['its name', { Name: 'copper' }],
  ['its date', { CreationDate: '2026-01-02T00:00:00.000Z' }],
  ['its architecture', { Architecture: 'arm64' }],
  ['its root snapshot', { BlockDeviceMappings: [{ ...root, Ebs: { ...root.Ebs, SnapshotId: 'snap-9' } }, data] }],
  ['its volumes', { BlockDeviceMappings: [root] }],
])('changes with %s', (_, change) => {
  expect(imageDigest({ ...image, ...change })).toMatch(/^sha256:[0-9a-f]{64}$/);
  expect(imageDigest({ ...image, ...change })).not.toBe(imageDigest(image));
});
