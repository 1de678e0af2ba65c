// Bodies of the workspace routes (facts/wire.md 1.3, 1.4).

import { z } from 'zod';
import type { Tier } from '../../domain/workspace.ts';
import { computeSchema, usdSchema } from './compute.ts';

/** Names travel into YAML and log lines of existing platforms: what could break out of one is refused there, so here too. */
const plain = (max: number) =>
  z
    .string()
    .max(max, `must be at most ${max} characters`)
    .refine((value) => !/[\r\n\u2028\u2029\0]/.test(value), 'must not contain a line break')
    .refine((value) => !/[{}[\]|>*&!]/.test(value), 'must not contain any of {}[]|>*&!');

const DEFAULT_TIER = 3;

/** 0 is what existing clients send for "not given". */
const tier = z
  .number('must be a whole number from 1 to 4')
  .int('must be a whole number from 1 to 4')
  .min(0, 'must be from 1 to 4')
  .max(4, 'must be from 1 to 4')
  .default(DEFAULT_TIER)
  .transform((given) => (given === 0 ? DEFAULT_TIER : given) as Tier);

const costs = { tier, compute: computeSchema.default({}), max_hourly_usd: usdSchema.optional() };

/** What decides about shape and price; the same words as in a create. */
export const quoteSchema = z.strictObject(costs);

export const createWorkspaceSchema = z.strictObject({
  name: plain(255).refine((value) => value.trim().length > 0, 'must not be empty'),
  role: plain(1000).optional(),
  runtime: plain(100).optional(),
  ...costs,
});

export type CreateWorkspace = z.output<typeof createWorkspaceSchema>;
