// Pages of a list that may grow between two of them: a token says after which key to go on, and of which question.

import { createHash } from 'node:crypto';
import { JsonError } from '../json/service.ts';

export const PAGE_MAX = 100;

export type Paging = { readonly MaxResults?: number | undefined; readonly NextToken?: string | undefined };

export type Page<Item> = { readonly items: readonly Item[]; readonly NextToken?: string };

export type Keyed<Item> = {
  readonly items: readonly Item[];
  /** One key per item, by which the list is sorted. */
  readonly keyOf: (item: Item) => string;
  /** What was asked: a token of another question is not valid here. */
  readonly question: unknown;
  readonly invalidToken: string;
};

export function page<Item>({ items, keyOf, question, invalidToken }: Keyed<Item>, paging: Paging): Page<Item> {
  const digest = createHash('sha256').update(JSON.stringify(question)).digest('base64url').slice(0, 12);
  const after = paging.NextToken === undefined ? undefined : readToken(paging.NextToken, digest, invalidToken);
  const sorted = items.map((item) => ({ item, key: keyOf(item) })).sort((a, b) => (a.key < b.key ? -1 : 1));
  const rest = after === undefined ? sorted : sorted.filter(({ key }) => key > after);
  const shown = rest.slice(0, paging.MaxResults ?? PAGE_MAX);
  return {
    items: shown.map(({ item }) => item),
    ...(shown.length < rest.length ? { NextToken: writeToken(digest, shown.at(-1)!.key) } : {}),
  };
}

const writeToken = (digest: string, after: string): string => Buffer.from(`${digest}${after}`).toString('base64url');

function readToken(token: string, digest: string, invalidToken: string): string {
  const text = Buffer.from(token, 'base64url').toString();
  if (!text.startsWith(digest)) throw new JsonError(invalidToken, 'The pagination token is not valid for this request');
  return text.slice(digest.length);
}
