// What a workspace costs while it is paused.

import { launchFacts } from '../config/launchFacts.ts';
import { storageOf } from '../domain/compute/price.ts';
import { resolveShape } from '../domain/compute/resolve.ts';
import type { TenantId } from '../domain/ids.ts';
import { formatUsd, parseFactor, ratio } from '../domain/money.ts';
import { decisionFacts } from '../store/decisionFacts.ts';
import type { WorkspaceRow } from '../store/workspaces.ts';
import type { ApiDependencies } from './context.ts';

/** USD an hour as decimal text; null where no price is known. */
export async function storagePrice(
  { db, settings, catalogue }: ApiDependencies,
  row: WorkspaceRow,
  keeps: { readonly keepsRoot: boolean },
): Promise<string | null> {
  const known = await decisionFacts(db, row.tenant_id as TenantId, settings.AWS_REGION, null);
  const facts = launchFacts(settings, catalogue, known);
  const resolution = resolveShape(row.launched?.compute ?? row.compute, facts.rules, facts.types);
  if (!('shape' in resolution)) return null;
  const rates = facts.ratesOf(resolution.shape);
  if (rates === null) return null;
  const { numerator, denominator } = parseFactor(known.entitlements.margin) ?? { numerator: 1, denominator: 1 };
  return formatUsd(ratio(storageOf(resolution.shape, rates, keeps).hourly, numerator, denominator));
}
