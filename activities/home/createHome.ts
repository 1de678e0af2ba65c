// CreateVolume for a home: its own volume with its own token, so that it is in no instance's lifecycle.

import type { OperationRef } from '../../domain/ids.ts';
import { CreateVolumeCommand, type CreateVolumeCommandInput, DeleteVolumeCommand } from '@aws-sdk/client-ec2';
import type { Home, LaunchKey, Owner } from '../../domain/machine.ts';
import { recordHomeCreated, recordHomeIntent } from '../../store/homes.ts';
import type { Dependencies } from '../dependencies.ts';
import { homeToken } from '../ec2/clientToken.ts';
import { givenUp, putAway } from '../ec2/putAway.ts';
import { ownerTags } from '../ec2/tags.ts';
import { aws } from '../failure.ts';
import { stepEvent } from '../records/steps.ts';

export type NewHome = {
  readonly operation: OperationRef;
  readonly key: LaunchKey;
  readonly owner: Owner;
  readonly zone: string;
  readonly sizeGb: number;
  readonly iops: number;
  /** MiB/s. */
  readonly throughput: number;
  /** The snapshot that it is made of; absent = it is blank. */
  readonly snapshotId?: string;
};

/** One volume for one intent, however often this runs. Throws MACHINE_DIED where the launch was given up. */
export const createHome =
  ({ db, ec2 }: Dependencies) =>
  async ({ operation, key, owner, zone, sizeGb, iops, throughput, snapshotId }: NewHome): Promise<Home> => {
    const request: CreateVolumeCommandInput = {
      ClientToken: homeToken(key, zone, sizeGb, snapshotId),
      AvailabilityZone: zone,
      ...(snapshotId === undefined ? {} : { SnapshotId: snapshotId }),
      Size: sizeGb,
      // The default is gp2 (facts/ec2.md 1.6).
      VolumeType: 'gp3',
      Iops: iops,
      Throughput: throughput,
      TagSpecifications: [
        { ResourceType: 'volume', Tags: [...ownerTags(owner, key.generation), { Key: 'berth:volume', Value: 'home' }] },
      ],
    };
    const clientToken = request.ClientToken!;
    const intent = await recordHomeIntent(db, {
      ...key,
      clientToken,
      request,
      zone,
      sizeGb,
    });
    if (intent === null) throw givenUp(key);
    const create = () => aws('CreateVolume', () => ec2.mutate.send(new CreateVolumeCommand(intent.request)));
    const volumeId = intent.volume_id ?? (await create()).VolumeId!;
    const step = { volume_id: volumeId, size_gb: sizeGb, zone, snapshot_id: snapshotId ?? null };
    const told = stepEvent(operation, 'home_created', volumeId, step);
    if (!(await recordHomeCreated(db, clientToken, volumeId, told))) {
      await putAway(() => ec2.mutate.send(new DeleteVolumeCommand({ VolumeId: volumeId })));
      throw givenUp(key);
    }
    return { volumeId, zone, sizeGb };
  };
