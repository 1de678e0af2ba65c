// CreateTags and DeleteTags: on whatever can have tags and exists; all of the named resources or none.

import { boolean, list, string } from '../../protocols/parameters.ts';
import { Ec2Error } from '../errors.ts';
import { checkId, type Kind, notFound } from '../ids.ts';
import { ownImages } from '../images.ts';
import type { Region } from '../region.ts';
import { limited, readTags, tagSchema, type Tags } from '../tags.ts';
import { action, required, stopDryRun } from './action.ts';

export const createTags = action(
  'CreateTags',
  { ResourceId: list(string), Tag: tagSchema, DryRun: boolean },
  (region, input) => {
    const tags = readTags(required(input.Tag, 'Tag'));
    const resources = required(input.ResourceId, 'ResourceId').map((id) => taggable(region, id));
    for (const resource of resources) limited({ ...resource.tags, ...tags });
    stopDryRun(input.DryRun);
    for (const { tags: before, put } of resources) put({ ...before, ...tags });
    return { return: true };
  },
);

export const deleteTags = action(
  'DeleteTags',
  { ResourceId: list(string), Tag: tagSchema, DryRun: boolean },
  (region, input) => {
    const resources = required(input.ResourceId, 'ResourceId').map((id) => taggable(region, id));
    stopDryRun(input.DryRun);
    // Without tags all go; with a key alone, that one whatever its value.
    const isMeant = (key: string, value: string): boolean =>
      input.Tag === undefined || input.Tag.some((tag) => tag.Key === key && (tag.Value ?? value) === value);
    for (const { tags, put } of resources) {
      put(Object.fromEntries(Object.entries(tags).filter(([key, value]) => !isMeant(key, value))));
    }
    return { return: true };
  },
);

type Taggable = { readonly tags: Tags; readonly put: (tags: Tags) => void };

const KINDS: Readonly<Record<string, Kind>> = {
  i: 'instance',
  vol: 'volume',
  snap: 'snapshot',
  sir: 'spot request',
  ami: 'image',
};

function taggable(region: Region, id: string): Taggable {
  const kind = KINDS[id.split('-')[0]!];
  if (kind === undefined) throw new Ec2Error('InvalidID', `The ID '${id}' is not valid`);
  checkId(kind, id);
  const found = tableOf(region, kind, id);
  if (found === null) throw notFound(kind, [id]);
  return found;
}

function tableOf(region: Region, kind: Kind, id: string): Taggable | null {
  switch (kind) {
    case 'instance': {
      const row = region.instances.get(id);
      return row === undefined ? null : { tags: row.tags, put: (tags) => void region.change(id, () => ({ tags })) };
    }
    case 'volume': {
      const row = region.volumes.get(id);
      return row === undefined
        ? null
        : { tags: row.tags, put: (tags) => void region.changeVolume(id, () => ({ tags })) };
    }
    case 'snapshot': {
      const row = region.snapshots.get(id);
      return row === undefined ? null : { tags: row.tags, put: (tags) => void region.snapshots.put({ ...row, tags }) };
    }
    case 'spot request': {
      const row = region.spotRequests.get(id);
      return row === undefined
        ? null
        : { tags: row.tags, put: (tags) => void region.spotRequests.put({ ...row, tags }) };
    }
    default: {
      const row = ownImages(region).get(id);
      return row === undefined
        ? null
        : { tags: row.tags ?? {}, put: (tags) => void ownImages(region).put({ ...row, tags }) };
    }
  }
}
