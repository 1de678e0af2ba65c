// checkpoint: a restore point of the home as it is now, whole before it is reported.

import { setCurrentDetails } from '@temporalio/workflow';
import { MachineSignals } from './machineSignals.ts';
import type { CheckpointInput } from './messages.ts';
import { localActivities } from './policies.ts';
import { wholeRestorePoint } from './restorePoints.ts';

/** Throws SNAPSHOT_FAILED; the home itself is not touched. */
export async function checkpoint(input: CheckpointInput): Promise<{ restorePointId: string }> {
  const { operationId, owner, generation, home, isServing } = input;
  const operation = { workspaceId: owner.workspaceId, operationId };
  const timeouts = await localActivities.readTimeouts();
  const signals = new MachineSignals();
  setCurrentDetails(`**copying ${home.volumeId}**`);
  const { restorePointId, snapshotId } = await wholeRestorePoint(
    { operation, owner, generation, home, timeouts, signals },
    { reason: 'manual', quality: isServing ? 'crash' : 'clean' },
  );
  setCurrentDetails(`${snapshotId} is whole`);
  return { restorePointId };
}
