// Restore points as operations take them: asked for, and where it matters waited for until whole.

import type { OperationRef } from '../domain/ids.ts';
import type { Home, Owner } from '../domain/machine.ts';
import type { NewRestorePoint, TakenRestorePoint } from '../domain/restorePoint.ts';
import type { Timeouts } from '../domain/timeouts.ts';
import { withDeadline } from './deadline.ts';
import { failure } from './failure.ts';
import type { MachineSignals } from './machineSignals.ts';
import { callActivities } from './policies.ts';

export type RestorePointContext = {
  readonly operation: OperationRef;
  readonly owner: Owner;
  readonly generation: number;
  readonly home: Home;
  readonly timeouts: Timeouts;
  readonly signals: MachineSignals;
};

type Wanted = Pick<NewRestorePoint, 'reason' | 'quality'> & Partial<Pick<NewRestorePoint, 'manifest'>>;

/** It holds the home as it is at this moment, though AWS goes on copying for a while. */
export function takeRestorePoint(
  { operation, owner, generation, home }: RestorePointContext,
  { reason, quality, manifest = null }: Wanted,
): Promise<TakenRestorePoint> {
  const summary = `restore point of ${home.volumeId}: ${reason}, ${quality}`;
  return callActivities.takeRestorePoint.executeWithOptions({ summary }, [
    { operation, owner, generation, home, reason, quality, manifest },
  ]);
}

/** Returns once the snapshot is whole. Throws SNAPSHOT_FAILED, or HOME_MOVE_TIMEOUT. */
export async function wholeRestorePoint(context: RestorePointContext, wanted: Wanted): Promise<TakenRestorePoint> {
  const taken = await takeRestorePoint(context, wanted);
  const { snapshotId } = taken;
  const { snapshotMs } = context.timeouts;
  const timeout_seconds = snapshotMs / 1000;
  const state = await withDeadline(
    snapshotMs,
    `${snapshotId} whole, ${timeout_seconds} s`,
    () => context.signals.untilSettled(snapshotId),
    () => failure('HOME_MOVE_TIMEOUT', { resource_id: snapshotId, wanted: 'completed', timeout_seconds }),
  );
  if (state !== 'completed') throw failure('SNAPSHOT_FAILED', { snapshot_id: snapshotId });
  return taken;
}
