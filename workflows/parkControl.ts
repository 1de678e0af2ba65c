// Before a machine stops serving: nothing is granted on it any more, and whoever has control of its display loses or parks it.

import { getExternalWorkflowHandle, log } from '@temporalio/workflow';
import type { OperationRef } from '../domain/ids.ts';
import { displayControlWorkflowId, displayRevokedSignal } from './controlMessages.ts';
import { recordActivities } from './policies.ts';

export type Leaving = { readonly generation: number; readonly isForGood?: boolean };

/** Where nobody has control there is nobody to tell. Postgres has it first: a grant that comes in between is refused there. */
export async function parkControl(operation: OperationRef, leaving: Leaving): Promise<void> {
  const summary = 'revoke control of the display';
  const { isInUse } = await recordActivities.revokeDisplay.executeWithOptions({ summary }, [operation]);
  if (isInUse) await tellControl(operation, leaving);
}

/** Whoever has control of a display that is revoked already. */
export async function tellControl(
  { workspaceId, operationId }: OperationRef,
  { generation, isForGood = false }: Leaving,
): Promise<void> {
  try {
    const control = getExternalWorkflowHandle(displayControlWorkflowId(workspaceId));
    await control.signal(displayRevokedSignal, { operationId, generation, isForGood });
  } catch (error) {
    log.debug('Nobody has control of the display', { error: String(error) });
  }
}
