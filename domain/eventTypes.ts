// The types of events, closed, so that a subscription to one that is never told is refused (facts/wire.md 1.8).

/** Told by a workspace's entity. */
export const WORKSPACE_EVENT_TYPES = [
  'WORKSPACE_PROVISIONING',
  'WORKSPACE_PROVISION_FAILED',
  'WORKSPACE_ONLINE',
  'WORKSPACE_PAUSED',
  'WORKSPACE_UPDATED',
  'WORKSPACE_CHECKPOINTED',
  'WORKSPACE_REMOVED',
  'WORKSPACE_DESTROYED',
  'WORKSPACE_DESTROY_FAILED',
  'WORKSPACE_OPERATION_STARTED',
  'WORKSPACE_OPERATION_ABORTING',
  'WORKSPACE_OPERATION_FAILED',
  'WORKSPACE_REBALANCE_RECOMMENDED',
  'WORKSPACE_REBALANCE_ADVISED',
  'WORKSPACE_INTERRUPTION_NOTICED',
  'WORKSPACE_MACHINE_ENDED',
  'WORKSPACE_RECOVERING',
  'WORKSPACE_RECOVER_FAILED',
  'WORKSPACE_TAKEN_UP',
] as const;
export type WorkspaceEventType = (typeof WORKSPACE_EVENT_TYPES)[number];

/** Of the activities, while an operation runs. */
export const STEP_EVENT_TYPE = 'WORKSPACE_STEP';

/** Of the look for what AWS has and nobody owns. */
const ORPHAN_EVENT_TYPES = ['WORKSPACE_ORPHAN_FOUND', 'WORKSPACE_ORPHAN_ENDED'] as const;

/** `display.control.<verb>.<stage>`; a renewal is nobody's news. */
const CONTROL = /^display\.control\.(acquire|takeover|release|park|unpark|pause|resume)\.(started|completed|failed)$/;

const KNOWN: ReadonlySet<string> = new Set([...WORKSPACE_EVENT_TYPES, STEP_EVENT_TYPE, ...ORPHAN_EVENT_TYPES]);

export const isEventType = (value: string): boolean => KNOWN.has(value) || CONTROL.test(value);
