// Where a workspace goes whose machine is taken away: which markets, in which order, and what it is asked for there.

import type { ErrorCode } from '../errors.ts';
import type { Market } from '../machine.ts';
import type { Compute } from './block.ts';

/** Spot again unless it is taken away too often; on-demand after it where the policy says so. None = its user decides. */
export function recoverMarkets(
  { market = 'on-demand', interruption_policy: policy = 'recover' }: Compute,
  isTooOften: boolean,
): readonly Market[] {
  if (market === 'on-demand') return ['on-demand'];
  if (policy === 'pause') return [];
  if (policy === 'recover') return ['spot'];
  return isTooOften ? ['on-demand'] : ['spot', 'on-demand'];
}

/** What only spot machines have does not go with another market. */
export function inMarket({ interruption_policy: policy, ...compute }: Compute, market: Market): Compute {
  if (compute.market === undefined && market === 'on-demand') return compute;
  const kept = market === 'spot' && policy !== undefined ? { interruption_policy: policy } : {};
  return { ...compute, market, ...kept };
}

/** What another market may have room for, and what there may be room for later; any other refusal holds there and then, too. */
export const isForWantOfRoom = (code: ErrorCode): boolean =>
  code === 'CAPACITY_EXHAUSTED' || code === 'AWS_QUOTA_INSUFFICIENT' || code === 'QUOTA_EXCEEDED';
