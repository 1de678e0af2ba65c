// Deletes a home that no machine uses any more; "already gone" and "never made" are success.

import { DeleteVolumeCommand, DescribeVolumesCommand } from '@aws-sdk/client-ec2';
import type { OperationRef, WorkspaceId } from '../../domain/ids.ts';
import type { LaunchKey } from '../../domain/machine.ts';
import { type HomeRow, openHomes, recordHomeDeleted } from '../../store/homes.ts';
import type { Dependencies } from '../dependencies.ts';
import { isAwsCode } from '../ec2/errors.ts';
import { aws, notYet } from '../failure.ts';
import { recordStep } from '../records/steps.ts';

/** How soon to look again for a volume that EC2 may not show yet. */
const LOOK_AGAIN_MS = 2_000;

/** Which of the workspace's homes: those made for one launch, or all but one volume. */
export type WhichHomes = { readonly of: LaunchKey } | { readonly allBut: string | null };

/** The machines that had them must have ended, or given them back, before: a volume in use is retried, never forced. */
export const deleteHomes =
  ({ db, ec2, settings }: Dependencies) =>
  async (operation: OperationRef, workspaceId: WorkspaceId, which: WhichHomes): Promise<void> => {
    const graceMs = settings.NOT_FOUND_GRACE_SECONDS * 1000;
    for (const home of await openHomes(db, workspaceId)) if (isMeant(home)) await deleteOne(home);

    function isMeant({ volume_id, generation, attempt }: HomeRow): boolean {
      if ('of' in which) return generation === which.of.generation && attempt === which.of.attempt;
      return volume_id === null || volume_id !== which.allBut;
    }

    async function deleteOne(home: HomeRow): Promise<void> {
      const isYoung = home.read_at.getTime() - home.requested_at.getTime() < graceMs;
      const volumeId = home.volume_id ?? (await whatWasMade(home));
      if (volumeId === null && isYoung) {
        throw notYet('DescribeVolumes', 'a home without an answer may still show up', LOOK_AGAIN_MS);
      }
      if (volumeId !== null) {
        try {
          await ec2.mutate.send(new DeleteVolumeCommand({ VolumeId: volumeId }));
        } catch (error) {
          if (!isAwsCode(error, 'InvalidVolume.NotFound')) await aws('DeleteVolume', () => Promise.reject(error));
          if (isYoung) throw notYet('DeleteVolume', `${volumeId} is not visible yet`, LOOK_AGAIN_MS);
        }
        await recordStep(db, operation, 'home_deleted', volumeId, { volume_id: volumeId });
      }
      await recordHomeDeleted(db, home.client_token);
    }

    /** CreateVolume was asked for, but its answer was never recorded: the tags tell whose it is. */
    async function whatWasMade(home: HomeRow): Promise<string | null> {
      const { Volumes = [] } = await aws('DescribeVolumes', () =>
        ec2.describe.send(
          new DescribeVolumesCommand({
            Filters: [
              { Name: 'tag:WorkspaceID', Values: [workspaceId] },
              { Name: 'tag:berth:volume', Values: ['home'] },
              { Name: 'tag:berth:generation', Values: [String(home.generation)] },
              { Name: 'availability-zone', Values: [home.zone] },
            ],
          }),
        ),
      );
      const known = new Set((await openHomes(db, workspaceId)).map((other) => other.volume_id));
      return Volumes.find((volume) => !known.has(volume.VolumeId ?? null))?.VolumeId ?? null;
    }
  };
