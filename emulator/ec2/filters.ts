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

export type Matcher<Resource> = {
  readonly name: string;
  /** The values where none is a pattern, so that an index can look them up. */
  readonly exact: readonly string[] | null;
  matches(resource: Resource): boolean;
};

/** Throws InvalidParameterValue for a filter that the call does not have, FilterLimitExceeded for too many values. */
export function matchers<Resource>(
  filters: Filters | undefined,
  readers: FilterReaders<Resource>,
): Matcher<Resource>[] {
  return (filters ?? []).map(({ Name: name = '', Value: values = [] }) => {
    if (values.length > MAX_VALUES) {
      throw new Ec2Error('FilterLimitExceeded', `The maximum number of filter values is ${MAX_VALUES}`);
    }
    const read = readerOf(name, readers);
    const exact = values.some((value) => /[*?\\]/.test(value)) ? null : values;
    const wanted = new Set(values);
    const patterns = exact === null ? values.map(wildcard) : [];
    const isWanted = (value: string): boolean =>
      exact === null ? patterns.some((pattern) => pattern.test(value)) : wanted.has(value);
    return {
      name,
      exact,
      matches: (resource) => read(resource).some((value) => value !== undefined && isWanted(value)),
    };
  });
}

/** For what is in no table. */
export function applyFilters<Resource>(
  resources: readonly Resource[],
  filters: Filters | undefined,
  readers: FilterReaders<Resource>,
): Resource[] {
  const all = matchers(filters, readers);
  return resources.filter((resource) => all.every((matcher) => matcher.matches(resource)));
}

function readerOf<Resource>(name: string, readers: FilterReaders<Resource>) {
  const tagsOf = (resource: Resource): Tags => (resource as { readonly tags?: Tags }).tags ?? {};
  if (name.startsWith('tag:')) {
    const key = name.slice('tag:'.length);
    return (resource: Resource) => [Object.hasOwn(tagsOf(resource), key) ? tagsOf(resource)[key] : undefined];
  }
  if (name === 'tag-key') return (resource: Resource) => Object.keys(tagsOf(resource));
  if (name === 'tag-value') return (resource: Resource) => Object.values(tagsOf(resource));
  const reader = Object.hasOwn(readers, name) ? readers[name] : undefined;
  if (reader === undefined) throw new Ec2Error('InvalidParameterValue', `The filter '${name}' is invalid`);
  return reader;
}

/** A backslash before `*`, `?` or itself makes it mean itself. */
function wildcard(text: string): RegExp {
  const source = text.replace(/\\[*?\\]|[\s\S]/g, (part) => {
    if (part === '*') return '.*';
    if (part === '?') return '.';
    return (part.length === 2 ? part[1]! : part).replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  });
  return new RegExp(`^${source}$`, 's');
}
