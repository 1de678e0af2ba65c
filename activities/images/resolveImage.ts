// Finds the image to launch: the one that is set, or the newest of a trusted owner that fits the architecture (facts/ec2.md 1.8).

import { DescribeImagesCommand, type Image } from '@aws-sdk/client-ec2';
import { BerthError } from '../../domain/errors.ts';
import type { Dependencies } from '../dependencies.ts';
import { aws } from '../failure.ts';
import { remembered } from '../remembered.ts';

export type ResolvedImage = { readonly imageId: string; readonly rootDevice: string };

/** Images change daily at most; five minutes keep a burst of creates from asking again for each. */
const REMEMBER_MS = 300_000;

export function imageResolver({ ec2, settings }: Pick<Dependencies, 'ec2' | 'settings'>) {
  const { IMAGE_ID: id, IMAGE_OWNER: owner, IMAGE_NAME: name } = settings;
  const remember = remembered<ResolvedImage>(REMEMBER_MS);

  /** Throws IMAGE_NOT_FOUND. Names are not trusted without their owner. */
  return (architecture: string): Promise<ResolvedImage> =>
    remember(architecture, async () => {
      const filters = [
        { Name: 'architecture', Values: [architecture] },
        { Name: 'state', Values: ['available'] },
        ...(id === undefined ? [{ Name: 'name', Values: [name] }] : []),
      ];
      const which = id === undefined ? { Owners: [owner] } : { ImageIds: [id] };
      const { Images = [] } = await aws('DescribeImages', () =>
        ec2.describe.send(new DescribeImagesCommand({ ...which, Filters: filters })),
      );
      const newest = Images.filter(isBootable).sort(byCreation).at(-1);
      if (newest === undefined) throw new BerthError('IMAGE_NOT_FOUND', { owner, name: id ?? name, architecture });
      return { imageId: newest.ImageId!, rootDevice: newest.RootDeviceName! };
    });
}

const isBootable = (image: Image): boolean => image.ImageId !== undefined && image.RootDeviceName !== undefined;

const byCreation = (a: Image, b: Image): number => (a.CreationDate ?? '').localeCompare(b.CreationDate ?? '');
