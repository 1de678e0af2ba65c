// ModifyVolume where the home is not as large or as fast as it is asked to be; the machine grows the file system when it mounts it.

import { DescribeVolumesCommand, ModifyVolumeCommand } from '@aws-sdk/client-ec2';
import type { OperationRef } from '../../domain/ids.ts';
import type { Home } from '../../domain/machine.ts';
import { recordHomeSize } from '../../store/homes.ts';
import type { Dependencies } from '../dependencies.ts';
import { classify } from '../ec2/errors.ts';
import { aws, awsFailure } from '../failure.ts';
import { recordStep } from '../records/steps.ts';

export type HomeSize = { readonly sizeGb: number; readonly iops: number; readonly throughput: number };

/** The home with the size that it has then. AWS lets a volume be changed only so often: speed alone is not worth a failure. */
export const resizeHome =
  ({ db, ec2, log }: Dependencies) =>
  async (operation: OperationRef, home: Home, { sizeGb, iops, throughput }: HomeSize): Promise<Home> => {
    const { volumeId } = home;
    const { Volumes = [] } = await aws('DescribeVolumes', () =>
      ec2.describe.send(new DescribeVolumesCommand({ VolumeIds: [volumeId] })),
    );
    const [volume] = Volumes;
    const grows = sizeGb > (volume?.Size ?? home.sizeGb);
    const isAsAsked = !grows && volume?.Iops === iops && volume.Throughput === throughput;
    if (isAsAsked) return { ...home, sizeGb: volume?.Size ?? home.sizeGb };
    try {
      const Size = grows ? { Size: sizeGb } : {};
      await ec2.mutate.send(
        new ModifyVolumeCommand({ VolumeId: volumeId, ...Size, VolumeType: 'gp3', Iops: iops, Throughput: throughput }),
      );
    } catch (error) {
      const known = classify(error);
      if (known === null) throw error;
      if (grows) throw awsFailure('ModifyVolume', known, error as Error);
      log.warn({ err: error, volume_id: volumeId }, 'the home keeps the speed that it has');
      return home;
    }
    const now = { ...home, sizeGb: grows ? sizeGb : home.sizeGb };
    await recordHomeSize(db, volumeId, now.sizeGb);
    await recordStep(db, operation, 'home_grown', volumeId, {
      volume_id: volumeId,
      size_gb: now.sizeGb,
      iops,
      throughput,
    });
    return now;
  };
