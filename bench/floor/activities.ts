// Activities that do nothing, and one that does nothing but send the signal that its workflow then waits for.

import { Context } from '@temporalio/activity';
import type { Client } from '@temporalio/client';

export const floorActivities = (client: Client) => ({
  nothing: async (): Promise<void> => {},
  stamp: async (): Promise<number> => Date.now(),
  /** The fact arrives from outside, as a machine's does: not before this activity is over, and nobody waits for its sending. */
  async nothingButTell(): Promise<void> {
    const { workflowId } = Context.current().info.workflowExecution!;
    setImmediate(() => void client.workflow.getHandle(workflowId).signal('fact'));
  },
});
export type FloorActivities = ReturnType<typeof floorActivities>;
