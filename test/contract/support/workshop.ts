// Makes what a test needs, and remembers what is to be unmade after it.

import {
  CreateSnapshotCommand,
  type CreateSnapshotCommandInput,
  CreateVolumeCommand,
  type CreateVolumeCommandInput,
  type CreateVolumeCommandOutput,
  type Instance,
  type ResourceType,
  RunInstancesCommand,
  type RunInstancesCommandInput,
  type RunInstancesCommandOutput,
  type Snapshot,
} from '@aws-sdk/client-ec2';
import { clear, type Litter, noLitter, terminate } from './clearing.ts';
import type { Clients } from './clients.ts';
import { INSTANCE_TYPE } from './endpoint.ts';
import * as look from './looks.ts';
import type { Surroundings } from './surroundings.ts';
import { until } from './until.ts';

export type Made<Resource, Id extends keyof Resource> = Resource & { readonly [Key in Id]: string };
type Launch = Partial<RunInstancesCommandInput>;

export type Workshop = {
  /** To which a test may add, or from which it may take what it unmakes itself. */
  readonly litter: Litter;
  /** One instance in the first zone, with what the test says about it. */
  run(launch?: Launch): Promise<RunInstancesCommandOutput>;
  launch(launch?: Launch): Promise<Made<Instance, 'InstanceId'>>;
  launchRunning(launch?: Launch): Promise<Made<Instance, 'InstanceId'>>;
  /** 1 GiB in the first zone, with what the test says about it. Whoever has it can find it. */
  createVolume(input?: Partial<CreateVolumeCommandInput>): Promise<Made<CreateVolumeCommandOutput, 'VolumeId'>>;
  availableVolume(input?: Partial<CreateVolumeCommandInput>): Promise<string>;
  /** Whoever has it can find it. */
  createSnapshot(volumeId: string, input?: Partial<CreateSnapshotCommandInput>): Promise<Made<Snapshot, 'SnapshotId'>>;
  /** Ends an instance now, and waits for that. */
  terminate(instanceId: string): Promise<void>;
  clear(): Promise<void>;
};

/** By these tags what a run that was killed has left is found. */
export const marked = (...types: readonly ResourceType[]) =>
  types.map((ResourceType) => ({ ResourceType, Tags: [{ Key: 'berth-contract', Value: 'may be deleted' }] }));

export function openWorkshop(clients: Clients, around: () => Surroundings): Workshop {
  const { ec2 } = clients;
  const litter = noLitter();
  const workshop: Workshop = {
    litter,

    async run(launch = {}) {
      const answer = await ec2.send(
        new RunInstancesCommand({
          ImageId: around().image.ImageId,
          InstanceType: INSTANCE_TYPE as 't3.micro',
          MinCount: 1,
          MaxCount: 1,
          Placement: launch.SubnetId === undefined ? { AvailabilityZone: around().zone } : undefined,
          TagSpecifications: marked('instance', 'volume'),
          ...launch,
        }),
      );
      for (const { InstanceId, SpotInstanceRequestId } of answer.Instances ?? []) {
        litter.instances.add(InstanceId!);
        if (launch.DisableApiTermination) litter.protectedInstances.add(InstanceId!);
        if (SpotInstanceRequestId) litter.spotRequests.add(SpotInstanceRequestId);
      }
      return answer;
    },
    launch: async (launch) => (await workshop.run(launch)).Instances![0] as Made<Instance, 'InstanceId'>,
    launchRunning: async (launch) => look.instanceIn(clients, 'running', (await workshop.launch(launch)).InstanceId),

    async createVolume(input = {}) {
      const volume = await ec2.send(
        new CreateVolumeCommand({
          AvailabilityZone: around().zone,
          Size: 1,
          TagSpecifications: marked('volume'),
          ...input,
        }),
      );
      litter.volumes.add(volume.VolumeId!);
      await until(
        `${volume.VolumeId} is seen`,
        () => look.volume(clients, volume.VolumeId!),
        () => true,
      );
      return volume as Made<CreateVolumeCommandOutput, 'VolumeId'>;
    },
    async availableVolume(input) {
      const { VolumeId } = await workshop.createVolume(input);
      await until(
        'the volume is available',
        () => look.volumeState(clients, VolumeId),
        (state) => state === 'available',
      );
      return VolumeId;
    },

    async createSnapshot(VolumeId, input) {
      const snapshot = await ec2.send(
        new CreateSnapshotCommand({ VolumeId, TagSpecifications: marked('snapshot'), ...input }),
      );
      litter.snapshots.add(snapshot.SnapshotId!);
      await until(
        `${snapshot.SnapshotId} is seen`,
        () => look.snapshot(clients, snapshot.SnapshotId!),
        () => true,
      );
      return snapshot as Made<Snapshot, 'SnapshotId'>;
    },

    terminate: (id) => terminate(clients, litter, id),
    clear: () => clear(clients, litter),
  };
  return workshop;
}
