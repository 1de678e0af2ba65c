// Bodies of the routes of display control (facts/wire.md 1.9).

import { z } from 'zod';
import { TTL_SECONDS } from '../../domain/control-lock.ts';
import { ACTION_KINDS } from '../../domain/control-lock-permit.ts';

const range = `must be a whole number from ${TTL_SECONDS.min} to ${TTL_SECONDS.max}`;
const ttl = z
  .number(range)
  .int(range)
  .min(TTL_SECONDS.min, range)
  .max(TTL_SECONDS.max, range)
  .default(TTL_SECONDS.usual);
const fence = z.number().int().min(0).optional();

export const acquireSchema = z.strictObject({
  /** Who the caller is says which; a client that names it must name itself. */
  controller: z.enum(['user', 'agent']).optional(),
  ttl_seconds: ttl,
  force: z.boolean().default(false),
});

export const takeoverSchema = z.strictObject({ ttl_seconds: ttl });
export const renewSchema = z.strictObject({ ttl_seconds: ttl, fence });
export const releaseSchema = z.strictObject({ force: z.boolean().default(false) });
export const permitSchema = z.strictObject({ fence, action: z.enum(ACTION_KINDS) });

export const orgTokenSchema = z.strictObject({ name: z.string().trim().min(1).max(100) });
