// Progress of an operation as events, one per step: what a person watching sees between "provisioning" and "online".

import { createHash } from 'node:crypto';
import type { OperationRef } from '../../domain/ids.ts';
import { appendEvents } from '../../store/events.ts';
import type { Queryable } from '../../store/pool.ts';

export type StepName =
  | 'planned'
  | 'candidate_refused'
  | 'launched'
  | 'home_created'
  | 'home_attached'
  | 'terminating'
  | 'home_deleted';

/** Appends the step once, however often the activity that took it is retried: its id comes from operation, step and subject. */
export async function recordStep(
  db: Queryable,
  { workspaceId, operationId }: OperationRef,
  step: StepName,
  subject: string,
  payload: Readonly<Record<string, unknown>>,
): Promise<void> {
  const id = uuidOf(`${operationId}/${step}/${subject}`);
  const event = { id, type: 'WORKSPACE_STEP', workspaceId, payload: { operation_id: operationId, step, ...payload } };
  await appendEvents(db, [event]);
}

/** A UUID (version 8: made by its owner's rule) that is always the same for the same text. */
function uuidOf(text: string): string {
  const hash = createHash('sha256').update(text).digest();
  hash[6] = (hash[6]! & 0x0f) | 0x80;
  hash[8] = (hash[8]! & 0x3f) | 0x80;
  const hex = hash.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
}
