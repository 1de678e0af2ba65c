// List prices as they were last read from AWS.

import type { ListPrices } from '../domain/compute/price.ts';
import type { Queryable } from './pool.ts';

/** Replaces what was known of these; what the new list lacks keeps its old price and date. */
export async function recordPrices(db: Queryable, region: string, prices: ListPrices['micros']): Promise<void> {
  await db.query(
    `insert into prices (region, key, usd_micros, priced_at)
     select $1, key, value::bigint, now() from jsonb_each_text($2::jsonb)
     on conflict (region, key) do update set usd_micros = excluded.usd_micros, priced_at = excluded.priced_at`,
    [region, JSON.stringify(prices)],
  );
}
