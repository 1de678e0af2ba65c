// What a spot machine is likely to cost where it is tried first, beside what has to be authorised for it, and how old that price is.

import type { Priced } from '../domain/compute/candidates.ts';
import type { Facts } from '../domain/compute/gates.ts';
import { formatUsd } from '../domain/money.ts';

/** Nothing for a market that has one price; null where AWS was not asked yet. */
export function presentExpected(first: Priced | undefined, { spotOf }: Facts, now = Date.now()) {
  if (first?.market !== 'spot') return {};
  const { instanceType, zone, expected } = first;
  const readAt = spotOf(instanceType, zone)?.readAt;
  if (expected === null || readAt === undefined) return { expected_hourly_usd: null };
  const readMs = Date.parse(readAt);
  return {
    expected_hourly_usd: formatUsd(expected.hourly),
    expected_zone: zone,
    expected_as_of: new Date(readMs).toISOString(),
    expected_age_seconds: Math.max(0, Math.round((now - readMs) / 1000)),
    expected_source: 'aws-spot-price-history',
  };
}
