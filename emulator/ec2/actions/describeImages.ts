// DescribeImages: by id, owner and filter. Deprecated ones are shown to their owner, by id, or when asked for.

import { boolean, integer, list, string } from '../../protocols/parameters.ts';
import { applyFilters, type FilterReaders, filterSchema } from '../filters.ts';
import { pick } from '../ids.ts';
import { findImage, type Image, imagesOf, imageXml } from '../images.ts';
import { page } from '../paging.ts';
import type { Region } from '../region.ts';
import { action, stopDryRun } from './action.ts';

const readers: FilterReaders<Image> = {
  name: (image) => [image.name],
  architecture: (image) => [image.architecture],
  'owner-id': (image) => [image.owner],
  'image-id': (image) => [image.id],
  state: (image) => [image.state ?? 'available'],
  'is-public': (image) => [String(image.is_private !== true)],
  'creation-date': (image) => [image.created],
  'image-type': () => ['machine'],
  'virtualization-type': () => ['hvm'],
  'root-device-type': () => ['ebs'],
  'root-device-name': (image) => [image.root_device],
  'ena-support': () => ['true'],
};

/** The names of groups of accounts. */
const ALIASES: Readonly<Record<string, readonly string[]>> = {
  amazon: ['137112412989', '898082745236'],
  'aws-marketplace': [],
};

export const describeImages = action(
  'DescribeImages',
  {
    ImageId: list(string),
    Owner: list(string),
    ExecutableBy: list(string),
    IncludeDeprecated: boolean,
    Filter: filterSchema,
    MaxResults: integer,
    NextToken: string,
    DryRun: boolean,
  },
  (region, input) => {
    stopDryRun(input.DryRun);
    const isVisible = (image: Image): boolean => image.is_private !== true || image.owner === region.accountId;
    const visible = (id: string): Image | undefined => {
      const image = findImage(region, id);
      return image !== undefined && isVisible(image) ? image : undefined;
    };
    const named =
      input.ImageId === undefined
        ? imagesOf(region).filter((image) => isVisible(image) && isShown(region, image, input.IncludeDeprecated))
        : pick('image', input.ImageId, visible);
    const owners = input.Owner?.flatMap((owner) => (owner === 'self' ? region.accountId : (ALIASES[owner] ?? owner)));
    const owned = named.filter((image) => owners?.includes(image.owner) ?? true);
    const executable = owned.filter((image) => isExecutable(region, image, input.ExecutableBy));
    const found = applyFilters(executable, input.Filter, readers).sort((a, b) => (a.id < b.id ? -1 : 1));
    const { items, nextToken } = page(found, input);
    return { imagesSet: items.map(imageXml), nextToken };
  },
);

function isShown(region: Region, image: Image, includeDeprecated = false): boolean {
  const isDeprecated = image.deprecated !== undefined && Date.parse(image.deprecated) <= region.nowMs;
  return includeDeprecated || !isDeprecated || image.owner === region.accountId;
}

const isExecutable = (region: Region, image: Image, by: readonly string[] | undefined): boolean =>
  by === undefined ||
  (by.includes('all') && image.is_private !== true) ||
  (by.includes('self') && image.owner !== region.accountId && image.is_private !== true);
