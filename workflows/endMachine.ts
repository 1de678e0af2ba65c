// Ends one launch's machine and waits until AWS is seen to have ended it.

import type { OperationRef } from '../domain/ids.ts';
import type { LaunchKey } from '../domain/machine.ts';
import type { MachineSignals } from './machineSignals.ts';
import { callActivities } from './policies.ts';

/** A launch that never happened counts as ended. `onAsked` is told when AWS has taken the request: from then on it is lost. */
export async function endMachine(
  operation: OperationRef,
  launch: LaunchKey,
  signals: MachineSignals,
  onAsked: () => void = () => {},
): Promise<void> {
  const summary = `terminate machine ${launch.generation}/${launch.attempt}`;
  const ending = await callActivities.terminateMachine.executeWithOptions({ summary }, [operation, launch]);
  onAsked();
  if (ending.state === 'ending') await signals.untilEnded(launch);
}
