// destroy: ends every machine of a workspace, then deletes its homes. Finding nothing is success.

import { setCurrentDetails } from '@temporalio/workflow';
import { endMachine } from './endMachine.ts';
import { MachineSignals } from './machineSignals.ts';
import type { DestroyInput } from './messages.ts';
import { callActivities, recordActivities } from './policies.ts';

export async function destroy({ operationId, workspaceId, generation }: DestroyInput): Promise<void> {
  const operation = { workspaceId, operationId };
  const signals = new MachineSignals();
  const { launches, homes } = await recordActivities.listHoldings.executeWithOptions(
    { summary: 'list what it may still own' },
    [workspaceId],
  );
  setCurrentDetails(`**ending ${launches.length} machine(s)**, then deleting ${homes.length} home(s)`);
  await Promise.all(launches.map((launch) => endMachine(operation, launch, signals)));
  if (homes.length > 0)
    await callActivities.deleteHomes.executeWithOptions({ summary: `delete ${homes.length} home(s)` }, [
      operation,
      workspaceId,
    ]);
  await recordActivities.releaseReservation.executeWithOptions({ summary: 'release what was reserved' }, [
    workspaceId,
    generation,
  ]);
  setCurrentDetails('nothing is left');
}
