// Every gate's word on a request, from what is known now; nothing is reserved (design, section 5).

import { launchFacts } from '../config/launchFacts.ts';
import type { Compute } from '../domain/compute/block.ts';
import { decide, type Decision, type Facts } from '../domain/compute/gates.ts';
import type { TenantId } from '../domain/ids.ts';
import { parseUsd } from '../domain/money.ts';
import type { Tier } from '../domain/workspace.ts';
import { decisionFacts, type Self } from '../store/decisionFacts.ts';
import type { ApiDependencies } from './context.ts';

export type Wanted = { readonly compute: Compute; readonly tier: Tier; readonly maxHourlyUsd: string | undefined };

/** What a create decides about. */
export const FIRST_GENERATION = 1;

/** `self`: a generation that is decided again, as its answer was lost or as it is to be replaced, does not count itself. */
export async function decideNow(
  { db, settings, catalogue }: ApiDependencies,
  tenantId: TenantId,
  { compute, tier, maxHourlyUsd }: Wanted,
  self: Self | null = null,
): Promise<Decision & { readonly facts: Facts }> {
  const known = await decisionFacts(db, tenantId, settings.AWS_REGION, self, compute.market === 'spot');
  // An old figure is no reason to refuse: the launch measures it anew.
  const quotas = new Map([...known.quotas].filter(([, { ageSeconds }]) => ageSeconds < settings.QUOTA_MAX_AGE_SECONDS));
  const maxHourly = maxHourlyUsd === undefined ? null : parseUsd(maxHourlyUsd);
  const facts = launchFacts(settings, catalogue, { ...known, quotas });
  return { ...decide({ compute, tier, maxHourly }, facts), facts };
}
