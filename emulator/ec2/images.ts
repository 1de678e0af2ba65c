// The images that can be launched, by region, from the emulator's own data file.

import { readFileSync } from 'node:fs';
import { AwsError } from '../protocols/awsError.ts';
import { checkId } from './ids.ts';

export type Image = {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly ownerId: string;
  readonly architecture: string;
  readonly createdAt: string;
  readonly deprecatedAt: string;
  readonly rootDevice: string;
  readonly rootGb: number;
  readonly snapshotId: string;
};

export type Images = { of(region: string): readonly Image[] };

type ImageRow = {
  readonly name: string;
  readonly description: string;
  readonly owner_id: string;
  readonly architecture: string;
  readonly created: string;
  readonly deprecated: string;
  readonly root_device: string;
  readonly root_gb: number;
  readonly ids: Readonly<Record<string, { readonly image: string; readonly snapshot: string }>>;
};

export function readImages(): Images {
  const file = new URL('../data/images.json', import.meta.url);
  const { images } = JSON.parse(readFileSync(file, 'utf8')) as { images: ImageRow[] };
  return { of: (region) => images.flatMap((row) => inRegion(row, region)) };
}

function inRegion(row: ImageRow, region: string): Image[] {
  const ids = row.ids[region];
  if (ids === undefined) return [];
  return [
    {
      id: ids.image,
      name: row.name,
      description: row.description,
      ownerId: row.owner_id,
      architecture: row.architecture,
      createdAt: row.created,
      deprecatedAt: row.deprecated,
      rootDevice: row.root_device,
      rootGb: row.root_gb,
      snapshotId: ids.snapshot,
    },
  ];
}

/** Throws InvalidAMIID.Malformed, InvalidAMIID.NotFound. */
export function findImage(images: Images, region: string, imageId: string): Image {
  checkId('ami', imageId);
  const image = images.of(region).find(({ id }) => id === imageId);
  if (image === undefined) throw new AwsError('InvalidAMIID.NotFound', `The image id '[${imageId}]' does not exist`);
  return image;
}
