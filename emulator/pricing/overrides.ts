// Prices that control code has set for an account; they go before the list.

import type { JsonContext } from '../json/service.ts';
import type { Table } from '../state/table.ts';
import { soldInstance, soldRegion, storageRate } from './list.ts';
import { parseUsd } from './usd.ts';

/** Whose prices: the caller's region doesn't matter, as one price list is asked about all regions. */
export type PriceContext = Pick<JsonContext, 'store' | 'accountId'>;

/** Of an instance type per hour or of storage per gigabyte-month in a region, or of spot in a zone. Null: as listed again. */
export type PriceChange =
  | { readonly type: string; readonly region: string; readonly usd: string | null }
  | { readonly type: string; readonly zone: string; readonly market: 'spot'; readonly usd: string | null };

/** A spot price has a history: each change and when it was made, oldest first. */
export type SpotChange = { readonly atMs: number; readonly usd: string | null };

type ListOverride = { readonly id: string; readonly usd: string };
type SpotOverrides = { readonly id: string; readonly changes: readonly SpotChange[] };

export type PriceOverrides = { readonly list: Table<ListOverride>; readonly spot: Table<SpotOverrides> };

const overrides = ({ store, accountId }: PriceContext, region: string): PriceOverrides => ({
  list: store.table(`${accountId}/${region}/pricing/list`),
  spot: store.table(`${accountId}/${region}/pricing/spot`),
});

/** Holds from now on. RangeError for what is not sold there and for what is no amount. */
export function setPrice(context: PriceContext, change: PriceChange): void {
  if (change.usd !== null) parseUsd(change.usd);
  if ('market' in change) setSpot(context, change.type, change.zone, change.usd);
  else setListed(context, change.type, change.region, change.usd);
}

export function overriddenUsd(context: PriceContext | undefined, type: string, region: string): bigint | null {
  const usd = context === undefined ? undefined : overrides(context, region).list.get(type)?.usd;
  return usd === undefined ? null : parseUsd(usd);
}

export const spotChanges = (context: PriceContext | undefined, type: string, zone: string): readonly SpotChange[] =>
  (context === undefined ? undefined : overrides(context, regionOf(zone)).spot.get(`${type}/${zone}`)?.changes) ?? [];

export const regionOf = (zone: string): string => zone.slice(0, -1);

function setListed(context: PriceContext, type: string, region: string, usd: string | null): void {
  const isSold = soldInstance(type)?.zones[region] !== undefined || storageRate(type) !== undefined;
  if (!isSold || soldRegion(region) === undefined) throw new RangeError(`${type} is not sold in ${region}`);
  const { list } = overrides(context, region);
  if (usd === null) list.delete(type);
  else list.put({ id: type, usd });
}

function setSpot(context: PriceContext, type: string, zone: string, usd: string | null): void {
  if (!soldInstance(type)?.zones[regionOf(zone)]?.includes(zone)) {
    throw new RangeError(`${type} is not offered in ${zone}`);
  }
  const atMs = context.store.clock.now();
  const before = spotChanges(context, type, zone).filter((change) => change.atMs < atMs);
  overrides(context, regionOf(zone)).spot.put({ id: `${type}/${zone}`, changes: [...before, { atMs, usd }] });
}
