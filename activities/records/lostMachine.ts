// A machine that is taken away: who is told of its end, and what is noted once it has gone.

import { Context } from '@temporalio/activity';
import type { OperationRef, WorkspaceId } from '../../domain/ids.ts';
import { BerthError } from '../../domain/errors.ts';
import type { Home, LaunchKey, Machine, Market } from '../../domain/machine.ts';
import type { LastSource } from '../../domain/workspace.ts';
import { adoptLaunch, recordEnded, wakeSweep } from '../../store/launches.ts';
import { recordNoCapacity } from '../../store/offerings.ts';
import { release } from '../../store/reservations.ts';
import { liveRestorePoints } from '../../store/restorePoints.ts';
import type { Dependencies } from '../dependencies.ts';
import { isHomeGone } from '../home/isHomeGone.ts';
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
 * Of the machine, unless that has been put aside before: its credential is worth nothing any more, what it had reserved is free, and where spot capacity was taken away it is tried last
 * for a while. Answers the newest restore point of the home: where it is not whole yet, making a volume of it waits until it is.
 * Throws HOME_LOST where there is neither that nor the volume.
 */
export const afterMachine =
  ({ db, ec2 }: Pick<Dependencies, 'db' | 'ec2'>) =>
  async (
    { workspaceId }: OperationRef,
    machine: Machine | null,
    market: Market,
    { volumeId }: Home,
  ): Promise<LastSource | null> => {
    if (machine !== null) await putAside(workspaceId, machine, market);
    const points = await liveRestorePoints(db, workspaceId);
    const newest = points.findLast(({ state }) => state === 'completed' || state === 'pending');
    const snapshotId = newest?.snapshot_id ?? null;
    const homeIsGone = await isHomeGone({ ec2 }, volumeId);
    if (newest === undefined || snapshotId === null) {
      if (homeIsGone) throw new BerthError('HOME_LOST', { volume_id: volumeId });
      return null;
    }
    const source = { restorePointId: newest.id, snapshotId, sizeGb: newest.size_gb };
    return homeIsGone ? { ...source, homeIsGone } : source;

    async function putAside(id: WorkspaceId, one: Machine, boughtIn: Market): Promise<void> {
      const { instanceType, zone, region, generation, attempt } = one;
      const watcher = Context.current().info.workflowExecution!.workflowId;
      await recordEnded(db, { workspaceId: id, generation, attempt }, watcher);
      await release(db, id, { from: 1, to: generation });
      if (boughtIn === 'spot') await recordNoCapacity(db, region, { instanceType, zone, market: boughtIn });
    }
  };
