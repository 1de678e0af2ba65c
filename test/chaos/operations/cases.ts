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
 * Each boundary as often as there are faults for it, the boundaries in turn: every one has had its first before any has its second.
 * Boundaries of one kind begin with another fault each, so that the first turn has them all.
 */
export function casesOf(recorded: readonly Recorded[]): Case[][] {
  const begun = new Map<Moment, number>();
  const own = recorded.flatMap(({ life, boundaries }) =>
    boundaries.map((boundary) => {
      const first = begun.get(boundary.moment) ?? 0;
      begun.set(boundary.moment, first + 1);
      const tried = TRIED[boundary.moment];
      return tried.map((_, turn) => caseOf(life, boundary, tried[(first + turn) % tried.length]!));
    }),
  );
  const turns = Math.max(...own.map((cases) => cases.length));
  return Array.from({ length: turns }, (_, turn) => inOrder(own.flatMap((cases) => cases[turn] ?? [])));
}

/** What is made comes first and what is deleted last: in between the same workspaces serve for all. */
function inOrder(cases: readonly Case[]): Case[] {
  const made = cases.filter(({ life }) => life.perform === undefined);
  const deleted = cases.filter(({ life }) => life.rests.phase === 'gone');
  const others = cases.filter((each) => !made.includes(each) && !deleted.includes(each));
  return [...made, ...dealt(others), ...deleted];
}

/** One of each operation after the other, so that what one leaves is there for the next to find. */
function dealt(cases: readonly Case[]): Case[] {
  const names = [...new Set(cases.map(({ life }) => life.name))];
  const byLife = names.map((name) => cases.filter(({ life }) => life.name === name));
  const longest = Math.max(0, ...byLife.map((own) => own.length));
  return Array.from({ length: longest }, (_, index) => byLife.flatMap((own) => own[index] ?? [])).flat();
}

/**
 * Only spot machines are taken away, and no spot machine is stopped: one that stops or was stopped breaks. What comes of the
 * workspace then is as good as what was asked for.
 */
const caseOf = (life: Life, boundary: Boundary, fault: Fault): Case =>
  fault === 'loses its machine'
    ? { life: { ...life, ...marketOf(life), rests: life.rests.phase === 'gone' ? life.rests : {} }, boundary, fault }
    : { life, boundary, fault };

const marketOf = ({ finds, rests }: Life): Pick<Life, 'body'> =>
  finds === 'stopped' || rests.hasMachine === true ? {} : { body: SPOT };
