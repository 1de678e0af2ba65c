// The candidates of a launch in their order: type by type as decided, in every zone that offers it; the same for a quote and a launch.

import type { Candidate } from '../machine.ts';
import { formatUsd } from '../money.ts';
import type { Facts, Offer } from './gates.ts';

export type Places = {
  /** Zones that offer the type. */
  readonly zonesOf: (instanceType: string) => readonly string[];
  /** Which of the zones comes first, so that workspaces spread: any whole number. */
  readonly start: number;
};

/** One with what it costs at most. */
export type Priced = Candidate & { readonly offer: Offer };

/**
 * Where there was no room lately is tried all the same, but after everything else: AWS may have run out of the rest by then. That
 * goes for the first type too, or every create would ask each of its empty zones again.
 */
export function candidatesOf(
  offers: readonly Offer[],
  { avoided }: Pick<Facts, 'avoided'>,
  { zonesOf, start }: Places,
): Priced[] {
  const all = offers.flatMap((offer) => {
    const { instanceType, market } = offer.shape;
    return turned(zonesOf(instanceType), start).map((zone): Priced => ({ instanceType, zone, market, offer }));
  });
  const isAvoided = ({ instanceType, zone, market }: Priced): boolean =>
    avoided.has(`${instanceType}/${zone}/${market}`);
  return [...all.filter((each) => !isAvoided(each)), ...all.filter(isAvoided)];
}

/** On the wire: the price is the most that is charged. */
export const presentCandidate = ({ instanceType, zone, market, offer: { price } }: Priced) => ({
  instance_type: instanceType,
  zone,
  market,
  hourly_usd: price === null ? null : formatUsd(price.hourly),
});

function turned(zones: readonly string[], start: number): readonly string[] {
  const first = zones.length === 0 ? 0 : start % zones.length;
  return [...zones.slice(first), ...zones.slice(0, first)];
}
