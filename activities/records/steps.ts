// Progress of an operation as events, one per step: what a person watching sees between "provisioning" and "online".

import { STEP_EVENT_TYPE } from '../../domain/eventTypes.ts';
import type { OperationRef } from '../../domain/ids.ts';
import { appendEvents, type NewEvent } from '../../store/events.ts';
import type { Queryable } from '../../store/pool.ts';
import { uuidOf } from '../../store/uuidOf.ts';

export type StepName =
  | 'planned'
  | 'candidate_refused'
  | 'launched'
  | 'home_created'
  | 'home_attached'
  | 'terminating'
  | 'home_deleted'
  | 'home_detached'
  | 'home_grown'
  | 'home_returned'
  | 'ordered'
  | 'restore_point'
  | 'stopping'
  | 'starting'
  | 'rebooting'
  | 'awaiting_end'
  | 'target_priced';

/** What the operation waits for once the step is taken, and until when (ISO; null = as long as it takes AWS). */
export type Waits = { readonly waits_for: string; readonly waits_until: string | null };

export const waits = (waitsFor: string, forMs: number | null): Waits => ({
  waits_for: waitsFor,
  waits_until: forMs === null ? null : new Date(Date.now() + forMs).toISOString(),
});

/** The same event however often the activity that took the step is retried: its id comes from operation, step and subject. */
export function stepEvent(
  { workspaceId, operationId }: OperationRef,
  step: StepName,
  subject: string,
  payload: Readonly<Record<string, unknown>>,
): NewEvent {
  const id = uuidOf(`${operationId}/${step}/${subject}`);
  return { id, type: STEP_EVENT_TYPE, workspaceId, payload: { operation_id: operationId, step, ...payload } };
}

/** Appends the step once. */
export const recordStep = (db: Queryable, ...step: Parameters<typeof stepEvent>): Promise<void> =>
  appendEvents(db, [stepEvent(...step)]);
