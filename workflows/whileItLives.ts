// Work on a machine that may end meanwhile: AWS takes it, or it breaks. Then nothing of the work is waited for any more.

import { CancellationScope, isCancellation } from '@temporalio/workflow';
import type { Machine } from '../domain/machine.ts';
import type { MachineEnded, MachineSignals } from './machineSignals.ts';

/** Throws MachineEnded when the machine ends first; what is under way is cancelled then. */
export async function whileItLives<Result>(
  machine: Machine,
  signals: MachineSignals,
  work: () => Promise<Result>,
): Promise<Result> {
  let end: MachineEnded | null = null;
  const working = new CancellationScope({ cancellable: true });
  const watching = new CancellationScope({ cancellable: true });
  watching
    .run(async () => {
      end = await signals.endOf(machine);
      working.cancel();
    })
    .catch((error) => {
      if (!isCancellation(error)) throw error;
    });
  try {
    return await working.run(work);
  } catch (error) {
    if (end !== null && isCancellation(error)) throw end;
    throw error;
  } finally {
    watching.cancel();
  }
}
