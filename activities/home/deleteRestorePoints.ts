// DeleteSnapshot of restore points that nobody is to come back to; "already gone" is success.

import { DeleteSnapshotCommand, DescribeSnapshotsCommand } from '@aws-sdk/client-ec2';
import type { WorkspaceId } from '../../domain/ids.ts';
import {
  expiredRestorePoints,
  keepUntil,
  liveRestorePoints,
  recordRestorePointDeleted,
  type RestorePointRow,
} from '../../store/restorePoints.ts';
import type { Dependencies } from '../dependencies.ts';
import { isAwsCode } from '../ec2/errors.ts';
import { aws } from '../failure.ts';
import { RESTORE_POINT_TAG } from './takeRestorePoint.ts';

type Deleter = Pick<Dependencies, 'db' | 'ec2'>;

/** All of the workspace's. */
export const deleteRestorePoints =
  (deps: Deleter) =>
  async (workspaceId: WorkspaceId): Promise<number> => {
    const points = await liveRestorePoints(deps.db, workspaceId);
    for (const point of points) await deleteOne(deps, point);
    return points.length;
  };

/** Those whose time is over, of every workspace, beyond what each keeps; never the last one of a home that is in use. */
export const expireRestorePoints =
  (deps: Pick<Dependencies, 'db' | 'ec2' | 'settings'>) => async (): Promise<number> => {
    const { RESTORE_POINTS_KEPT: kept, RESTORE_POINT_DAYS: days, AWS_REGION: region } = deps.settings;
    const scheduled = {
      kept: deps.settings.SCHEDULED_RESTORE_POINTS_KEPT,
      days: deps.settings.SCHEDULED_RESTORE_POINT_DAYS,
    };
    const points = await expiredRestorePoints(deps.db, region, { kept, days, scheduled });
    for (const point of points) await deleteOne(deps, point);
    return points.length;
  };

/** Of a deleted workspace: they go after so many days. Returns until when it can be restored, ISO; null = it can't. */
export const keepRestorePoints =
  ({ db }: Pick<Dependencies, 'db'>) =>
  async (workspaceId: WorkspaceId, days: number): Promise<string | null> =>
    (await keepUntil(db, workspaceId, days))?.toISOString() ?? null;

async function deleteOne({ db, ec2 }: Deleter, { id, snapshot_id }: RestorePointRow): Promise<void> {
  const snapshotId = snapshot_id ?? (await whatWasMade());
  if (snapshotId !== undefined) {
    try {
      await ec2.mutate.send(new DeleteSnapshotCommand({ SnapshotId: snapshotId }));
    } catch (error) {
      if (!isAwsCode(error, 'InvalidSnapshot.NotFound')) await aws('DeleteSnapshot', () => Promise.reject(error));
    }
  }
  await recordRestorePointDeleted(db, id);

  async function whatWasMade(): Promise<string | undefined> {
    const Filters = [{ Name: `tag:${RESTORE_POINT_TAG}`, Values: [id] }];
    const { Snapshots = [] } = await aws('DescribeSnapshots', () =>
      ec2.describe.send(new DescribeSnapshotsCommand({ OwnerIds: ['self'], Filters })),
    );
    return Snapshots[0]?.SnapshotId;
  }
}
