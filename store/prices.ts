// List and spot prices as they were last read from AWS.

import type { ListPrices } from '../domain/compute/price.ts';
import type { Queryable } from './pool.ts';

/** A spot price's key: `spot/t3.large/us-east-1a`. */
export const SPOT = 'spot/';

/** The columns that `readPrices` takes, as subqueries; both arguments are SQL. */
export const priceColumns = (region: string, wantsSpot: string): string => `
  (select coalesce(json_object_agg(key, usd_micros), '{}') from prices
    where region = ${region} and not starts_with(key, '${SPOT}')) as prices,
  (select min(priced_at) from prices where region = ${region} and not starts_with(key, '${SPOT}')) as priced_at,
  (select coalesce(json_object_agg(substr(key, ${SPOT.length + 1}), json_build_object('micros', usd_micros, 'readAt', priced_at)), '{}')
    from prices where region = ${region} and starts_with(key, '${SPOT}') and ${wantsSpot}) as spot`;

export type PriceColumns = {
  readonly prices: ListPrices['micros'];
  readonly priced_at: Date | null;
  readonly spot: ListPrices['spot'];
};

export const readPrices = ({ prices, priced_at: pricedAt, spot }: PriceColumns): ListPrices => ({
  micros: prices,
  pricedAt: pricedAt === null ? null : pricedAt.toISOString(),
  spot,
});

export async function pricesOf(db: Queryable, region: string): Promise<ListPrices> {
  const { rows } = await db.query<PriceColumns>(`select ${priceColumns('$1', 'true')}`, [region]);
  return readPrices(rows[0]!);
}

/** Replaces what was known of these; what the new list lacks keeps its old price and date. */
export async function recordPrices(db: Queryable, region: string, prices: ListPrices['micros']): Promise<void> {
  await db.query(
    `insert into prices (region, key, usd_micros, priced_at)
     select $1, key, value::bigint, now() from jsonb_each_text($2::jsonb)
     on conflict (region, key) do update set usd_micros = excluded.usd_micros, priced_at = excluded.priced_at`,
    [region, JSON.stringify(prices)],
  );
}
