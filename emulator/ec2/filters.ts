// Filters of the describe calls: all names must match, one of a name's values is enough, `*` and `?` are wildcards.

import { list, string, structure, type Value } from '../protocols/parameters.ts';
import { Ec2Error } from './errors.ts';
import type { Tags } from './tags.ts';

export const filterSchema = list(structure({ Name: string, Value: list(string) }));
export type Filters = Value<typeof filterSchema>;

/** What a filter's name reads off a resource; several values where the resource has several. */
export type FilterReaders<Resource> = Readonly<Record<string, (resource: Resource) => readonly (string | undefined)[]>>;

/** The most values of one filter (facts/ec2.md 1.4). */
const MAX_VALUES = 200;

/** Throws InvalidParameterValue for a filter that the call does not have, FilterLimitExceeded for too many values. */
export function applyFilters<Resource extends { readonly tags: Tags }>(
  resources: readonly Resource[],
  filters: Filters | undefined,
  readers: FilterReaders<Resource>,
): Resource[] {
  const matchers = (filters ?? []).map(({ Name: name = '', Value: values = [] }) => {
    if (values.length > MAX_VALUES) {
      throw new Ec2Error('FilterLimitExceeded', `The maximum number of filter values is ${MAX_VALUES}`);
    }
    const read = readerOf(name, readers);
    const patterns = values.map(wildcard);
    return (resource: Resource) =>
      read(resource).some((value) => value !== undefined && patterns.some((pattern) => pattern.test(value)));
  });
  return resources.filter((resource) => matchers.every((matches) => matches(resource)));
}

function readerOf<Resource extends { readonly tags: Tags }>(name: string, readers: FilterReaders<Resource>) {
  if (name.startsWith('tag:')) {
    const key = name.slice('tag:'.length);
    return (resource: Resource) => [resource.tags.get(key)];
  }
  if (name === 'tag-key') return (resource: Resource) => [...resource.tags.keys()];
  const reader = Object.hasOwn(readers, name) ? readers[name] : undefined;
  if (reader === undefined) throw new Ec2Error('InvalidParameterValue', `The filter '${name}' is invalid`);
  return reader;
}

function wildcard(text: string): RegExp {
  const source = text
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/\?/g, '.');
  return new RegExp(`^${source}$`, 's');
}
