// What the actions of Service Quotas have in common: members of their inputs, and how a quota is found or refused.

import { z } from 'zod';
import { JsonError } from '../json/service.ts';
import { findQuota, findService, type Quota, QUOTAS } from './catalogue.ts';
import { PAGE_MAX } from '../json/paging.ts';

export const QuotaKey = z.strictObject({ ServiceCode: z.string().min(1), QuotaCode: z.string().min(1) });

export const Paged = z.strictObject({
  MaxResults: z.int().min(1).max(PAGE_MAX).optional(),
  NextToken: z.string().max(2048).optional(),
});

/** No quota here is applied to single resources: RESOURCE finds nothing. */
export const Level = z.enum(['ACCOUNT', 'RESOURCE', 'ALL']).optional();

export const INVALID_TOKEN = 'InvalidPaginationTokenException';

export function quotaOf({ ServiceCode, QuotaCode }: z.output<typeof QuotaKey>): Quota {
  const quota = findQuota(QuotaCode);
  if (quota === undefined || quota.service !== ServiceCode) {
    throw new JsonError('NoSuchResourceException', `The service ${ServiceCode} has no quota ${QuotaCode}`);
  }
  return quota;
}

export function quotasOf(serviceCode: string): readonly Quota[] {
  if (findService(serviceCode) === undefined) {
    throw new JsonError('NoSuchResourceException', `There is no service ${serviceCode}`);
  }
  return QUOTAS.filter((quota) => quota.service === serviceCode);
}
