// What can refuse a launch although it is right: the account's vCPUs and the capacity of the pool (facts/ec2.md 1.11, 2).

import { vcpuQuota } from '../../quotas/families.ts';
import { Ec2Error } from '../errors.ts';
import type { Market } from '../instances.ts';
import type { Region } from '../region.ts';

export type Demand = {
  readonly type: string;
  readonly zone: string;
  readonly market: Market;
  readonly vcpus: number;
  readonly count: number;
};

/** Throws VcpuLimitExceeded, MaxSpotInstanceCountExceeded. */
export function checkQuota(region: Region, { type, market, vcpus, count }: Demand): void {
  const { code } = vcpuQuota(type, market);
  const limit = region.world.quota(region, code);
  if (region.vcpusInUse(code) + vcpus * count <= limit) return;
  if (market === 'spot') throw new Ec2Error('MaxSpotInstanceCountExceeded', 'Max spot instance count exceeded');
  throw new Ec2Error(
    'VcpuLimitExceeded',
    `You have requested more vCPU capacity than your current vCPU limit of ${limit} allows for the instance bucket that the specified instance type belongs to.`,
  );
}

/** How many of the wanted ones the pool has; at least `least`, or it throws InsufficientInstanceCapacity. */
export function claimCapacity(region: Region, { type, zone, market, count }: Demand, least: number): number {
  const size = region.world.capacity(type, zone, market);
  const left = size === null ? count : Math.max(0, size - region.inPool(type, zone, market));
  if (left >= least) return Math.min(left, count);
  throw new Ec2Error(
    'InsufficientInstanceCapacity',
    `We currently do not have sufficient ${type} capacity in the Availability Zone you requested (${zone}). Our system will be working on provisioning additional capacity.`,
  );
}
