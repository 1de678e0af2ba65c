// ListQueues: the URLs of the account's queues, by a prefix of the name and in pages.

import { z } from 'zod';
import { jsonAction } from '../../json/service.ts';
import { inRange, invalidValue } from '../errors.ts';
import { queuesOf, urlOf } from '../queues.ts';

const MOST_RESULTS = 1000;

export const listQueues = jsonAction(
  z.strictObject({
    QueueNamePrefix: z.string().default(''),
    MaxResults: z.int().optional(),
    NextToken: z.string().optional(),
  }),
  (context, { QueueNamePrefix: prefix, MaxResults, NextToken }) => {
    const max = inRange('MaxResults', MaxResults ?? MOST_RESULTS, 1, MOST_RESULTS);
    const after = NextToken === undefined ? '' : readToken(NextToken, prefix);
    const names = [...queuesOf(context).values()]
      .map(({ id }) => id)
      .filter((name) => name.startsWith(prefix) && name > after)
      .sort();
    const page = names.slice(0, max);
    return {
      ...(page.length === 0 ? {} : { QueueUrls: page.map((name) => urlOf(context, name)) }),
      // AWS pages only for those who asked for pages.
      ...(MaxResults !== undefined && page.length < names.length
        ? { NextToken: writeToken(prefix, page.at(-1)!) }
        : {}),
    };
  },
);

/** Says which listing it belongs to, so that it can't be used to page through another one. */
const writeToken = (prefix: string, last: string): string => Buffer.from(`${prefix} ${last}`).toString('base64url');

function readToken(token: string, prefix: string): string {
  const [ofPrefix, last] = Buffer.from(token, 'base64url').toString().split(' ');
  if (ofPrefix !== prefix || last === undefined) throw invalidValue('NextToken', token, 'Invalid NextToken.');
  return last;
}
