// Tags: what EC2 takes as one, at launch and later.

import { AwsError, invalidValue } from '../protocols/awsError.ts';
import { choice, group, list, required, text } from '../protocols/parameters.ts';
import type { Xml } from '../protocols/xml.ts';
import type { Tags } from './resources.ts';

const tagList = list(group({ Key: required(text), Value: text }));

export const tagParameter = tagList;

/** The tags of what a call creates, for the resource types that it can tag. */
export const tagSpecifications = <const T extends readonly string[]>(...types: T) =>
  list(group({ ResourceType: required(choice(...types)), Tag: tagList }));

type TagInput = { readonly Key: string; readonly Value: string | undefined };
type TagSpecification<T extends string> = { readonly ResourceType: T; readonly Tag: readonly TagInput[] };

const MOST_TAGS = 50;
const LONGEST_KEY = 128;
const LONGEST_VALUE = 256;

/** Throws TagLimitExceeded, InvalidParameterValue. */
export function readTags(input: readonly TagInput[], existing: Tags = new Map()): Tags {
  const tags: Tags = new Map();
  for (const { Key: key, Value: value = '' } of input) {
    if (key === '' || [...key].length > LONGEST_KEY) {
      throw invalidValue('Tag.Key', key, `It must have 1 to ${LONGEST_KEY} characters.`);
    }
    if ([...value].length > LONGEST_VALUE) {
      throw invalidValue('Tag.Value', value, `It must have at most ${LONGEST_VALUE} characters.`);
    }
    if (/^aws:/i.test(key)) {
      throw invalidValue('Tag.Key', key, "Tag keys starting with 'aws:' are reserved for internal use.");
    }
    if (tags.has(key)) throw new AwsError('InvalidParameterValue', `Duplicate tag key '${key}' specified.`);
    tags.set(key, value);
  }
  if (new Set([...existing.keys(), ...tags.keys()]).size > MOST_TAGS) {
    throw new AwsError('TagLimitExceeded', `A resource can have at most ${MOST_TAGS} tags.`);
  }
  return tags;
}

/** A resource type that is named twice is refused: which one would hold? */
export function tagsByType<T extends string>(specifications: readonly TagSpecification<T>[]): (type: T) => Tags {
  const byType = new Map<T, Tags>();
  for (const { ResourceType: type, Tag: input } of specifications) {
    if (byType.has(type)) {
      throw new AwsError('InvalidParameterValue', `Duplicate resource type '${type}' in the tag specifications.`);
    }
    byType.set(type, readTags(input));
  }
  return (type) => new Map(byType.get(type));
}

export const tagSet = (tags: Tags): Xml => [...tags].map(([key, value]) => ({ key, value }));
