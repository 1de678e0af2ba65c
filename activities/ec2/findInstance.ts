// Looks an instance up: by its launch token, the answer to "did that call take effect?" (facts/ec2.md 1.1), or by its id.

import { DescribeInstancesCommand, type Instance } from '@aws-sdk/client-ec2';
import { aws } from '../failure.ts';
import type { Ec2Clients } from './clients.ts';

/** Null is no proof that there is none: what EC2 shows lags behind what it did (facts/ec2.md 1.4). */
export const findByToken = (ec2: Ec2Clients, clientToken: string): Promise<Instance | null> =>
  find(ec2, 'client-token', clientToken);

/** By a filter: an id that is gone is no error then. */
export const findById = (ec2: Ec2Clients, instanceId: string): Promise<Instance | null> =>
  find(ec2, 'instance-id', instanceId);

async function find(ec2: Ec2Clients, Name: string, value: string): Promise<Instance | null> {
  const { Reservations = [] } = await aws('DescribeInstances', () =>
    ec2.describe.send(new DescribeInstancesCommand({ Filters: [{ Name, Values: [value] }] })),
  );
  return Reservations.flatMap((reservation) => reservation.Instances ?? [])[0] ?? null;
}

/** True where the instance can never run again. */
export const isDead = (instance: Instance): boolean =>
  instance.State?.Name === 'shutting-down' || instance.State?.Name === 'terminated';
