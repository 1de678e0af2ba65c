// What came of it, for people.

import type { Recorded } from './record.ts';
import type { Result } from './round.ts';
import type { Played } from './sequences.ts';

/** Progress, as it happens: jest shows nothing of a test before it ends. */
export const tell = (line: string): void => void process.stderr.write(`${line}\n`);

type Judged = { readonly name: string; readonly workspaceId: string; readonly violations: readonly string[] };

/** A line for each violation, which names where. */
export const linesOf = (judged: readonly Judged[]): string[] =>
  judged.flatMap(({ name, workspaceId, violations }) => violations.map((line) => `${name} (${workspaceId}): ${line}`));

export function boundaryTable(
  recorded: readonly Recorded[],
  results: readonly Result[],
  leaks: readonly string[],
): string {
  const rows = recorded.map(({ life, boundaries }) => {
    const own = results.filter((result) => result.life.name === life.name);
    return [life.name, boundaries.length, own.length, own.filter(({ reached }) => reached).length, violationsOf(own)];
  });
  const sum = (column: number): number => rows.reduce((total, row) => total + Number(row[column]), 0);
  const total = ['together', sum(1), sum(2), sum(3), sum(4)];
  return `${table(['operation', 'boundaries', 'runs', 'reached', 'violations'], [...rows, total])}\nleaks: ${leaks.length}`;
}

export const sequenceTable = (played: readonly Played[], leaks: readonly string[]): string =>
  `${table(
    ['sequences', 'steps', 'accepted', 'violations', 'leaks'],
    [
      [
        played.length,
        played.reduce((total, { script }) => total + script.steps.length, 0),
        played.reduce((total, { accepted }) => total + accepted, 0),
        violationsOf(played),
        leaks.length,
      ],
    ],
  )}`;

const violationsOf = (judged: readonly { readonly violations: readonly string[] }[]): number =>
  judged.reduce((total, { violations }) => total + violations.length, 0);

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const all = [head, ...rows].map((row) => row.map(String));
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column]!.length)));
  return all.map((row) => row.map((cell, column) => cell.padEnd(widths[column]!)).join('  ')).join('\n');
}
