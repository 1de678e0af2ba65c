// An order to a machine and its answer, within its time.

import { CancellationScope } from '@temporalio/workflow';
import type { OperationRef } from '../domain/ids.ts';
import type { Machine, OrderKind } from '../domain/machine.ts';
import { withDeadline } from './deadline.ts';
import { failure } from './failure.ts';
import type { MachineSignals } from './machineSignals.ts';
import { tellControl } from './parkControl.ts';
import { recordActivities } from './policies.ts';

/** What a machine says of the home that it has, or has left; `cutOff`: what had not come to rest by then. */
export type HomeReport = {
  readonly volumeId: string | null;
  readonly manifest: Record<string, unknown> | null;
  readonly cutOff: readonly string[];
};

type Answered = {
  readonly volume_id?: string;
  readonly manifest?: Record<string, unknown>;
  readonly cut_off?: readonly string[];
  readonly error?: string;
};

/** `turn`: the n-th of its kind. `isKept`: it stands even where nobody waits for its answer any more. */
export type Order = {
  readonly kind: OrderKind;
  readonly timeoutMs: number;
  readonly turn?: number;
  readonly isKept?: boolean;
};

/** Throws MACHINE_UNRESPONSIVE when no answer came in time: then it is withdrawn, but may have been begun. ORDER_FAILED as it says, or where it has ended. */
export async function order(
  operation: OperationRef,
  machine: Machine,
  { kind, timeoutMs, turn = 1, isKept = false }: Order,
  signals: MachineSignals,
): Promise<HomeReport> {
  const { instanceId, generation, attempt } = machine;
  const key = { workspaceId: operation.workspaceId, generation, attempt };
  const summary = `order ${instanceId} to ${kind}`;
  const { orderId, answer, isDisplayInUse } = await recordActivities.orderMachine.executeWithOptions({ summary }, [
    operation,
    key,
    kind,
    turn,
    timeoutMs,
  ]);
  // The machine is at it meanwhile, and its answer waits.
  if (isDisplayInUse) await tellControl(operation, { generation });
  try {
    const answered =
      answer ??
      (await withDeadline(
        timeoutMs,
        `answer of ${instanceId}, ${timeoutMs / 1000} s`,
        () => signals.untilAnswered(orderId, machine),
        () =>
          failure('MACHINE_UNRESPONSIVE', {
            instance_id: instanceId,
            order: kind,
            timeout_seconds: timeoutMs / 1000,
          }),
      ));
    if (answered === null) {
      throw failure('ORDER_FAILED', { instance_id: instanceId, order: kind, because: 'it has ended' });
    }
    const { ok, result } = answered;
    const content = (result ?? {}) as Answered;
    if (!ok) {
      const because = content.error ?? 'no reason given';
      throw failure('ORDER_FAILED', { instance_id: instanceId, order: kind, because });
    }
    const { volume_id: volumeId = null, manifest = null, cut_off: cutOff = [] } = content;
    return { volumeId, manifest, cutOff };
  } catch (error) {
    if (isKept) throw error;
    await CancellationScope.nonCancellable(() =>
      recordActivities.withdrawMachineOrder.executeWithOptions({ summary: `withdraw the order to ${kind}` }, [orderId]),
    );
    throw error;
  }
}
