// A recommendation to leave the present machine, as clients read it: what was saved, and where the workspace would go for how much.

import { presentPriced } from '../domain/target.ts';
import type { WorkspaceRow } from '../store/workspaces.ts';

/** Of a machine that has gone it says nothing any more. */
export function presentRebalance({ rebalance, instance_id: instanceId }: WorkspaceRow) {
  if (rebalance === null || rebalance.instanceId !== instanceId) return null;
  const { noticedAt, restorePointId, priced } = rebalance;
  return {
    instance_id: instanceId,
    noticed_at: noticedAt,
    restore_point_id: restorePointId,
    ...(priced === null ? { target: null, no_target: null } : presentPriced(priced)),
  };
}
