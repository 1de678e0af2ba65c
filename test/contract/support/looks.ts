// Looks at single things, as a caller sees them.

import {
  DescribeInstancesCommand,
  DescribeSnapshotsCommand,
  DescribeSpotInstanceRequestsCommand,
  DescribeVolumesCommand,
  type Filter,
  type Instance,
  type InstanceStateName,
  type Snapshot,
  type SpotInstanceRequest,
  type Volume,
} from '@aws-sdk/client-ec2';
import type { Clients } from './clients.ts';
import { until } from './until.ts';

type Ec2 = Pick<Clients, 'ec2'>;

/** Rejects with InvalidInstanceID.NotFound. */
export async function instance({ ec2 }: Ec2, id: string): Promise<Instance & { readonly InstanceId: string }> {
  const { Reservations } = await ec2.send(new DescribeInstancesCommand({ InstanceIds: [id] }));
  return Reservations![0]!.Instances![0] as Instance & { readonly InstanceId: string };
}

/** Once it is in that state. */
export const instanceIn = (clients: Ec2, state: InstanceStateName, id: string) =>
  until(
    `${id} is ${state}`,
    () => instance(clients, id),
    ({ State }) => State?.Name === state,
  );

/** All pages. */
export async function instancesBy({ ec2 }: Ec2, ...Filters: Filter[]): Promise<Instance[]> {
  const found: Instance[] = [];
  let NextToken: string | undefined;
  do {
    const page = await ec2.send(new DescribeInstancesCommand({ Filters, NextToken }));
    found.push(...(page.Reservations ?? []).flatMap((reservation) => reservation.Instances ?? []));
    ({ NextToken } = page);
  } while (NextToken);
  return found;
}

/** Rejects with InvalidVolume.NotFound. */
export async function volume({ ec2 }: Ec2, id: string): Promise<Volume> {
  return (await ec2.send(new DescribeVolumesCommand({ VolumeIds: [id] }))).Volumes![0]!;
}

/** Null where it is gone, or not there yet. */
export const volumeState = (clients: Ec2, id: string): Promise<string | null> =>
  unlessNotFound(volume(clients, id).then(({ State }) => State!));

export const volumeIn = (clients: Ec2, state: string, id: string) =>
  until(
    `${id} is ${state}`,
    () => volume(clients, id),
    ({ State }) => State === state,
  );

/** Once its first attachment is in that state. */
export const volumeAttached = (clients: Ec2, id: string) =>
  until(
    `${id} is attached`,
    () => volume(clients, id),
    ({ Attachments }) => Attachments?.[0]?.State === 'attached',
  );

/** A deleted volume may be shown as such for a while. */
export const volumeGone = (clients: Ec2, id: string) =>
  until(
    `${id} is gone`,
    () => volumeState(clients, id),
    (state) => state === null || state === 'deleted',
  );

/** Rejects with InvalidSnapshot.NotFound. */
export async function snapshot({ ec2 }: Ec2, id: string): Promise<Snapshot> {
  return (await ec2.send(new DescribeSnapshotsCommand({ SnapshotIds: [id] }))).Snapshots![0]!;
}

export const snapshotCompleted = (clients: Ec2, id: string) =>
  until(
    `${id} is completed`,
    () => snapshot(clients, id),
    ({ State }) => State === 'completed',
  );

export async function spotRequest({ ec2 }: Ec2, id: string): Promise<SpotInstanceRequest> {
  const command = new DescribeSpotInstanceRequestsCommand({ SpotInstanceRequestIds: [id] });
  return (await ec2.send(command)).SpotInstanceRequests![0]!;
}

export const snapshotState = (clients: Ec2, id: string): Promise<string | null> =>
  unlessNotFound(snapshot(clients, id).then(({ State }) => State!));

const unlessNotFound = (look: Promise<string>): Promise<string | null> =>
  look.catch((error: Error) => {
    if (error.name.endsWith('.NotFound')) return null;
    throw error;
  });
