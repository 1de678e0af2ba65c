// Activities that do nothing, and one that does nothing but send the signal that its workflow then waits for.

import { Context } from '@temporalio/activity';
import type { Client } from '@temporalio/client';

/**
 * From the end of an activity to the fact that it leads to: what the sweep of a machine that runs at once, or a machine that mounts at
 * once and registers, was seen to take. Sooner, it would be one workflow task together with the activity's end, which it never is.
 */
const FACT_MS = 10;

export const floorActivities = (client: Client) => ({
  nothing: async (): Promise<void> => {},
  stamp: async (): Promise<number> => Date.now(),
  /** The fact arrives from outside, as a machine's does: after the end of this activity has been taken in. */
  async nothingButTell(): Promise<void> {
    const { workflowId } = Context.current().info.workflowExecution!;
    setTimeout(() => void client.workflow.getHandle(workflowId).signal('fact'), FACT_MS);
  },
});
export type FloorActivities = ReturnType<typeof floorActivities>;
