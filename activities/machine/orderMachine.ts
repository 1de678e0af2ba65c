// Gives a machine an order; what it answers comes to the calling workflow as the signal `machineAnswered`.

import { Context } from '@temporalio/activity';
import type { OperationRef } from '../../domain/ids.ts';
import type { LaunchKey, OrderKind } from '../../domain/machine.ts';
import { revokeDisplay } from '../../store/controlLocks.ts';
import { type OrderAnswer, recordOrder, withdrawOrder } from '../../store/machineOrders.ts';
import type { Dependencies } from '../dependencies.ts';
import { recordStep, waits } from '../records/steps.ts';
import { uuidOf } from '../../store/uuidOf.ts';

/** `isDisplayInUse`: somebody has control of the display that is revoked with the order, and has to be told. */
export type Ordered = {
  readonly orderId: string;
  readonly answer: OrderAnswer | null;
  readonly isDisplayInUse: boolean;
};

/** `turn`: one operation may give the same order again, as a new one. A machine that is told to rest serves nobody from then on. */
export const orderMachine =
  ({ db }: Dependencies) =>
  async (
    operation: OperationRef,
    key: LaunchKey,
    kind: OrderKind,
    turn: number,
    timeoutMs: number,
  ): Promise<Ordered> => {
    const orderId = uuidOf(`${operation.operationId}/order/${kind}/${key.generation}/${key.attempt}/${turn}`);
    const watcher = Context.current().info.workflowExecution!.workflowId;
    const { workspaceId, generation, attempt } = key;
    const isDisplayInUse = kind === 'quiesce' && (await revokeDisplay(db, workspaceId, operation.operationId)).isInUse;
    const answer = await recordOrder(db, { workspaceId, generation, attempt, id: orderId, kind, watcher, timeoutMs });
    await recordStep(db, operation, 'ordered', orderId, { order: kind, generation, ...waits('answer', timeoutMs) });
    return { orderId, answer, isDisplayInUse };
  };

/** Nobody waits for it any more: a machine that was away must not carry it out when it is back. */
export const withdrawMachineOrder =
  ({ db }: Dependencies) =>
  async (orderId: string): Promise<void> =>
    withdrawOrder(db, orderId);
