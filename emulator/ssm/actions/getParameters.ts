// GetParameters: up to ten at a time; those that do not exist are listed, not refused.

import { z } from 'zod';
import { type JsonContext, JsonError, jsonAction } from '../../json/service.ts';
import { findParameter, type Parameter } from '../lookup.ts';

export const getParameters = jsonAction(
  z.strictObject({
    Names: z.array(z.string().min(1).max(2048)).min(1).max(10),
    WithDecryption: z.boolean().optional(),
  }),
  (context, { Names }) => {
    const names = [...new Set(Names)];
    const found = names.flatMap((name) => existing(context, name) ?? []);
    return {
      Parameters: found.toSorted((a, b) => (a.Name < b.Name ? -1 : 1)),
      InvalidParameters: names.filter((name) => existing(context, name) === undefined),
    };
  },
);

function existing(context: JsonContext, name: string): Parameter | undefined {
  try {
    return findParameter(context, name);
  } catch (error) {
    if (error instanceof JsonError && error.code !== 'ValidationException') return undefined;
    throw error;
  }
}
