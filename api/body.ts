// Reads a request's JSON body through a zod schema; what does not fit is refused with every problem named.

import type { Context } from 'hono';
import type { z } from 'zod';
import { BerthError } from '../domain/errors.ts';
import type { ApiEnv } from './context.ts';

/** Throws MALFORMED_JSON or VALIDATION_FAILED; the latter's context lists the fields. */
export async function readBody<Schema extends z.ZodType>(
  c: Context<ApiEnv>,
  schema: Schema,
): Promise<z.output<Schema>> {
  return check(schema, await readJson(c));
}

/** As `readBody`, for commands that have nothing they must be told: no body is an empty object. */
export async function readOptionalBody<Schema extends z.ZodType>(
  c: Context<ApiEnv>,
  schema: Schema,
): Promise<z.output<Schema>> {
  const isEmpty = (await c.req.text()).trim() === '';
  return check(schema, isEmpty ? {} : await readJson(c));
}

/** Throws VALIDATION_FAILED. */
export function check<Schema extends z.ZodType>(schema: Schema, content: unknown): z.output<Schema> {
  const parsed = schema.safeParse(content);
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.map((issue) => ({
    field: issue.path.join('.') || 'body',
    problem: issue.message,
  }));
  const problem = fields.map((entry) => `${entry.field}: ${entry.problem}`).join('; ');
  throw new BerthError('VALIDATION_FAILED', { problem, fields });
}

async function readJson(c: Context<ApiEnv>): Promise<unknown> {
  try {
    return JSON.parse(await c.req.text());
  } catch (cause) {
    // The limit on the body's size speaks for itself.
    if (cause instanceof BerthError) throw cause;
    throw new BerthError('MALFORMED_JSON', {}, { cause });
  }
}
