// GetParametersByPath: what stands right under a path, or all that does, in pages of at most ten.

import { z } from 'zod';
import { JsonError, jsonAction } from '../../json/service.ts';
import { parameterOf } from '../lookup.ts';
import { PUBLIC } from '../parameters.ts';

const MOST_RESULTS = 10;

export const getParametersByPath = jsonAction(
  z.strictObject({
    Path: z.string().max(2048).regex(/^\//, 'must begin with a slash'),
    Recursive: z.boolean().default(false),
    WithDecryption: z.boolean().optional(),
    MaxResults: z.int().min(1).max(MOST_RESULTS).default(MOST_RESULTS),
    NextToken: z.string().optional(),
  }),
  (context, { Path, Recursive, MaxResults, NextToken }) => {
    const under = Path.endsWith('/') ? Path : `${Path}/`;
    const after = NextToken === undefined ? '' : readToken(NextToken, under, Recursive);
    const names = [...PUBLIC.keys()].filter(
      (name) => name.startsWith(under) && name > after && (Recursive || !name.slice(under.length).includes('/')),
    );
    const page = names.slice(0, MaxResults);
    return {
      Parameters: page.map((name) => parameterOf(context, name, PUBLIC.get(name)!.at(-1)!)),
      ...(page.length < names.length ? { NextToken: writeToken(under, Recursive, page.at(-1)!) } : {}),
    };
  },
);

/** Says which call it belongs to, so that it can't be used to page through another one. */
const writeToken = (under: string, recursive: boolean, last: string): string =>
  Buffer.from(`${under} ${recursive} ${last}`).toString('base64url');

function readToken(token: string, under: string, recursive: boolean): string {
  const prefix = `${under} ${recursive} `;
  const text = Buffer.from(token, 'base64url').toString();
  if (!text.startsWith(prefix)) throw new JsonError('InvalidNextToken', 'The specified token is not valid.');
  return text.slice(prefix.length);
}
