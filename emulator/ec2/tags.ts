// Tags, and the specifications that set them in the same call that makes the resource.

import { list, string, structure, type Value } from '../protocols/parameters.ts';
import { Ec2Error } from './errors.ts';

export type Tags = Map<string, string>;

export const tagSchema = list(structure({ Key: string, Value: string }));
export const tagSpecificationSchema = list(structure({ ResourceType: string, Tag: tagSchema }));

const MAX_TAGS = 50;

export function readTags(tags: Value<typeof tagSchema> | undefined): Tags {
  const read: Tags = new Map();
  for (const { Key: key, Value: value = '' } of tags ?? []) {
    if (key === undefined || key === '') {
      throw new Ec2Error('MissingParameter', 'The request must contain the parameter Key');
    }
    if (key.toLowerCase().startsWith('aws:')) {
      throw new Ec2Error('InvalidParameterValue', "Tag keys starting with 'aws:' are reserved for internal use");
    }
    if (key.length > 128 || value.length > 256) {
      throw new Ec2Error('InvalidParameterValue', `The tag ${key.slice(0, 128)} is too long`);
    }
    read.set(key, value);
  }
  if (read.size > MAX_TAGS) throw new Ec2Error('TagLimitExceeded', `The maximum number of tags is ${MAX_TAGS}`);
  return read;
}

/** The tags for one type of resource; a type that the call can't make is refused. */
export function tagsFor(
  specifications: Value<typeof tagSpecificationSchema> | undefined,
  type: string,
  possible: readonly string[],
): Tags {
  for (const { ResourceType: given = '' } of specifications ?? []) {
    if (!possible.includes(given)) {
      throw new Ec2Error(
        'InvalidParameterValue',
        `'${given}' is not a valid taggable resource type for this operation.`,
      );
    }
  }
  const matching = (specifications ?? []).filter((specification) => specification.ResourceType === type);
  return readTags(matching.flatMap((specification) => specification.Tag ?? []));
}
