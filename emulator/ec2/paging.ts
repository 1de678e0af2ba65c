// MaxResults and NextToken: pages in a stable order, with tokens that mean nothing to the caller.

import { Ec2Error } from './errors.ts';

export type Page<Resource> = { readonly items: readonly Resource[]; readonly nextToken: string | undefined };

export function page<Resource>(
  resources: readonly Resource[],
  { MaxResults: max, NextToken: token }: { readonly MaxResults?: number; readonly NextToken?: string },
  bounds: { readonly min: number; readonly max: number } = { min: 5, max: 1000 },
): Page<Resource> {
  if (max !== undefined && (max < bounds.min || max > bounds.max)) {
    throw new Ec2Error(
      'InvalidParameterValue',
      `Value ( ${max} ) for parameter maxResults is invalid. Expecting a value between ${bounds.min} and ${bounds.max}.`,
    );
  }
  const start = token === undefined ? 0 : readToken(token);
  const end = max === undefined ? resources.length : start + max;
  return { items: resources.slice(start, end), nextToken: end < resources.length ? writeToken(end) : undefined };
}

const writeToken = (start: number): string => Buffer.from(`from:${start}`).toString('base64url');

function readToken(token: string): number {
  const start = /^from:(\d+)$/.exec(Buffer.from(token, 'base64url').toString())?.[1];
  if (start === undefined) throw new Ec2Error('InvalidParameterValue', 'The nextToken is not valid');
  return Number(start);
}
