// MaxResults and NextToken: pages in a stable order, with tokens that mean nothing to the caller.

import { createHash } from 'node:crypto';
import { Ec2Error } from './errors.ts';

export type Page<Resource> = { readonly items: readonly Resource[]; readonly nextToken: string | undefined };
export type Paging = { readonly MaxResults?: number; readonly NextToken?: string };
export type PageBounds = { readonly min: number; readonly max: number };

const BOUNDS: PageBounds = { min: 5, max: 1000 };

/** `resources` are in the order of their ids: a page goes on after the last one's, whatever has come or gone meanwhile. */
export const page = <Resource extends { readonly id: string }>(
  resources: readonly Resource[],
  paging: Paging,
  bounds?: PageBounds,
): Page<Resource> => pageFrom((after) => resources.filter(({ id }) => id > after), paging, bounds);

/** The same of resources that are looked at only as far as the page goes; `from` gives those after an id, in order. */
export function pageFrom<Resource extends { readonly id: string }>(
  from: (after: string) => Iterable<Resource>,
  { MaxResults: max, NextToken: token }: Paging,
  bounds: PageBounds = BOUNDS,
): Page<Resource> {
  if (max !== undefined && (max < bounds.min || max > bounds.max)) {
    throw new Ec2Error(
      'InvalidParameterValue',
      `Value ( ${max} ) for parameter maxResults is invalid. Expecting a value between ${bounds.min} and ${bounds.max}.`,
    );
  }
  const items: Resource[] = [];
  for (const resource of from(token === undefined ? '' : readToken(token))) {
    if (items.length === max) return { items, nextToken: writeToken(items.at(-1)!.id) };
    items.push(resource);
  }
  return { items, nextToken: undefined };
}

const check = (id: string): string => createHash('sha256').update(`page after ${id}`).digest('hex').slice(0, 8);

const writeToken = (id: string): string => Buffer.from(`${check(id)}${id}`).toString('base64url');

function readToken(token: string): string {
  const content = Buffer.from(token, 'base64url').toString();
  const id = content.slice(8);
  if (id === '' || content.slice(0, 8) !== check(id)) {
    throw new Ec2Error('InvalidParameterValue', 'The nextToken is not valid');
  }
  return id;
}
