// AttachVolume made safe: describe first, "already attached there" is success (facts/ec2.md 1.6).

import type { OperationRef } from '../../domain/ids.ts';
import { setTimeout as wait } from 'node:timers/promises';
import { AttachVolumeCommand, DescribeVolumesCommand, type Volume } from '@aws-sdk/client-ec2';
import type { Home, Machine } from '../../domain/machine.ts';
import type { Dependencies } from '../dependencies.ts';
import { aws, notYet } from '../failure.ts';
import { recordStep } from '../records/steps.ts';

/** The first name that AWS recommends for data volumes; on Nitro the guest finds it by serial, not by name. */
const DEVICE = '/dev/sdf';

/** A new gp3 volume is available within a second or two: waiting for it here saves a trip through the server for each look. */
const CREATING_WAIT_MS = [50, 100, 200, 400, 800, 1_600];

/** The instance must be running or stopped. Throws AWS_STATE, retryable, while either is not ready. */
export const attachHome =
  ({ db, ec2 }: Dependencies) =>
  async (operation: OperationRef, home: Home, machine: Machine): Promise<void> => {
    const volume = await settledVolume();
    if (!isAttachedTo(volume, machine.instanceId)) {
      await aws('AttachVolume', () =>
        ec2.mutate.send(
          new AttachVolumeCommand({ VolumeId: home.volumeId, InstanceId: machine.instanceId, Device: DEVICE }),
        ),
      );
    }
    await recordStep(db, operation, 'home_attached', `${home.volumeId}/${machine.instanceId}`, {
      volume_id: home.volumeId,
      instance_id: machine.instanceId,
    });

    async function settledVolume(): Promise<Volume> {
      for (const waitMs of CREATING_WAIT_MS) {
        const found = await describe();
        if (found.State !== 'creating') return found;
        await wait(waitMs);
      }
      throw notYet('AttachVolume', `${home.volumeId} is still being created`, 2_000);
    }

    async function describe(): Promise<Volume> {
      const { Volumes = [] } = await aws('DescribeVolumes', () =>
        ec2.describe.send(new DescribeVolumesCommand({ VolumeIds: [home.volumeId] })),
      );
      return Volumes[0]!;
    }
  };

const isAttachedTo = (volume: Volume, instanceId: string): boolean =>
  (volume.Attachments ?? []).some(
    (attachment) => attachment.InstanceId === instanceId && ['attaching', 'attached'].includes(attachment.State ?? ''),
  );
