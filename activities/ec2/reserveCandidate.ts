// Before a launch goes on to another type: what is reserved becomes what that one takes, or the reason why it may not be tried.

import { launchFacts } from '../../config/launchFacts.ts';
import { roomFor } from '../../domain/compute/gates.ts';
import { BerthError } from '../../domain/errors.ts';
import type { OperationRef } from '../../domain/ids.ts';
import type { Candidate, LaunchKey, LaunchPlan, Owner } from '../../domain/machine.ts';
import { transaction } from '../../store/pool.ts';
import { decisionFacts } from '../../store/decisionFacts.ts';
import { lockDecisions, lowerReservation, reserve } from '../../store/reservations.ts';
import type { Dependencies } from '../dependencies.ts';
import { recordStep } from '../records/steps.ts';

export type Going = {
  readonly operation: OperationRef;
  readonly key: LaunchKey;
  readonly owner: Owner;
  readonly candidate: Candidate;
  readonly plan: LaunchPlan;
};

/**
 * A plan reserves for its first type alone, so that nobody is refused for what may never be launched; here a dearer one takes its
 * room, by the same lock. Repeated it finds its own. Throws BUDGET_EXCEEDED or AWS_QUOTA_INSUFFICIENT, and keeps what was reserved.
 */
export async function reserveCandidate(deps: Dependencies, going: Going): Promise<void> {
  const { db, catalogue, settings } = deps;
  const { operation, key, owner, candidate, plan } = going;
  const takes = plan.takes.find(({ instanceType }) => instanceType === candidate.instanceType)!;
  if (await lowerReservation(db, key, takes)) return;
  const { workspaceId, generation } = key;
  const self = { workspaceId, generation };
  const verdict = await transaction(db, async (client) => {
    await lockDecisions(client, owner.tenantId, plan.region);
    const known = await decisionFacts(client, owner.tenantId, plan.region, self);
    const room = roomFor(takes, candidate.market, launchFacts(settings, catalogue, known));
    if (room.passed) await reserve(client, { ...self, tenantId: owner.tenantId, region: plan.region, ...takes });
    return room;
  });
  if (verdict.passed) return;
  const refusal = new BerthError(verdict.code, verdict.context);
  await recordStep(db, operation, 'candidate_refused', `${generation}/${key.attempt}`, {
    instance_type: candidate.instanceType,
    zone: candidate.zone,
    market: candidate.market,
    generation,
    attempt: key.attempt,
    code: refusal.code,
    error: refusal.message,
  });
  throw refusal;
}
