// Restore points that nobody has asked for: taken beside whatever the user does, told to few, and given up for any command.

import type { OperationId } from './ids.ts';
import {
  bump,
  type Change,
  type Effect,
  type Fact,
  type Operation,
  type Outcome,
  record,
  unchanged,
  type WorkspaceState,
} from './workspace.ts';

/** One of these is no state of its workspace: nobody waits for it, and it makes nobody wait. */
export const isQuiet = (operation: Operation): boolean =>
  operation.kind === 'checkpoint' && (operation.reason === 'schedule' || operation.reason === 'rebalance');

/** Nothing is under way, so that the home may be copied for its own sake. */
export const isUndisturbed = ({ phase, operation, checkpoints, interruption }: WorkspaceState): boolean =>
  phase === 'ready' && operation === null && checkpoints.length === 0 && interruption === null;

/** Its time has come. Whatever else is under way comes first: it is due again at the next look. */
export function checkpointDue(state: WorkspaceState, { operationId }: Fact & { type: 'checkpointDue' }): Change {
  const isSpot = state.profile?.compute.market === 'spot';
  const isKnown = state.recorded.some((entry) => entry.operation.id === operationId);
  return isSpot && !isKnown && isUndisturbed(state) ? startQuiet(state, operationId, 'schedule') : unchanged(state);
}

export function startQuiet(state: WorkspaceState, id: OperationId, reason: 'schedule' | 'rebalance'): Change {
  const operation: Operation = { id, generation: state.generation, kind: 'checkpoint', reason };
  return {
    state: bump({ ...state, checkpoints: [...state.checkpoints, operation] }),
    effects: [{ type: 'start', operation }],
    events: [],
    operations: [{ operation, outcome: null }],
  };
}

/** For whatever begins: a snapshot that was asked for is kept, and one that was not is not asked for any more. */
export const givingWay = ({ checkpoints }: WorkspaceState): Effect[] =>
  checkpoints.filter(isQuiet).map(({ id }) => ({ type: 'cancel', operationId: id }));

/** Of what it ran beside nothing changes. One that gave way is not worth a word. */
export function quietEnded(state: WorkspaceState, operation: Operation, outcome: Outcome): WorkspaceState {
  const checkpoints = state.checkpoints.filter(({ id }) => id !== operation.id);
  return { ...state, checkpoints, recorded: record(state, operation, outcome) };
}
