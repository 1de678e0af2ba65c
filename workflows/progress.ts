// What an operation tells the entity before its end.

import { getExternalWorkflowHandle, log, workflowInfo } from '@temporalio/workflow';
import type { OperationRef } from '../domain/ids.ts';
import type { Machine } from '../domain/machine.ts';
import { serviceInterruptedSignal } from './messages.ts';
import { parkControl } from './parkControl.ts';

/** From here until the operation's end nobody is served. An entity that has gone meanwhile need not know. */
export async function serviceInterrupted(operation: OperationRef, { generation }: Machine): Promise<void> {
  await tellEntity(operation);
  await parkControl(operation, { generation });
}

async function tellEntity({ operationId }: OperationRef): Promise<void> {
  const { parent } = workflowInfo();
  if (parent === undefined) return;
  try {
    await getExternalWorkflowHandle(parent.workflowId).signal(serviceInterruptedSignal, operationId);
  } catch (error) {
    log.warn('The workspace could not be told that its service is interrupted', { error: String(error) });
  }
}
