// AttachVolume made safe: where it is refused the volume is looked at, and "already attached there" is success (facts/ec2.md 1.6).

import type { OperationRef } from '../../domain/ids.ts';
import { setTimeout as wait } from 'node:timers/promises';
import { AttachVolumeCommand, DescribeVolumesCommand, type Volume, type VolumeAttachment } from '@aws-sdk/client-ec2';
import type { Home, Machine } from '../../domain/machine.ts';
import type { Dependencies } from '../dependencies.ts';
import { classify, isAwsCode } from '../ec2/errors.ts';
import { aws, awsFailure, notYet } from '../failure.ts';
import { recordStep } from '../records/steps.ts';
import { keepAttached } from './keepHomes.ts';

/** The first name that AWS recommends for data volumes; on Nitro the guest finds it by serial, not by name. */
const DEVICE = '/dev/sdf';

/** A new gp3 volume is available within a second or two: waiting for it here saves a trip through the server for each look. */
const CREATING_WAIT_MS = [50, 100, 200, 400, 800, 1_600];

/** The instance must be running or stopped, and does not take the home with it. Throws AWS_STATE, retryable, while either is not ready. */
export const attachHome =
  ({ db, ec2 }: Dependencies) =>
  async (operation: OperationRef, home: Home, machine: Machine): Promise<void> => {
    const attachment = await attached();
    // Said by AWS with the attachment: preserved is the default, and nobody relies on it.
    if (attachment?.DeleteOnTermination === true)
      await keepAttached(ec2, machine.instanceId, [attachment.Device ?? DEVICE]);
    await recordStep(db, operation, 'home_attached', `${home.volumeId}/${machine.instanceId}`, {
      volume_id: home.volumeId,
      instance_id: machine.instanceId,
    });

    /** Attaches first and looks only where that is refused: mostly the volume is ready, and one call is enough. */
    async function attached(): Promise<VolumeAttachment | undefined> {
      for (const waitMs of CREATING_WAIT_MS) {
        try {
          return await attach();
        } catch (error) {
          if (!isAwsCode(error, 'IncorrectState', 'VolumeInUse')) throw awsError(error);
          const volume = await describe();
          const present = attachmentTo(volume, machine.instanceId);
          if (present !== undefined) return present;
          // In use elsewhere, or a machine that is not ready: the failure says so, and Temporal tries again.
          if (volume.State !== 'creating') throw awsError(error);
        }
        await wait(waitMs);
      }
      throw notYet('AttachVolume', `${home.volumeId} is still being created`, 2_000);
    }

    function attach() {
      const { instanceId: InstanceId } = machine;
      return ec2.mutate.send(new AttachVolumeCommand({ VolumeId: home.volumeId, InstanceId, Device: DEVICE }));
    }

    async function describe(): Promise<Volume> {
      const { Volumes = [] } = await aws('DescribeVolumes', () =>
        ec2.describe.send(new DescribeVolumesCommand({ VolumeIds: [home.volumeId] })),
      );
      return Volumes[0]!;
    }
  };

function awsError(error: unknown): unknown {
  const known = classify(error);
  return known === null ? error : awsFailure('AttachVolume', known, error as Error);
}

/** `busy`: on its way off, but for a machine that holds it; there it stays as long as the machine has it mounted. */
const attachmentTo = (volume: Volume, instanceId: string): VolumeAttachment | undefined =>
  (volume.Attachments ?? []).find(
    (attachment) =>
      attachment.InstanceId === instanceId && ['attaching', 'attached', 'busy'].includes(attachment.State ?? ''),
  );
