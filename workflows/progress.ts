// What an operation tells the entity before its end.

import { getExternalWorkflowHandle, log, type SignalDefinition, workflowInfo } from '@temporalio/workflow';
import type { OperationRef } from '../domain/ids.ts';
import { serviceInterruptedSignal, serviceRestoredSignal } from './messages.ts';
import type { Provisioned } from './provision.ts';

/** From here until the operation's end nobody is served. An entity that has gone meanwhile need not know. */
export const serviceInterrupted = ({ operationId }: OperationRef): Promise<void> =>
  tellEntity(serviceInterruptedSignal, operationId, 'its service is interrupted');

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
