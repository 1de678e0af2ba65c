// The id of an operation that nobody asked for.

import type { OperationId } from './ids.ts';
import type { WorkspaceState } from './workspace.ts';

const FOLLOW_UPS = { checkpoint: 1, recover: 2, rebalance: 3 } as const;
/** Of one kind for one generation; more than this nobody has seen. */
const TURNS = 16;

/**
 * It follows from the workspace, the generation and what has been before, so that a decision that is made again (a workflow task that
 * did not count) begins the same one, and what has ended is not begun again.
 */
export function followUpId(
  { workspaceId, recorded }: WorkspaceState,
  kind: keyof typeof FOLLOW_UPS,
  generation: number,
): OperationId {
  const prefix = workspaceId.slice(0, 24);
  const number = generation.toString(16).padStart(10, '0');
  const ids = Array.from({ length: TURNS }, (_, turn) => {
    const which = (turn * TURNS + FOLLOW_UPS[kind]).toString(16).padStart(2, '0');
    return `${prefix}${which}${number}` as OperationId;
  });
  return ids.find((id) => !recorded.some((entry) => entry.operation.id === id)) ?? ids.at(-1)!;
}
