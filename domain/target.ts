// Where a workspace would go if its machine were taken away, and for how much.

import type { ErrorCode, ErrorContext } from './errors.ts';
import type { OperationId } from './ids.ts';
import type { Market } from './machine.ts';

/** Where a recover would go first. Prices by the hour as decimal text, null where they are not known. */
export type Target = {
  readonly instanceType: string;
  readonly zone: string;
  readonly market: Market;
  /** The most that is charged. */
  readonly hourlyUsd: string | null;
  /** What a spot machine is likely to cost. */
  readonly expectedHourlyUsd: string | null;
  /** The volume itself in its zone, a copy of it in another. */
  readonly home: 'moves' | 'copied';
};

type Refused = { readonly code: ErrorCode; readonly context: ErrorContext; readonly message: string };

/** As of a time, ISO; or why there is none. */
export type PricedTarget = { readonly at: string } & ({ readonly target: Target } | { readonly refused: Refused });

/** Of AWS, to leave a machine (domain/advice.ts). */
export type Advice = {
  readonly instanceId: string;
  /** ISO. */
  readonly noticedAt: string;
  /** Null = it waits until nothing else is under way. */
  readonly checkpointId: OperationId | null;
  readonly restorePointId: string | null;
  readonly priced: PricedTarget | null;
};

/** On the wire. */
export function presentPriced(priced: PricedTarget) {
  if ('refused' in priced) {
    const { code, message } = priced.refused;
    return { target: null, no_target: { code, error: message } };
  }
  const { instanceType, zone, market, hourlyUsd, expectedHourlyUsd, home } = priced.target;
  const target = {
    instance_type: instanceType,
    zone,
    market,
    hourly_usd: hourlyUsd,
    expected_hourly_usd: expectedHourlyUsd,
    home,
    priced_at: priced.at,
  };
  return { target, no_target: null };
}
