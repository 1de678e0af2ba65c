// DescribeTags: the tags of everything that has some, one by one.

import { boolean, integer, string } from '../../protocols/parameters.ts';
import { applyFilters, type FilterReaders, filterSchema } from '../filters.ts';
import { ownImages } from '../images.ts';
import { isOver } from '../instances.ts';
import { page } from '../paging.ts';
import type { Region } from '../region.ts';
import type { Tags } from '../tags.ts';
import { action, stopDryRun } from './action.ts';
import { keyPairs } from './keyPairs.ts';

type Tag = {
  readonly id: string;
  readonly resourceId: string;
  readonly resourceType: string;
  readonly key: string;
  readonly value: string;
  /** The tag alone: what the filter `tag:<key>` looks at. */
  readonly tags: Tags;
};

const readers: FilterReaders<Tag> = {
  key: ({ key }) => [key],
  value: ({ value }) => [value],
  'resource-id': ({ resourceId }) => [resourceId],
  'resource-type': ({ resourceType }) => [resourceType],
};

export const describeTags = action(
  'DescribeTags',
  { Filter: filterSchema, MaxResults: integer, NextToken: string, DryRun: boolean },
  (region, input) => {
    const found = applyFilters(tagsOf(region), input.Filter, readers);
    const { items, nextToken } = page(
      found.sort((a, b) => (a.id < b.id ? -1 : 1)),
      input,
    );
    stopDryRun(input.DryRun);
    return {
      tagSet: items.map(({ resourceId, resourceType, key, value }) => ({ resourceId, resourceType, key, value })),
      nextToken,
    };
  },
);

/** As readers see the resources. */
function tagsOf(region: Region): Tag[] {
  const instances = region.instances.seenValues();
  return [
    ...instances.flatMap(({ id, tags }) => each('instance', id, tags)),
    ...instances.flatMap((instance) =>
      isOver(instance) ? [] : each('network-interface', instance.networkInterfaceId, instance.interfaceTags),
    ),
    ...region.volumes.seenValues().flatMap(({ id, tags }) => each('volume', id, tags)),
    ...region.snapshots.seenValues().flatMap(({ id, tags }) => each('snapshot', id, tags)),
    ...region.spotRequests.seenValues().flatMap(({ id, tags }) => each('spot-instances-request', id, tags)),
    ...[...ownImages(region).values()].flatMap(({ id, tags = {} }) => each('image', id, tags)),
    ...[...keyPairs(region).values()].flatMap(({ keyPairId, tags }) => each('key-pair', keyPairId, tags)),
  ];
}

const each = (resourceType: string, resourceId: string, tags: Tags): Tag[] =>
  Object.entries(tags).map(([key, value]) => ({
    id: `${resourceId}/${key}`,
    resourceId,
    resourceType,
    key,
    value,
    tags: { [key]: value },
  }));
