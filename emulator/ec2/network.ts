// The default network of a region: one VPC, one subnet in each zone, one security group; the same for ever, from the seed.

import { zonesOf } from './catalogue.ts';
import { idOf } from './ids.ts';
import type { Region } from './region.ts';

export type Subnet = {
  readonly id: string;
  readonly zone: string;
  readonly cidr: string;
  readonly vpcId: string;
};

/** A subnet's addresses, without the five that AWS keeps. */
const ADDRESSES = 4_091;

export const defaultGroupId = (region: Region): string => idOf('security group', region.world.seed, region.key);

export const subnetsOf = (region: Region): Subnet[] =>
  zonesOf(region.name).map((zone, index) => ({
    id: idOf('subnet', region.world.seed, region.key, zone),
    zone,
    cidr: `172.31.${index * 16}.0/20`,
    vpcId: region.vpcId,
  }));

/** The n-th address of the zone's subnet, round and round. */
export function addressIn(region: Region, zone: string, n: number): string {
  const index = zonesOf(region.name).indexOf(zone);
  const host = 4 + (n % ADDRESSES);
  return `172.31.${index * 16 + (host >> 8)}.${host & 255}`;
}

export const freeAddresses = (region: Region, zone: string): number =>
  ADDRESSES -
  [...region.instances.values()].filter((instance) => instance.zone === zone && instance.state !== 'terminated').length;
