// Who goes first where tasks wait for a worker: people who wait for an answer, then those who have no machine, then the rest; among
// them each tenant in turn.

import type { Priority } from '@temporalio/common';
import type { TenantId } from '../domain/ids.ts';
import type { OperationKind } from '../domain/workspace.ts';

/** Commands and control of displays: somebody looks at the screen. */
export const ofEntity = (tenantId: TenantId): Priority => ({ priorityKey: 1, fairnessKey: tenantId });

const KEYS: Readonly<Record<OperationKind, number>> = {
  // Nobody is served until they have ended.
  provision: 2,
  resume: 2,
  restart: 2,
  recover: 2,
  // The writes of a machine that goes on are held for the moment of one.
  checkpoint: 2,
  // The old machine serves on for most of the time.
  recreate: 3,
  restore: 3,
  pause: 3,
  // Nobody waits for it any more.
  destroy: 4,
};

/** Of an operation and its activities. */
export const ofOperation = (tenantId: TenantId, kind: OperationKind): Priority => ({
  priorityKey: KEYS[kind],
  fairnessKey: tenantId,
});
