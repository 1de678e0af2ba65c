// Before a machine stops serving: nothing is granted on it any more, and whoever has control of its display loses or parks it.

import { getExternalWorkflowHandle, log } from '@temporalio/workflow';
import type { OperationRef } from '../domain/ids.ts';
import { displayControlWorkflowId, displayRevokedSignal } from './controlMessages.ts';
import { recordActivities } from './policies.ts';

/** Where nobody has control there is nobody to tell. Postgres has it first: a grant that comes in between is refused there. */
export async function parkControl(
  operation: OperationRef,
  { generation, isForGood = false }: { readonly generation: number; readonly isForGood?: boolean },
): Promise<void> {
  const { workspaceId, operationId } = operation;
  await recordActivities.revokeDisplay.executeWithOptions({ summary: 'revoke control of the display' }, [operation]);
  try {
    const control = getExternalWorkflowHandle(displayControlWorkflowId(workspaceId));
    await control.signal(displayRevokedSignal, { operationId, generation, isForGood });
  } catch (error) {
    log.debug('Nobody has control of the display', { error: String(error) });
  }
}
