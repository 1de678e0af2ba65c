// Which fault is tried at which boundary in which round.

import type { Boundary, Fault } from './gate.ts';
import type { Recorded } from './record.ts';
import type { Case } from './round.ts';
import type { Moment } from './visits.ts';

/** Before anything is done, after an AWS call took effect and before it is written down, after all and before anybody is told. */
const TRIED: Readonly<Record<Moment, readonly Fault[]>> = {
  call: ['dies', 'loses Postgres', 'fails'],
  after: ['dies', 'fails'],
  before: ['hangs', 'dies', 'loses Postgres'],
};

/**
 * Everything that can go wrong in each operation, a list for each of its places: inside of an activity one after each call that
 * has changed something, and one around it, for before it and after it are nobody's in between.
 */
export const faultsOf = (recorded: readonly Recorded[]): Case[][] =>
  recorded.flatMap(({ life, boundaries }) => {
    const places = new Map<string, Boundary[]>();
    for (const boundary of boundaries) {
      const name = `${boundary.activity}#${boundary.nth} ${boundary.call ?? 'around'}`;
      places.set(name, [...(places.get(name) ?? []), boundary]);
    }
    return [...places.values()].map((own) =>
      own.flatMap((boundary) => TRIED[boundary.moment].map((fault) => ({ life, boundary, fault }))),
    );
  });

/** One fault for each place of each operation; another one in each turn. */
export const turn = (faults: readonly Case[][], number: number): Case[] =>
  faults.map((own, index) => own[(index + number) % own.length]!);

/** After so many each place has had all that can go wrong in it. */
export const turns = (faults: readonly Case[][]): number => Math.max(...faults.map((own) => own.length));
