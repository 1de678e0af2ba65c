// CreateSnapshot made safe: it has no token, so the restore point's own tag says whether it was made already (design, section 4).

import { Context } from '@temporalio/activity';
import { CreateSnapshotCommand, DescribeSnapshotsCommand, type Snapshot } from '@aws-sdk/client-ec2';
import type { NewRestorePoint, TakenRestorePoint } from '../../domain/restorePoint.ts';
import { wakeSweep } from '../../store/launches.ts';
import { recordRestorePoint, recordSnapshot } from '../../store/restorePoints.ts';
import { watchResource } from '../../store/watches.ts';
import type { Dependencies } from '../dependencies.ts';
import { ownerTags } from '../ec2/tags.ts';
import { isAwsCode } from '../ec2/errors.ts';
import { aws, notYet } from '../failure.ts';
import { recordStep, waits } from '../records/steps.ts';
import { uuidOf } from '../../store/uuidOf.ts';

const LOOK_AGAIN_MS = 1_500;

export const RESTORE_POINT_TAG = 'berth:restore-point';

/**
 * The snapshot has been asked for, and holds the volume as it was at that moment; the calling workflow is signalled
 * `resourceStateChanged` when it is whole (`completed`) or has failed (`error`).
 */
export const takeRestorePoint =
  ({ db, ec2, settings }: Dependencies) =>
  async (wanted: NewRestorePoint): Promise<TakenRestorePoint> => {
    const { operation, owner, generation, home, reason, quality, manifest } = wanted;
    const region = settings.AWS_REGION;
    const id = uuidOf(`${operation.operationId}/restore-point/${reason}/${home.volumeId}`);
    const row = await recordRestorePoint(db, {
      id,
      workspace_id: owner.workspaceId,
      tenant_id: owner.tenantId,
      region,
      operation_id: operation.operationId,
      generation,
      volume_id: home.volumeId,
      size_gb: home.sizeGb,
      reason,
      quality,
      manifest,
    });
    const snapshotId = row.snapshot_id ?? (await oldest())?.SnapshotId ?? (await create());
    await recordSnapshot(db, id, snapshotId);
    const watcher = Context.current().info.workflowExecution!.workflowId;
    await watchResource(db, {
      resourceId: snapshotId,
      watcher,
      region,
      kind: 'snapshot',
      until: ['completed', 'error'],
    });
    await Promise.all([
      wakeSweep(db, region),
      recordStep(db, operation, 'restore_point', id, {
        restore_point_id: id,
        snapshot_id: snapshotId,
        reason,
        quality,
        ...waits('snapshot completed', settings.SNAPSHOT_TIMEOUT_SECONDS * 1000),
      }),
    ]);
    return { restorePointId: id, snapshotId };

    /** Of two that a lost answer led to, the first is the one. */
    async function oldest(): Promise<Snapshot | undefined> {
      const Filters = [{ Name: `tag:${RESTORE_POINT_TAG}`, Values: [id] }];
      const { Snapshots = [] } = await aws('DescribeSnapshots', () =>
        ec2.describe.send(new DescribeSnapshotsCommand({ OwnerIds: ['self'], Filters })),
      );
      return Snapshots.sort((a, b) => Number(a.StartTime) - Number(b.StartTime))[0];
    }

    async function create(): Promise<string> {
      const Tags = [
        ...ownerTags(owner, generation),
        { Key: RESTORE_POINT_TAG, Value: id },
        { Key: 'berth:operation', Value: operation.operationId },
        { Key: 'berth:reason', Value: reason },
      ];
      const request = new CreateSnapshotCommand({
        VolumeId: home.volumeId,
        Description: `home of ${owner.workspaceId}: ${reason}`,
        TagSpecifications: [{ ResourceType: 'snapshot', Tags }],
      });
      try {
        return (await ec2.mutate.send(request)).SnapshotId!;
      } catch (error) {
        // One of a volume in 15 seconds (facts/ec2.md 1.7): it may be had at any moment, and a machine's end may be near.
        if (isAwsCode(error, 'SnapshotCreationPerVolumeRateExceeded')) {
          throw notYet('CreateSnapshot', `${home.volumeId} has just been copied`, LOOK_AGAIN_MS);
        }
        return aws('CreateSnapshot', () => Promise.reject(error));
      }
    }
  };
