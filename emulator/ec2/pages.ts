// Pages of a Describe answer: an opaque token says after which resource the next page begins, and for which question.

import { createHash } from 'node:crypto';
import { AwsError, invalidValue } from '../protocols/awsError.ts';
import { integer, text } from '../protocols/parameters.ts';

export const pageParameters = { MaxResults: integer, NextToken: text } as const;

type PageRequest = {
  readonly input: { readonly MaxResults: number | undefined; readonly NextToken: string | undefined };
  readonly parameters: ReadonlyMap<string, string>;
};

type Limits = { readonly least: number; readonly most: number };

export type Page<T> = { readonly items: readonly T[]; readonly nextToken: string | undefined };

/** `keyOf` must be unique. A page is not disturbed by what appears or goes in between. */
export function pageOf<T>(
  all: readonly T[],
  keyOf: (item: T) => string,
  { input, parameters }: PageRequest,
  { least, most }: Limits,
): Page<T> {
  const { MaxResults: size, NextToken: token } = input;
  if (size !== undefined && (size < least || size > most)) {
    throw invalidValue('MaxResults', String(size), `It must be between ${least} and ${most}.`);
  }
  const question = questionOf(parameters);
  const after = token === undefined ? undefined : readToken(token, question);
  const sorted = [...all].sort((a, b) => compare(keyOf(a), keyOf(b)));
  const rest = after === undefined ? sorted : sorted.filter((item) => compare(keyOf(item), after) > 0);
  const items = rest.slice(0, size ?? most);
  const last = items.at(-1);
  return {
    items,
    nextToken: last === undefined || items.length === rest.length ? undefined : writeToken(keyOf(last), question),
  };
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The size may change from page to page, the rest may not. */
const questionOf = (parameters: ReadonlyMap<string, string>): string =>
  createHash('sha256')
    .update(
      JSON.stringify([...parameters].filter(([name]) => name !== 'NextToken' && name !== 'MaxResults').sort()),
    )
    .digest('base64url')
    .slice(0, 16);

const writeToken = (after: string, question: string): string =>
  Buffer.from(JSON.stringify([question, after])).toString('base64url');

function readToken(token: string, question: string): string {
  try {
    const [asked, after] = JSON.parse(Buffer.from(token, 'base64url').toString()) as unknown[];
    if (asked === question && typeof after === 'string') return after;
  } catch {
    // Not one of ours: refused below.
  }
  throw new AwsError('InvalidParameterValue', `Invalid value '${token}' for NextToken.`);
}
