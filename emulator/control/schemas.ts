// What the control interface takes: every body strict, so that a slip of the pen is refused and not ignored.

import { z } from 'zod';
import { regions } from '../ec2/catalogue.ts';

const ms = z
  .number()
  .int()
  .min(0)
  .max(86_400_000 * 366);

/** Whose resources: the account of an access key (`test` where none is given) in a region of the catalogue. */
export const where = z.strictObject({
  access_key: z.string().optional(),
  region: z
    .string()
    .refine((name) => regions().includes(name), 'there is no such region')
    .default('us-east-1'),
});
export type Where = z.output<typeof where>;

/** For what is asked without a word more. */
export const nothing = z.strictObject({}).optional();

/** Of one account, by its id or an access key; of all where neither is given. */
export const ledger = z.strictObject({ account: z.string().optional(), access_key: z.string().optional() });

/** Without what belongs to those named by `live`, with commas between them, by the tag `tag`. */
export const leaks = ledger.extend({ tag: z.string().default('WorkspaceID'), live: z.string().default('') });

export const clock = z
  .strictObject({ advance_ms: ms.optional(), factor: z.number().min(0).max(100_000).optional() })
  .refine((given) => given.advance_ms !== undefined || given.factor !== undefined, 'needs advance_ms or factor');

/** `size: null` or `empty: false` = endless again; `*` stands for any. */
export const capacity = z
  .strictObject({
    type: z.string(),
    zone: z.string(),
    market: z.enum(['on-demand', 'spot', '*']).default('on-demand'),
    size: z.number().int().min(0).nullable().optional(),
    empty: z.boolean().optional(),
  })
  .refine((given) => (given.size === undefined) !== (given.empty === undefined), 'needs either size or empty');

export const quota = where.extend({
  code: z.string(),
  value: z.number().min(0).optional(),
  /** vCPUs that the account uses outside of the emulator. */
  other_use: z.number().int().min(0).optional(),
});

export const decision = where.extend({ granted: z.boolean() });

const usd = z.string().nullable();
export const price = z.union([
  z.strictObject({ access_key: z.string().optional(), type: z.string(), region: z.string(), usd }),
  z.strictObject({
    access_key: z.string().optional(),
    type: z.string(),
    zone: z.string(),
    market: z.literal('spot'),
    usd,
  }),
]);

export const image = where.extend({
  id: z.string().regex(/^ami-([0-9a-f]{8}|[0-9a-f]{17})$/),
  owner: z
    .string()
    .regex(/^\d{12}$/)
    .optional(),
  name: z.string(),
  architecture: z.enum(['x86_64', 'arm64']),
  created: z.iso.datetime().default('2026-01-01T00:00:00.000Z'),
  root_device: z.string().default('/dev/sda1'),
  root_gb: z.number().int().min(1).default(8),
  state: z.enum(['available', 'pending', 'failed', 'deregistered', 'disabled']).optional(),
  deprecated: z.iso.datetime().optional(),
  data_devices: z
    .array(z.strictObject({ device: z.string(), gb: z.number().int().min(1), delete_on_termination: z.boolean() }))
    .optional(),
  is_private: z.boolean().optional(),
  tags: z.record(z.string(), z.string()).optional(),
});

export const doom = where.extend({ code: z.string(), message: z.string().optional() });

export const interruption = z.strictObject({
  /** 0 = without notice. */
  notice_ms: ms.optional(),
  cause: z.enum(['no-capacity', 'by-price', 'capacity-oversubscribed']).default('no-capacity'),
});

export const impairment = z.strictObject({ impaired: z.boolean().default(true) });

export const scheduledEvent = z.strictObject({
  code: z.enum(['instance-reboot', 'instance-retirement', 'instance-stop', 'system-maintenance', 'system-reboot']),
  description: z.string().default('The instance is running on degraded hardware'),
  in_ms: ms.default(86_400_000),
});
