// DescribeSpotPriceHistory: the price at each change, the newest first; start and end the same is the price now (facts/ec2.md 1.8).

import { spotHistory } from '../../pricing/prices.ts';
import { boolean, integer, list, string } from '../../protocols/parameters.ts';
import { instanceTypes, zonesOf } from '../catalogue.ts';
import { Ec2Error } from '../errors.ts';
import { applyFilters, type FilterReaders, filterSchema } from '../filters.ts';
import { page } from '../paging.ts';
import { action, stopDryRun } from './action.ts';

type Price = {
  readonly id: string;
  readonly type: string;
  readonly zone: string;
  readonly product: string;
  readonly price: string;
  readonly atMs: number;
};

/** AWS keeps 90 days. */
const KEPT_MS = 90 * 86_400_000;
const PRODUCTS = ['Linux/UNIX', 'Linux/UNIX (Amazon VPC)'];

const readers: FilterReaders<Price> = {
  'availability-zone': (price) => [price.zone],
  'instance-type': (price) => [price.type],
  'product-description': (price) => [price.product],
  'spot-price': (price) => [price.price],
  timestamp: (price) => [new Date(price.atMs).toISOString()],
};

export const describeSpotPriceHistory = action(
  'DescribeSpotPriceHistory',
  {
    InstanceType: list(string),
    ProductDescription: list(string),
    AvailabilityZone: string,
    StartTime: string,
    EndTime: string,
    Filter: filterSchema,
    MaxResults: integer,
    NextToken: string,
    DryRun: boolean,
  },
  (region, input) => {
    const zones = zonesOf(region.name);
    const { AvailabilityZone: only } = input;
    if (only !== undefined && !zones.includes(only)) {
      throw new Ec2Error('InvalidParameterValue', `Invalid availability zone: [${only}]`);
    }
    const toMs = Math.min(timeOf(input.EndTime, 'EndTime') ?? region.nowMs, region.nowMs);
    const fromMs = Math.max(timeOf(input.StartTime, 'StartTime') ?? toMs - KEPT_MS, region.nowMs - KEPT_MS);
    if (fromMs > toMs) throw new Ec2Error('InvalidParameterValue', 'StartTime is after EndTime');
    stopDryRun(input.DryRun);
    const context = { store: region.world.store, accountId: region.accountId };
    // A product that is not Linux has no price here; one that both names mean is answered as the first.
    const products = (input.ProductDescription ?? [PRODUCTS[0]!]).filter((product) => PRODUCTS.includes(product));
    const prices = instanceTypes()
      .filter(
        ([type, { usage_classes }]) => usage_classes.includes('spot') && (input.InstanceType?.includes(type) ?? true),
      )
      .flatMap(([type, { zones: offered }]) =>
        (offered[region.name] ?? [])
          .filter((zone) => only === undefined || zone === only)
          .flatMap((zone) =>
            spotHistory(region.world.seed, type, zone, fromMs, toMs, context).map(({ atMs, price }) => {
              const product = products[0] ?? '';
              // Newest first, in the order of the pages.
              const id = `${String(Number.MAX_SAFE_INTEGER - atMs).padStart(16, '0')}/${type}/${zone}`;
              return { id, type, zone, product, price, atMs };
            }),
          ),
      );
    const found = products.length === 0 ? [] : applyFilters(prices, input.Filter, readers);
    const { items, nextToken } = page(
      found.sort((a, b) => (a.id < b.id ? -1 : 1)),
      { MaxResults: 1000, ...input },
      { min: 1, max: 1000 },
    );
    return {
      spotPriceHistorySet: items.map(({ type, zone, product, price, atMs }) => ({
        instanceType: type,
        productDescription: product,
        spotPrice: price,
        timestamp: new Date(atMs),
        availabilityZone: zone,
      })),
      nextToken: nextToken ?? '',
    };
  },
);

function timeOf(text: string | undefined, name: string): number | null {
  if (text === undefined) return null;
  const ms = Date.parse(text);
  if (Number.isNaN(ms))
    throw new Ec2Error('InvalidParameterValue', `Value (${text}) for parameter ${name} is invalid.`);
  return ms;
}
