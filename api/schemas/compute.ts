// The `compute` block at the edge: its words and types. What fits together is the resolver's to judge (domain/compute/).

import { z } from 'zod';
import {
  ARCHITECTURES,
  type Compute,
  DATA_PERSISTENCES,
  DISPLAY_MODES,
  DISPLAY_PROTOCOLS,
  GPU_TYPES,
  INTERRUPTION_POLICIES,
  MARKETS,
  OS_FAMILIES,
} from '../../domain/compute/block.ts';
import { parseUsd } from '../../domain/money.ts';

const whole = z.number().int();

export const computeSchema = z.strictObject({
  instance_type: z.string().min(1).max(64).optional(),
  os: z
    .strictObject({
      family: z.enum(OS_FAMILIES).optional(),
      version: z.string().min(1).max(32).optional(),
      arch: z.enum(ARCHITECTURES).optional(),
      image_id: z
        .string()
        .regex(/^ami-([0-9a-f]{8}|[0-9a-f]{17})$/, 'must be an AMI id, ami-0123456789abcdef0')
        .optional(),
    })
    .optional(),
  volume: z
    .strictObject({
      root_gb: whole.optional(),
      home_gb: whole.optional(),
      iops: whole.optional(),
      throughput: whole.optional(),
    })
    .optional(),
  gpu: z
    .strictObject({
      type: z.enum([...GPU_TYPES, 'none']).optional(),
      count: whole.min(0).max(16).optional(),
      runtime: z.literal('nvidia').optional(),
    })
    .optional(),
  network: z.strictObject({ egress_open: z.boolean().optional() }).optional(),
  display: z
    .strictObject({
      mode: z.enum(DISPLAY_MODES).optional(),
      width: whole.optional(),
      height: whole.optional(),
      protocol: z.enum(DISPLAY_PROTOCOLS).optional(),
    })
    .optional(),
  market: z.enum(MARKETS).optional(),
  interruption_policy: z.enum(INTERRUPTION_POLICIES).optional(),
  data_persistence: z.enum(DATA_PERSISTENCES).optional(),
  savings_plan: z.string().min(1).max(64).optional(),
}) satisfies z.ZodType<Compute>;

/** Decimal text; a number is taken as it is written, as existing clients send it. */
export const usdSchema = z
  .union([z.string(), z.number()])
  .transform(String)
  .refine((value) => parseUsd(value) !== null, 'must be an amount in USD with at most six decimals, "1.50"');
