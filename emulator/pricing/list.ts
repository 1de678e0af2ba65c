// The list prices: what is sold where at what price, from the dated data files (facts/ec2.md 5).

import { readFileSync } from 'node:fs';
import { parseUsd, timesFactor } from './usd.ts';

export type SoldInstance = {
  readonly vcpus: number;
  readonly memory_mib: number;
  readonly current: boolean;
  readonly gpu?: { readonly count: number };
  readonly usage_classes: readonly string[];
  readonly zones: Readonly<Record<string, readonly string[]>>;
  /** Absent where the price list doesn't have the type. */
  readonly on_demand_usd_per_hour_us_east_1?: string;
};

export type SoldRegion = {
  readonly location: string;
  /** Before a usage type of the region: 'USW2'. */
  readonly usagePrefix: string;
  /** The emulator's own, on the prices of us-east-1. */
  readonly factor: string;
};

/** What is sold beside the instances: storage, IOPS, throughput, addresses. */
export type Rate = {
  readonly service: string;
  readonly family?: string;
  readonly usagetype: string;
  readonly unit: string;
  readonly usd: string;
  /** How a description goes on after the amount. */
  readonly per: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** The name under which a gigabyte-month of it is asked for: a volume type, 'snapshot' or 'snapshot-archive'. */
  readonly storage?: string;
  /** The same price in every region, and a usage type that is prefixed in us-east-1, too. */
  readonly everywhere?: boolean;
};

type PriceFile = {
  readonly published: string;
  readonly regions: Readonly<Record<string, SoldRegion>>;
  readonly rates: readonly Rate[];
};

const read = (path: string): unknown => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));

export const { published: PUBLISHED, regions: REGIONS, rates: RATES } = read('../data/prices.json') as PriceFile;
export const { types: INSTANCES } = read('../../data/ec2-instance-types.json') as {
  types: Readonly<Record<string, SoldInstance>>;
};

export const soldInstance = (instanceType: string): SoldInstance | undefined =>
  Object.hasOwn(INSTANCES, instanceType) ? INSTANCES[instanceType] : undefined;

export const soldRegion = (region: string): SoldRegion | undefined =>
  Object.hasOwn(REGIONS, region) ? REGIONS[region] : undefined;

/** Micro-dollars per hour; null where the region doesn't offer the type or the list has no price for it. */
export function listedInstanceUsd(instanceType: string, region: string): bigint | null {
  const instance = soldInstance(instanceType);
  const usd = instance?.on_demand_usd_per_hour_us_east_1;
  const factor = soldRegion(region)?.factor;
  if (instance?.zones[region] === undefined || usd === undefined || factor === undefined) return null;
  return timesFactor(parseUsd(usd), factor);
}

/** Micro-dollars per unit in a region that is sold. */
export const listedRateUsd = (rate: Rate, region: string): bigint =>
  timesFactor(parseUsd(rate.usd), rate.everywhere ? '1' : soldRegion(region)!.factor);

export const storageRate = (type: string): Rate | undefined => RATES.find((rate) => rate.storage === type);
