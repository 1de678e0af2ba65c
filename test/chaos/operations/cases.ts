// Which fault is tried at which boundary in which round.

import type { Boundary, Fault } from './gate.ts';
import { type Life, SPOT } from './lives.ts';
import type { Recorded } from './record.ts';
import type { Case } from './round.ts';
import type { Moment } from './visits.ts';

/** Before anything is done, after an AWS call took effect and before it is written down, after all and before anybody is told. */
const TRIED: Readonly<Record<Moment, readonly Fault[]>> = {
  call: ['dies', 'loses Postgres', 'loses its machine', 'fails'],
  after: ['dies', 'fails'],
  before: ['hangs', 'dies', 'loses its machine', 'loses Postgres'],
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
      own.flatMap((boundary) => TRIED[boundary.moment].map((fault) => caseOf(life, boundary, fault))),
    );
  });

/** Only spot machines are taken away; what comes of the workspace then is as good as what was asked for. */
const caseOf = (life: Life, boundary: Boundary, fault: Fault): Case =>
  fault === 'loses its machine'
    ? { life: { ...life, body: SPOT, rests: life.rests.phase === 'gone' ? life.rests : {} }, boundary, fault }
    : { life, boundary, fault };

/** One fault for each place of each operation; another one in each turn. */
export const turn = (faults: readonly Case[][], number: number): Case[] =>
  faults.map((own, index) => own[(index + number) % own.length]!);

/** Each once, the places in turn. */
export function all(faults: readonly Case[][]): Case[] {
  const turns = Math.max(...faults.map((own) => own.length));
  return Array.from({ length: turns }, (_, number) => faults.flatMap((own) => own[number] ?? [])).flat();
}
