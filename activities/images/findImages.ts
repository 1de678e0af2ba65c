// Asks EC2 for images: by id, or the newest that a trusted account has published under a name.

import { DescribeImagesCommand, type DescribeImagesCommandInput, type Image } from '@aws-sdk/client-ec2';
import type { ImageRecord } from '../../domain/images.ts';
import type { Ec2Clients } from '../ec2/clients.ts';
import { isAwsCode } from '../ec2/errors.ts';
import { aws } from '../failure.ts';
import { imageDigest } from './digest.ts';
import type { ImageSource } from './sources.ts';

/** Null where there is none, or none that this account may see. */
export async function findImage(ec2: Ec2Clients, imageId: string): Promise<Image | null> {
  try {
    return (await describe(ec2, { ImageIds: [imageId] }))[0] ?? null;
  } catch (error) {
    if (isAwsCode((error as Error).cause ?? error, 'InvalidAMIID.NotFound', 'InvalidAMIID.Malformed')) return null;
    throw error;
  }
}

/** Names are not trusted without their owner. */
export async function newestImage(ec2: Ec2Clients, { owner, name }: ImageSource, arch: string): Promise<Image | null> {
  const images = await describe(ec2, {
    Owners: [owner],
    Filters: [
      { Name: 'architecture', Values: [arch] },
      { Name: 'state', Values: ['available'] },
      { Name: 'name', Values: [name] },
    ],
  });
  const bootable = images.filter((image) => image.RootDeviceName !== undefined);
  return bootable.sort(byCreation).at(-1) ?? null;
}

/** The tag that an image of ours may carry: which browser is in it (R43). */
const BROWSER_TAG = 'BrowserVersion';

/** What the registry keeps of it. */
export const recordOf = (image: Image, { owner, name }: ImageSource): ImageRecord => ({
  imageId: image.ImageId!,
  rootDevice: image.RootDeviceName!,
  digest: imageDigest(image),
  owner: image.OwnerId ?? '',
  name: image.Name ?? '',
  source: `${owner}/${name}`,
  browserVersion: image.Tags?.find((tag) => tag.Key === BROWSER_TAG)?.Value ?? null,
  createdAt: new Date(image.CreationDate ?? 0).toISOString(),
});

async function describe(ec2: Ec2Clients, input: DescribeImagesCommandInput): Promise<Image[]> {
  return (await aws('DescribeImages', () => ec2.describe.send(new DescribeImagesCommand(input)))).Images ?? [];
}

const byCreation = (a: Image, b: Image): number => (a.CreationDate ?? '').localeCompare(b.CreationDate ?? '');
