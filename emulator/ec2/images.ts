// Images: the public ones of a dated data file, and what an account was given through the control interface.

import { readFileSync } from 'node:fs';
import type { Region } from './region.ts';
import { idOf } from './ids.ts';

export type Image = {
  readonly id: string;
  readonly owner: string;
  readonly name: string;
  readonly architecture: string;
  /** ISO. */
  readonly created: string;
  readonly root_device: string;
  readonly root_gb: number;
  readonly state?: string;
  /** ISO; from then on only its owner sees it among others (facts/ec2.md 1.8). */
  readonly deprecated?: string;
  /** Further volumes that every launch gets unless it says otherwise. */
  readonly data_devices?: readonly {
    readonly device: string;
    readonly gb: number;
    readonly delete_on_termination: boolean;
  }[];
  readonly is_private?: boolean;
  readonly tags?: Readonly<Record<string, string>>;
};

const { images: PUBLIC } = JSON.parse(readFileSync(new URL('../data/images.json', import.meta.url), 'utf8')) as {
  images: readonly Image[];
};
const BY_ID = new Map(PUBLIC.map((image) => [image.id, image]));

/** Set by control: new ones, and other states of public ones. */
export const ownImages = (region: Region) => region.world.store.table<Image>(`${region.key}/ec2/images`);

export function findImage(region: Region, id: string): Image | undefined {
  return ownImages(region).get(id) ?? BY_ID.get(id);
}

export const imagesOf = (region: Region): Image[] => [
  ...new Map([...BY_ID, ...[...ownImages(region).values()].map((image) => [image.id, image] as const)]).values(),
];

/** Of its root; a volume made from it is blank here, as what it would hold is never looked at. */
export const rootSnapshotOf = (image: Image): string => idOf('snapshot', 'image', image.id);

/** Amazon's own accounts. */
const AMAZON = new Set(['137112412989', '898082745236']);

export const imageXml = (image: Image) => ({
  imageId: image.id,
  imageLocation: `${image.owner}/${image.name}`,
  imageState: image.state ?? 'available',
  imageOwnerId: image.owner,
  imageOwnerAlias: AMAZON.has(image.owner) ? 'amazon' : undefined,
  creationDate: image.created,
  isPublic: image.is_private !== true,
  architecture: image.architecture,
  imageType: 'machine',
  name: image.name,
  rootDeviceType: 'ebs',
  rootDeviceName: image.root_device,
  blockDeviceMapping: [
    { deviceName: image.root_device, ebs: ebsXml(image.root_gb, true, rootSnapshotOf(image)) },
    ...(image.data_devices ?? []).map(({ device, gb, delete_on_termination }) => ({
      deviceName: device,
      ebs: ebsXml(gb, delete_on_termination),
    })),
  ],
  virtualizationType: 'hvm',
  hypervisor: 'xen',
  enaSupport: true,
  sriovNetSupport: 'simple',
  bootMode: image.architecture === 'arm64' ? 'uefi' : 'uefi-preferred',
  imdsSupport: 'v2.0',
  platformDetails: 'Linux/UNIX',
  usageOperation: 'RunInstances',
  deprecationTime: image.deprecated,
  tagSet: Object.entries(image.tags ?? {}).map(([key, value]) => ({ key, value })),
});

const ebsXml = (volumeSize: number, deleteOnTermination: boolean, snapshotId?: string) => ({
  snapshotId,
  volumeSize,
  volumeType: 'gp3',
  deleteOnTermination,
  encrypted: false,
});
