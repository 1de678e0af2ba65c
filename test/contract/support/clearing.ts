// Unmakes what a test has made: requests and instances first, then what they held.

import {
  CancelSpotInstanceRequestsCommand,
  DeleteSnapshotCommand,
  DeleteVolumeCommand,
  ModifyInstanceAttributeCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import type { Clients } from './clients.ts';
import { instance, instanceIn } from './looks.ts';
import { until } from './until.ts';

/** The ids of what there is to unmake. */
export type Litter = {
  readonly instances: Set<string>;
  readonly protectedInstances: Set<string>;
  readonly spotRequests: Set<string>;
  readonly volumes: Set<string>;
  readonly snapshots: Set<string>;
  readonly others: Set<() => Promise<unknown>>;
};

export const noLitter = (): Litter => ({
  instances: new Set(),
  protectedInstances: new Set(),
  spotRequests: new Set(),
  volumes: new Set(),
  snapshots: new Set(),
  others: new Set(),
});

/** What can't be unmade keeps nothing else from it, and is not tried again after each further test. */
export async function clear(clients: Clients, litter: Litter): Promise<void> {
  const { ec2 } = clients;
  const errors: unknown[] = [];
  const each = async <Id>(ids: Set<Id>, unmake: (id: Id) => Promise<unknown>): Promise<void> => {
    await Promise.all([...ids].map((id) => unmake(id).catch((error: unknown) => errors.push(error))));
    ids.clear();
  };
  await each(litter.protectedInstances, (InstanceId) =>
    ec2.send(new ModifyInstanceAttributeCommand({ InstanceId, DisableApiTermination: { Value: false } })),
  );
  // Before the instances: a persistent request would launch again what is terminated (facts/ec2.md 1.3).
  await each(litter.spotRequests, (id) =>
    ec2.send(new CancelSpotInstanceRequestsCommand({ SpotInstanceRequestIds: [id] })),
  );
  await each(litter.instances, (id) => terminate(clients, litter, id));
  await each(litter.volumes, (id) => deleteVolume(clients, id));
  await each(litter.snapshots, (SnapshotId) => gone(ec2.send(new DeleteSnapshotCommand({ SnapshotId }))));
  await each(litter.others, (undo) => undo());
  if (errors.length > 0) throw new AggregateError(errors, `not all could be unmade: ${errors.map(String).join('; ')}`);
}

/** Once this has resolved it is terminated; the volumes that it had are litter, whatever was to become of them. */
export async function terminate(clients: Clients, litter: Litter, id: string): Promise<void> {
  const { BlockDeviceMappings = [] } = await until(
    `${id} is known`,
    () => instance(clients, id),
    () => true,
  );
  for (const { Ebs } of BlockDeviceMappings) litter.volumes.add(Ebs!.VolumeId!);
  await clients.ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
  await instanceIn(clients, 'terminated', id);
}

/** As soon as it is neither being made nor in use. */
async function deleteVolume({ ec2 }: Clients, VolumeId: string): Promise<void> {
  const attempt = () =>
    gone(ec2.send(new DeleteVolumeCommand({ VolumeId }))).then(
      () => null,
      (error: Error) => error,
    );
  const isOver = (error: Error | null) => error === null || !/^(IncorrectState|VolumeInUse)$/.test(error.name);
  const error = await until(`${VolumeId} can be deleted`, attempt, isOver);
  if (error !== null) throw error;
}

/** What is gone already is gone. */
async function gone(deletion: Promise<unknown>): Promise<void> {
  await deletion.catch((error: Error) => {
    if (!error.name.endsWith('.NotFound')) throw error;
  });
}
