// CreateTags: on instances and volumes that exist.

import { boolean, list, string } from '../../protocols/parameters.ts';
import { Ec2Error } from '../errors.ts';
import { notFound } from '../ids.ts';
import { readTags, tagSchema } from '../tags.ts';
import { action, required, stopDryRun } from './action.ts';

export const createTags = action(
  'CreateTags',
  { ResourceId: list(string), Tag: tagSchema, DryRun: boolean },
  (region, input) => {
    const tags = readTags(required(input.Tag, 'Tag'));
    const resources = required(input.ResourceId, 'ResourceId').map((id) => {
      const resource = region.instances.get(id) ?? region.volumes.get(id);
      if (resource !== undefined) return resource;
      if (id.startsWith('i-')) throw notFound('instance', [id]);
      if (id.startsWith('vol-')) throw notFound('volume', [id]);
      throw new Ec2Error('InvalidID', `The ID '${id}' is not valid`);
    });
    stopDryRun(input.DryRun);
    for (const resource of resources) for (const [key, value] of tags) resource.tags.set(key, value);
    return { return: true };
  },
);
