// A recommendation to leave a machine: worth a restore point, and a look at where its workspace would go and for how much. It evicts
// nobody.

import { followUpId } from './followUpId.ts';
import type { OperationId } from './ids.ts';
import { presentPriced, type PricedTarget } from './target.ts';
import { isUndisturbed, startQuiet } from './quietCheckpoints.ts';
import {
  bump,
  type Change,
  type Fact,
  followedBy,
  unchanged,
  type WorkspaceEvent,
  type WorkspaceState,
} from './workspace.ts';

/** Once for each machine, however often and by whom it is told. */
export function advised(state: WorkspaceState, { notice, now }: Fact & { type: 'noticed' }): Change {
  const { instanceId, kind, source } = notice;
  if (state.advice?.instanceId === instanceId) return unchanged(state);
  const payload = { kind, instance_id: instanceId, source, operation_id: idOf(state) };
  const told = { instanceId, noticedAt: now, checkpointId: null, restorePointId: null, priced: null };
  const change = followedBy({ ...unchanged(state), state: bump({ ...state, advice: told }) }, following);
  return { ...change, events: [{ type: 'WORKSPACE_REBALANCE_RECOMMENDED', payload }] };
}

/** What came while something else was under way is done after it, where the machine is still there. */
export function following(state: WorkspaceState): Change {
  const { advice, machine } = state;
  const isWaiting = advice !== null && advice.checkpointId === null && advice.instanceId === machine?.instanceId;
  if (!isWaiting || !isUndisturbed(state)) return unchanged(state);
  const id = idOf(state);
  return startQuiet({ ...state, advice: { ...advice, checkpointId: id } }, id, 'rebalance');
}

/** Its restore point and its target are known. */
export function answered(
  state: WorkspaceState,
  checkpointId: OperationId,
  restorePointId: string,
  priced: PricedTarget | undefined,
): { readonly state: WorkspaceState; readonly events: readonly WorkspaceEvent[] } {
  const { advice } = state;
  if (advice?.checkpointId !== checkpointId || priced === undefined) return { state, events: [] };
  const payload = {
    operation_id: checkpointId,
    instance_id: advice.instanceId,
    restore_point_id: restorePointId,
    ...presentPriced(priced),
  };
  return {
    state: { ...state, advice: { ...advice, restorePointId, priced } },
    events: [{ type: 'WORKSPACE_REBALANCE_ADVISED', payload }],
  };
}

const idOf = (state: WorkspaceState): OperationId => followUpId(state, 'rebalance', state.generation);
