// Tags, and the specifications that set them in the same call that makes the resource.

import { list, string, structure, type Value } from '../protocols/parameters.ts';
import { Ec2Error } from './errors.ts';

export type Tags = Readonly<Record<string, string>>;

export const tagSchema = list(structure({ Key: string, Value: string }));
export const tagSpecificationSchema = list(structure({ ResourceType: string, Tag: tagSchema }));
export type TagSpecifications = Value<typeof tagSpecificationSchema>;

const MAX_TAGS = 50;

export function readTags(tags: Value<typeof tagSchema> | undefined): Tags {
  const read = new Map<string, string>();
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
  return limited(Object.fromEntries(read));
}

/** Throws TagLimitExceeded. */
export function limited(tags: Tags): Tags {
  if (Object.keys(tags).length > MAX_TAGS) {
    throw new Ec2Error('TagLimitExceeded', `The maximum number of tags is ${MAX_TAGS}`);
  }
  return tags;
}

/** The tags for one type of resource; a type that the call can't make is refused. */
export function tagsFor(
  specifications: TagSpecifications | undefined,
  type: string,
  possible: readonly string[] = [type],
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

export const tagXml = (tags: Tags) => Object.entries(tags).map(([key, value]) => ({ key, value }));

/** For an index: what the filters `tag:<key>` look for. */
export const tagIndex = ({ tags }: { readonly tags: Tags }): string[] =>
  Object.entries(tags).map(([key, value]) => `${key}=${value}`);
