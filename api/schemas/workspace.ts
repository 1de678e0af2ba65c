// Bodies of the workspace routes (facts/wire.md 1.3, 1.4).

import { z } from 'zod';
import { ACTIVITY_KINDS, IDLE_MINUTES, LEASE_SECONDS } from '../../domain/activity.ts';
import { CHECKPOINT_EVERY } from '../../domain/checkpointSchedule.ts';
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
const givenTier = z
  .number('must be a whole number from 1 to 4')
  .int('must be a whole number from 1 to 4')
  .min(0, 'must be from 1 to 4')
  .max(4, 'must be from 1 to 4')
  .transform((given) => (given === 0 ? DEFAULT_TIER : given) as Tier);
const tier = givenTier.default(DEFAULT_TIER);

const costs = { tier, compute: computeSchema.default({}), max_hourly_usd: usdSchema.optional() };

/** What decides about shape and price; the same words as in a create. */
export const quoteSchema = z.strictObject(costs);

const name = plain(255).refine((value) => value.trim().length > 0, 'must not be empty');

const autoPause = z.strictObject({
  idle_minutes: z
    .number()
    .int('must be a whole number of minutes')
    .min(IDLE_MINUTES.min, `must be at least ${IDLE_MINUTES.min}`)
    .max(IDLE_MINUTES.max, `must be at most ${IDLE_MINUTES.max}`),
  mode: z.enum(['stop', 'terminate']).default('stop'),
});
/** Minutes; null is 0, none. */
const checkpointEvery = z
  .number()
  .int('must be a whole number of minutes')
  .refine(
    (minutes) => minutes === 0 || (minutes >= CHECKPOINT_EVERY.min && minutes <= CHECKPOINT_EVERY.max),
    `must be from ${CHECKPOINT_EVERY.min} to ${CHECKPOINT_EVERY.max}, or 0 for none`,
  )
  .nullable()
  .optional();
const parentId = z.uuid('must be the id of a workspace');

export const createWorkspaceSchema = z.strictObject({
  name,
  role: plain(1000).optional(),
  runtime: plain(100).optional(),
  ...costs,
  auto_pause: autoPause.nullable().optional(),
  checkpoint_every: checkpointEvery,
  parent_id: parentId.nullable().optional(),
  /** The home is made of it; of any workspace of the tenant. */
  restore_point_id: z.uuid('must be the id of a restore point').optional(),
});

export const updateWorkspaceSchema = z
  .strictObject({
    name: name.optional(),
    role: plain(1000).nullable().optional(),
    runtime: plain(100).nullable().optional(),
    tier: givenTier.optional(),
    compute: computeSchema.optional(),
    max_hourly_usd: usdSchema.optional(),
    auto_pause: autoPause.nullable().optional(),
    checkpoint_every: checkpointEvery,
    parent_id: parentId.nullable().optional(),
  })
  .refine((body) => Object.keys(body).length > 0, 'must name something to change');

export const configureSchema = z.strictObject({
  compute: computeSchema,
  max_hourly_usd: usdSchema.optional(),
  dry_run: z.boolean().default(false),
});

export const recreateSchema = z.strictObject({
  compute: computeSchema.optional(),
  max_hourly_usd: usdSchema.optional(),
  strategy: z.enum(['acquire-first', 'replace']).default('acquire-first'),
  dry_run: z.boolean().default(false),
});

/** `reset` wipes the browser's profile (facts/wire.md 1.7). */
export const restartSchema = z.strictObject({ reset: z.boolean().optional() });

export const pauseSchema = z.strictObject({ mode: z.enum(['stop', 'terminate']).default('stop') });

/** `lease_id` renews the one of that id, or gives a new one its id. */
export const leaseSchema = z.strictObject({
  kind: z.enum(ACTIVITY_KINDS),
  ttl_seconds: z.number().int().min(LEASE_SECONDS.min).max(LEASE_SECONDS.max).default(LEASE_SECONDS.usual),
  lease_id: z.uuid('must be the id of a lease, a UUID').optional(),
});

export const restoreSchema = z.strictObject({
  /** Absent = the newest whole one. */
  restore_point_id: z.uuid('must be the id of a restore point').optional(),
});

export type CreateWorkspace = z.output<typeof createWorkspaceSchema>;
