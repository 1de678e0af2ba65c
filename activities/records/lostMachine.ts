// A machine that is taken away: who is told of its end, and what is noted once it has gone.

import { Context } from '@temporalio/activity';
import type { OperationRef } from '../../domain/ids.ts';
import type { LaunchKey, Machine, Market } from '../../domain/machine.ts';
import type { RestoreSource } from '../../domain/workspace.ts';
import { adoptLaunch, recordEnded, wakeSweep } from '../../store/launches.ts';
import { recordNoCapacity } from '../../store/offerings.ts';
import { release } from '../../store/reservations.ts';
import { liveRestorePoints } from '../../store/restorePoints.ts';
import type { Dependencies } from '../dependencies.ts';
import { recordStep, waits } from './steps.ts';

/** From here on the calling workflow is told of the instance's states. */
export const watchMachine =
  ({ db, settings }: Dependencies) =>
  async (operation: OperationRef, key: LaunchKey, instanceId: string, forMs: number): Promise<void> => {
    await adoptLaunch(db, key, Context.current().info.workflowExecution!.workflowId);
    const step = { instance_id: instanceId, ...waits('terminated', forMs) };
    await recordStep(db, operation, 'awaiting_end', instanceId, step);
    await wakeSweep(db, settings.AWS_REGION);
  };

/**
 * Its credential is worth nothing any more, what it had reserved is free, and where spot capacity was taken away it is tried last
 * for a while. Answers the newest whole restore point of the home, for the case that the volume is gone, too.
 */
export const afterMachine =
  ({ db }: Dependencies) =>
  async ({ workspaceId }: OperationRef, machine: Machine, market: Market): Promise<RestoreSource | null> => {
    const { instanceType, zone, region, generation, attempt } = machine;
    await recordEnded(db, { workspaceId, generation, attempt }, Context.current().info.workflowExecution!.workflowId);
    await release(db, workspaceId, { from: 1, to: generation });
    if (market === 'spot') await recordNoCapacity(db, region, { instanceType, zone, market });
    const points = await liveRestorePoints(db, workspaceId);
    const newest = points.filter((point) => point.state === 'completed').at(-1);
    const snapshotId = newest?.snapshot_id ?? null;
    if (newest === undefined || snapshotId === null) return null;
    return { restorePointId: newest.id, snapshotId, sizeGb: newest.size_gb };
  };
