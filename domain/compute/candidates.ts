// The candidates of a launch in their order: type by type as decided, in every zone that offers it; the same for a quote and a launch.

import type { Candidate } from '../machine.ts';
import { formatUsd } from '../money.ts';
import { expectedIn, type Facts, type Offer } from './gates.ts';
import type { Price } from './price.ts';

export type Places = {
  /** Zones that offer the type. */
  readonly zonesOf: (instanceType: string) => readonly string[];
  /** Which of the zones comes first, so that workspaces spread: any whole number. */
  readonly start: number;
};

/** One with what it costs at most, and what a spot machine is likely to cost; null where that is not known. */
export type Priced = Candidate & { readonly offer: Offer; readonly expected: Price | null };

/**
 * Where there was no room lately is tried all the same, but after everything else: AWS may have run out of the rest by then. That
 * goes for the first type too, or every create would ask each of its empty zones again. Spot machines go where they are cheapest.
 */
export function candidatesOf(offers: readonly Offer[], facts: Facts, { zonesOf, start }: Places): Priced[] {
  const all = offers.flatMap((offer) => {
    const { instanceType, market } = offer.shape;
    const candidates = turned(zonesOf(instanceType), start).map((zone): Priced => {
      const expected = expectedIn(zone, offer, facts);
      return { instanceType, zone, market, offer, expected };
    });
    return market === 'spot' ? candidates.sort(byExpected) : candidates;
  });
  const isAvoided = ({ instanceType, zone, market }: Priced): boolean =>
    facts.avoided.has(`${instanceType}/${zone}/${market}`);
  return [...all.filter((each) => !isAvoided(each)), ...all.filter(isAvoided)];
}

/** The home's own zone first, of each type: there the volume itself can be taken over. */
export function homeFirst<One extends Pick<Candidate, 'instanceType' | 'zone'>>(
  candidates: readonly One[],
  zone: string,
): One[] {
  return [...new Set(candidates.map(({ instanceType }) => instanceType))].flatMap((type) => {
    const ofType = candidates.filter(({ instanceType }) => instanceType === type);
    const isHome = (candidate: One): boolean => candidate.zone === zone;
    return [...ofType.filter(isHome), ...ofType.filter((candidate) => !isHome(candidate))];
  });
}

/**
 * Whatever can be had in the home's own zone first: the pool that has just been taken away comes last of it, and before a copy is made
 * elsewhere.
 */
export const zoneFirst = <One extends Pick<Candidate, 'zone'>>(candidates: readonly One[], zone: string): One[] => [
  ...candidates.filter((candidate) => candidate.zone === zone),
  ...candidates.filter((candidate) => candidate.zone !== zone),
];

function byExpected({ expected: a }: Priced, { expected: b }: Priced): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return a.hourly - b.hourly;
}

/** On the wire: the price is the most that is charged. */
export const presentCandidate = ({ instanceType, zone, market, offer: { price }, expected }: Priced) => ({
  instance_type: instanceType,
  zone,
  market,
  hourly_usd: price === null ? null : formatUsd(price.hourly),
  ...(market === 'spot' ? { expected_hourly_usd: expected === null ? null : formatUsd(expected.hourly) } : {}),
});

function turned(zones: readonly string[], start: number): readonly string[] {
  const first = zones.length === 0 ? 0 : start % zones.length;
  return [...zones.slice(first), ...zones.slice(0, first)];
}
