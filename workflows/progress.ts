// What an operation tells the entity before its end.

import { getExternalWorkflowHandle, log, type SignalDefinition, workflowInfo } from '@temporalio/workflow';
import type { OperationRef } from '../domain/ids.ts';
import type { Machine } from '../domain/machine.ts';
import { serviceInterruptedSignal, serviceRestoredSignal } from './messages.ts';
import type { Provisioned } from './provision.ts';
import { parkControl } from './parkControl.ts';

/** From here until the operation's end nobody is served. An entity that has gone meanwhile need not know. */
export async function serviceInterrupted(operation: OperationRef, { generation }: Machine): Promise<void> {
  await tellEntity(serviceInterruptedSignal, operation.operationId, 'its service is interrupted');
  await parkControl(operation, { generation });
}

/** Users need not wait until what was before has gone. */
export async function serviceRestored({ operationId }: OperationRef, served: Provisioned): Promise<void> {
  const outcome = { result: 'online', ...served } as const;
  await tellEntity(serviceRestoredSignal, { operationId, outcome }, 'it is served again');
}

async function tellEntity<Told>(signal: SignalDefinition<[Told]>, told: Told, what: string): Promise<void> {
  const { parent } = workflowInfo();
  if (parent === undefined) return;
  try {
    await getExternalWorkflowHandle(parent.workflowId).signal(signal, told);
  } catch (error) {
    log.warn(`The workspace could not be told that ${what}`, { error: String(error) });
  }
}
