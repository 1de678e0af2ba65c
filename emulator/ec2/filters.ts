// Filters of the Describe actions: all of them must hold, any value of one is enough, `*` and `?` stand for anything.

import { AwsError, invalidValue } from '../protocols/awsError.ts';
import { group, list, required, text } from '../protocols/parameters.ts';
import type { Tags } from './resources.ts';

export const filterParameter = list(group({ Name: required(text), Value: list(text) }));

export type FilterInput = { readonly Name: string; readonly Value: readonly string[] };

/** By filter name: what of a resource is compared. */
export type Filterable<T> = Readonly<Record<string, (resource: T) => readonly string[]>>;

const MOST_VALUES = 200;

/** Throws InvalidParameterValue for a name that the action doesn't have. */
export function matcher<T>(
  filterable: Filterable<T>,
  filters: readonly FilterInput[],
  tagsOf?: (resource: T) => Tags,
): (resource: T) => boolean {
  if (filters.reduce((sum, filter) => sum + filter.Value.length, 0) > MOST_VALUES) {
    throw new AwsError(
      'FilterLimitExceeded',
      `The maximum number of filter values specified on a single call is ${MOST_VALUES}`,
    );
  }
  const tests = filters.map((filter) => {
    if (filter.Value.length === 0) throw invalidValue(`filter ${filter.Name}`, '', 'It has no values.');
    const values = valuesOf(filterable, filter.Name, tagsOf);
    const patterns = filter.Value.map(wildcard);
    return (resource: T) => values(resource).some((value) => patterns.some((pattern) => pattern(value)));
  });
  return (resource) => tests.every((test) => test(resource));
}

function valuesOf<T>(filterable: Filterable<T>, name: string, tagsOf: ((resource: T) => Tags) | undefined) {
  if (Object.hasOwn(filterable, name)) return filterable[name]!;
  if (tagsOf !== undefined) {
    if (name === 'tag-key') return (resource: T) => [...tagsOf(resource).keys()];
    if (name === 'tag-value') return (resource: T) => [...tagsOf(resource).values()];
    if (name.startsWith('tag:') && name.length > 4) {
      return (resource: T) => {
        const value = tagsOf(resource).get(name.slice(4));
        return value === undefined ? [] : [value];
      };
    }
  }
  throw new AwsError('InvalidParameterValue', `The filter '${name}' is invalid`);
}

/** A backslash takes the next character as it is. */
function wildcard(pattern: string): (value: string) => boolean {
  if (!/[*?\\]/.test(pattern)) return (value) => value === pattern;
  const source = pattern.replace(/\\([\s\S])|([*?])|([\s\S])/g, (_, escaped, special, plain) =>
    special === '*' ? '[\\s\\S]*?' : special === '?' ? '[\\s\\S]' : literal(escaped ?? plain),
  );
  const expression = new RegExp(`^${source}$`, 'u');
  return (value) => expression.test(value);
}

const literal = (character: string): string => character.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
