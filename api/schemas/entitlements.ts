// A tenant's entitlements at the edge: whole, so that what is left out is the default again.

import { z } from 'zod';
import { GPU_TYPES, OS_FAMILIES } from '../../domain/compute/block.ts';
import { DEFAULT_ENTITLEMENTS, type Entitlements } from '../../domain/compute/entitlements.ts';
import { formatUsd, parseFactor, parseUsd } from '../../domain/money.ts';
import { usdSchema } from './compute.ts';

const own = DEFAULT_ENTITLEMENTS;
const limit = z.number().int().min(0).nullable().default(null);
const budget = usdSchema.nullable().default(null);

export const entitlementsSchema = z
  .strictObject({
    gpu_types: z.array(z.enum(GPU_TYPES)).default([...own.gpu_types]),
    max_gpus: z.number().int().min(0).max(16).default(own.max_gpus),
    custom_ami_owners: z
      .array(z.string().regex(/^\d{12}$/, 'must be the twelve digits of an AWS account'))
      .default([...own.custom_ami_owners]),
    os_families: z.array(z.enum(OS_FAMILIES)).default([...own.os_families]),
    spot: z.boolean().default(own.spot),
    display: z.boolean().default(own.display),
    max_vcpus: limit,
    max_root_gb: limit,
    max_home_gb: limit,
    gpu_environments: z.array(z.string().min(1).max(64)).default([...own.gpu_environments]),
    max_workspaces: limit,
    margin: z
      .union([z.string(), z.number()])
      .transform(String)
      .refine((value) => (parseFactor(value)?.numerator ?? 0) >= 1_000_000, 'must be a factor from 1 up, "1.15"')
      .default(own.margin),
    budget_hourly_usd: budget,
    budget_monthly_usd: budget,
  })
  .transform(
    ({ budget_hourly_usd, budget_monthly_usd, ...rest }): Entitlements => ({
      ...rest,
      budget_hourly: budget_hourly_usd === null ? null : parseUsd(budget_hourly_usd),
      budget_monthly: budget_monthly_usd === null ? null : parseUsd(budget_monthly_usd),
    }),
  );

export const presentEntitlements = ({ budget_hourly, budget_monthly, ...rest }: Entitlements) => ({
  ...rest,
  budget_hourly_usd: budget_hourly === null ? null : formatUsd(budget_hourly),
  budget_monthly_usd: budget_monthly === null ? null : formatUsd(budget_monthly),
});
