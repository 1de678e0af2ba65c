// Ends what is provably ours and nobody's, was seen twice, and has had its grace; each is judged once more right before.

import { DeleteSnapshotCommand, DeleteVolumeCommand, TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import { workspaceId as asWorkspaceId } from '../../domain/ids.ts';
import { appendEvents } from '../../store/events.ts';
import { dueOrphans, originsOfHomes, type OrphanRow, releaseForgotten, settleOrphan } from '../../store/orphans.ts';
import { uuidOf } from '../../store/uuidOf.ts';
import type { Dependencies } from '../dependencies.ts';
import { isAwsCode } from '../ec2/errors.ts';
import { findById, isDead } from '../ec2/findInstance.ts';
import { doomedDevices, keepAttached } from '../home/keepHomes.ts';
import { orphansNow } from './findOrphans.ts';

/** "Already gone" is success; one that AWS will not end is logged, stays an orphan, and is met again at the next look. Answers how many. */
export const endOrphans = (deps: Dependencies) => async (): Promise<number> => {
  const { db, ec2, settings, log } = deps;
  await releaseForgotten(db);
  if (settings.ORPHANS === 'report') return 0;
  const due = await dueOrphans(db, settings.AWS_REGION, settings.ORPHAN_GRACE_SECONDS);
  if (due.length === 0) return 0;
  const now = new Map((await orphansNow(deps)).orphans.map((orphan) => [orphan.resourceId, orphan]));
  let ended = 0;
  for (const orphan of due) {
    if (now.get(orphan.resource_id)?.mayEnd !== true) continue;
    try {
      await end(orphan);
    } catch (error) {
      log.warn({ err: error, resource_id: orphan.resource_id }, 'an orphan could not be ended');
      continue;
    }
    ended++;
    await settleOrphan(db, orphan.resource_id, 'ended');
    await tell(orphan);
  }
  return ended;

  async function end({ kind, resource_id: id }: OrphanRow): Promise<void> {
    try {
      if (kind === 'instance') await endInstance(id);
      else if (kind === 'volume') await ec2.mutate.send(new DeleteVolumeCommand({ VolumeId: id }));
      else await ec2.mutate.send(new DeleteSnapshotCommand({ SnapshotId: id }));
    } catch (error) {
      if (!isAwsCode(error, 'InvalidInstanceID.NotFound', 'InvalidVolume.NotFound', 'InvalidSnapshot.NotFound'))
        throw error;
    }
  }

  /** What is attached to it stays: a home is judged by itself. */
  async function endInstance(id: string): Promise<void> {
    const instance = await findById(ec2, id);
    if (instance === null || isDead(instance)) return;
    const attached = (instance.BlockDeviceMappings ?? []).flatMap(({ Ebs }) => Ebs?.VolumeId ?? []);
    const homes = new Set((await originsOfHomes(db, attached)).keys());
    await keepAttached(ec2, id, doomedDevices(instance, homes));
    await ec2.mutate.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
  }

  async function tell({ resource_id, kind, why, workspace_id, first_seen_at }: OrphanRow): Promise<void> {
    log.warn({ resource_id, kind, workspace_id, why }, 'an orphan was ended');
    const workspaceId = asWorkspaceId(workspace_id ?? '');
    if (workspaceId === null) return;
    const payload = { resource_id, kind, why, first_seen_at };
    await appendEvents(db, [
      { id: uuidOf(`orphan-ended/${resource_id}`), type: 'WORKSPACE_ORPHAN_ENDED', workspaceId, payload },
    ]);
  }
};
