// Spot prices: a stepwise history per type and zone, the same every time for a seed, with control's changes laid over it.

import { createHash } from 'node:crypto';
import { listedInstanceUsd, soldInstance } from './list.ts';
import { type PriceContext, regionOf, type SpotChange, spotChanges } from './overrides.ts';
import { formatUsd, parseUsd } from './usd.ts';

export type SpotPrice = { readonly atMs: number; readonly price: string };

/** Each slot has one change, in its first half: two to six hours pass from one to the next. */
const SLOT_MS = 4 * 60 * 60 * 1000;

/** USD per hour with six decimals. RangeError where the zone doesn't offer the type as spot. */
export const spotPrice = (
  seed: string,
  instanceType: string,
  zone: string,
  atMs: number,
  context?: PriceContext,
): string => formatUsd(stepAt(pool(seed, instanceType, zone, context), atMs).usd);

/**
 * Newest first: the changes of the time, and the one before it that was still in effect at `fromMs`. It goes back as far as
 * it is asked to; AWS keeps 90 days.
 */
export function spotHistory(
  seed: string,
  instanceType: string,
  zone: string,
  fromMs: number,
  toMs: number,
  context?: PriceContext,
): SpotPrice[] {
  // Else the loop below would have no end.
  if (!Number.isSafeInteger(fromMs) || !Number.isSafeInteger(toMs))
    throw new RangeError('times are whole milliseconds');
  const asked = pool(seed, instanceType, zone, context);
  const history: SpotPrice[] = [];
  for (let atMs = toMs; atMs >= fromMs; ) {
    const step = stepAt(asked, atMs);
    history.push({ atMs: step.atMs, price: formatUsd(step.usd) });
    atMs = step.atMs - 1;
  }
  return history;
}

type Pool = {
  readonly key: string;
  readonly lowest: bigint;
  readonly highest: bigint;
  readonly changes: readonly SpotChange[];
};

type Step = { readonly atMs: number; readonly usd: bigint };

function pool(seed: string, instanceType: string, zone: string, context: PriceContext | undefined): Pool {
  const listed = listedInstanceUsd(instanceType, regionOf(zone));
  const instance = soldInstance(instanceType);
  const isOffered = instance?.zones[regionOf(zone)]?.includes(zone) && instance.usage_classes.includes('spot');
  if (listed === null || !isOffered) {
    throw new RangeError(`${instanceType} has no spot price in ${zone}`);
  }
  return {
    key: `${seed}/${instanceType}/${zone}`,
    // 25 to 70 % of the list price: an account's own on-demand price rewrites no history.
    lowest: (listed * 25n + 99n) / 100n,
    highest: (listed * 70n) / 100n,
    changes: spotChanges(context, instanceType, zone),
  };
}

/** The change that is in effect at a time. */
function stepAt(asked: Pool, atMs: number): Step {
  const set = asked.changes.findLast((change) => change.atMs <= atMs);
  if (set !== undefined && set.usd !== null) return { atMs: set.atMs, usd: parseUsd(set.usd) };
  const seeded = seededStepAt(asked, atMs);
  return set === undefined ? seeded : { ...seeded, atMs: Math.max(seeded.atMs, set.atMs) };
}

function seededStepAt({ key, lowest, highest }: Pool, atMs: number): Step {
  const slot = Math.floor(atMs / SLOT_MS);
  const current = draw(key, slot);
  const { atMs: sinceMs, level } = current.atMs <= atMs ? current : draw(key, slot - 1);
  return { atMs: sinceMs, usd: lowest + ((highest - lowest) * BigInt(level)) / 0xffff_ffffn };
}

function draw(key: string, slot: number): { readonly atMs: number; readonly level: number } {
  const digest = createHash('sha256').update(`${key}/${slot}`).digest();
  return { atMs: slot * SLOT_MS + (digest.readUInt32BE(0) % (SLOT_MS / 2)), level: digest.readUInt32BE(4) };
}
