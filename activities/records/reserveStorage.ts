// What a paused machine goes on costing: its volumes, at the tenant's price; its vCPUs are free for others.

import { Context } from '@temporalio/activity';
import { launchFacts } from '../../config/launchFacts.ts';
import type { Compute } from '../../domain/compute/block.ts';
import { storageOf } from '../../domain/compute/price.ts';
import { resolveShape } from '../../domain/compute/resolve.ts';
import type { TenantId, WorkspaceId } from '../../domain/ids.ts';
import { formatUsd, parseFactor, ratio } from '../../domain/money.ts';
import { decisionFacts } from '../../store/decisionFacts.ts';
import { unwatchLaunches } from '../../store/launches.ts';
import { reserveStorage as reserve } from '../../store/reservations.ts';
import type { Dependencies } from '../dependencies.ts';

export type PausedMachine = {
  readonly workspaceId: WorkspaceId;
  readonly tenantId: TenantId;
  readonly generation: number;
  readonly compute: Compute;
  /** A stopped instance keeps its root volume; an ended one does not. */
  readonly keepsRoot: boolean;
};

/** The last step of what pauses one: nobody waits for its machine from here on. USD an hour as decimal text; null where no price is known. */
export const reserveStorage =
  ({ db, catalogue, settings }: Dependencies) =>
  async ({ workspaceId, tenantId, generation, compute, keepsRoot }: PausedMachine): Promise<string | null> => {
    await unwatchLaunches(db, workspaceId, Context.current().info.workflowExecution!.workflowId);
    const known = await decisionFacts(db, tenantId, settings.AWS_REGION, { workspaceId, generation });
    const facts = launchFacts(settings, catalogue, known);
    const resolution = resolveShape(compute, facts.rules, facts.types);
    const rates = 'shape' in resolution ? facts.ratesOf(resolution.shape) : null;
    if (!('shape' in resolution) || rates === null) {
      await reserve(db, { workspaceId, generation }, { hourly: 0, monthly: 0 });
      return null;
    }
    const { numerator, denominator } = parseFactor(known.entitlements.margin) ?? { numerator: 1, denominator: 1 };
    const listed = storageOf(resolution.shape, rates, { keepsRoot });
    const hourly = ratio(listed.hourly, numerator, denominator);
    await reserve(db, { workspaceId, generation }, { hourly, monthly: ratio(listed.monthly, numerator, denominator) });
    return formatUsd(hourly);
  };
