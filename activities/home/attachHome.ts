// AttachVolume made safe: where it is refused the volume is looked at, and "already attached there" is success (facts/ec2.md 1.6).

import type { OperationRef } from '../../domain/ids.ts';
import { setTimeout as wait } from 'node:timers/promises';
import { AttachVolumeCommand, DescribeVolumesCommand, type Volume } from '@aws-sdk/client-ec2';
import type { Home, Machine } from '../../domain/machine.ts';
import type { Dependencies } from '../dependencies.ts';
import { classify, isAwsCode } from '../ec2/errors.ts';
import { aws, awsFailure, notYet } from '../failure.ts';
import { recordStep } from '../records/steps.ts';

/** The first name that AWS recommends for data volumes; on Nitro the guest finds it by serial, not by name. */
const DEVICE = '/dev/sdf';

/** A new gp3 volume is available within a second or two: waiting for it here saves a trip through the server for each look. */
const CREATING_WAIT_MS = [50, 100, 200, 400, 800, 1_600];

/** The instance must be running or stopped. Throws AWS_STATE, retryable, while either is not ready. */
export const attachHome =
  ({ db, ec2 }: Dependencies) =>
  async (operation: OperationRef, home: Home, machine: Machine): Promise<void> => {
    await attached();
    await recordStep(db, operation, 'home_attached', `${home.volumeId}/${machine.instanceId}`, {
      volume_id: home.volumeId,
      instance_id: machine.instanceId,
    });

    /** Attaches first and looks only where that is refused: mostly the volume is ready, and one call is enough. */
    async function attached(): Promise<void> {
      for (const waitMs of CREATING_WAIT_MS) {
        try {
          await attach();
          return;
        } catch (error) {
          if (!isAwsCode(error, 'IncorrectState', 'VolumeInUse')) throw awsError(error);
          const volume = await describe();
          if (isAttachedTo(volume, machine.instanceId)) return;
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

const isAttachedTo = (volume: Volume, instanceId: string): boolean =>
  (volume.Attachments ?? []).some(
    (attachment) => attachment.InstanceId === instanceId && ['attaching', 'attached'].includes(attachment.State ?? ''),
  );
