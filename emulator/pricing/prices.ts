// What things cost: for EC2's own answers, for the price list and for control.

import { listedInstanceUsd, listedRateUsd, soldRegion, storageRate } from './list.ts';
import { overriddenUsd, type PriceContext } from './overrides.ts';
import { formatUsd } from './usd.ts';

export { type PriceChange, type PriceContext, type PriceOverrides, setPrice } from './overrides.ts';
export { type SpotPrice, spotHistory, spotPrice } from './spot.ts';

/** USD per hour with six decimals; null where the type is not sold. With a context: as that account's prices were set. */
export function onDemandPrice(instanceType: string, region: string, context?: PriceContext): string | null {
  const usd = instanceUsd(instanceType, region, context);
  return usd === null ? null : formatUsd(usd);
}

/** USD per month with six decimals, of a volume type, 'snapshot' or 'snapshot-archive'. RangeError for other types, sizes and regions. */
export function storagePrice(type: string, gb: number, region = 'us-east-1', context?: PriceContext): string {
  const rate = storageRate(type);
  if (rate === undefined || soldRegion(region) === undefined) throw new RangeError(`${type} is not sold in ${region}`);
  if (!Number.isSafeInteger(gb) || gb < 0) throw new RangeError(`${gb} is no number of gigabytes`);
  return formatUsd((overriddenUsd(context, type, region) ?? listedRateUsd(rate, region)) * BigInt(gb));
}

/** In micro-dollars. */
export const instanceUsd = (instanceType: string, region: string, context?: PriceContext): bigint | null =>
  overriddenUsd(context, instanceType, region) ?? listedInstanceUsd(instanceType, region);
