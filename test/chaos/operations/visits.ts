// What a worker under test and its harness say to each other at every boundary of an activity.

/** Where in an activity it is: nothing has been done yet, a call to AWS has taken effect, all is done and nobody has been told. */
export type Moment = 'before' | 'call' | 'after';

export type Visit = {
  readonly workspaceId: string;
  /** Of the operation's workflow, or the entity itself. */
  readonly kind: string;
  readonly workflowId: string;
  readonly activity: string;
  readonly activityId: string;
  readonly attempt: number;
  readonly moment: Moment;
  /** The AWS action, at the moment `call`. */
  readonly call?: string;
};

/**
 * What the worker does there. `hold`: waits until it is let go, and beats. `stall`: waits as well, and beats no more, as a
 * worker does that hangs. `fail`: throws, whatever was done.
 */
export type Order = 'go' | 'hold' | 'stall' | 'fail';

export const GATE_URL = 'CHAOS_GATE_URL';
/** Names a defect that the worker is to have; see defects.ts. */
export const DEFECT = 'CHAOS_DEFECT';
