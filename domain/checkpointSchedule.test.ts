// When the next restore point is due: bounded, spread, and never for a home that has not changed.

import { checkpointEveryMinutes, nextCheckpointAt, type Schedule } from './checkpointSchedule.ts';

const NOON = Date.parse('2026-11-27T12:00:00Z');
const at = (minutes: number): Date => new Date(NOON + minutes * 60_000);
const dueAfter = (changed: Partial<Schedule>): number => {
  const schedule = { workspaceId: 'w', everyMinutes: 60, servingSince: at(0), last: null, ...changed };
  return (nextCheckpointAt(schedule)!.getTime() - NOON) / 60_000;
};
/** Later than three quarters of the time after `from`, and not after the whole of it. */
const isInTime = (due: number, from: number): boolean => due > from + 45 && due <= from + 60;

it.each([
  ['spot', null, 60, 60],
  ['spot', 15, 60, 15],
  ['spot', 0, 60, null],
  ['spot', null, 0, null],
  ['spot', 15, 0, 15],
  ['on-demand', 15, 60, null],
] as const)('%s that says %p, where %p is usual: %p', (market, said, usual, expected) =>
  expect(checkpointEveryMinutes(market, said, usual)).toBe(expected),
);

it('the first is due within the time after somebody began to be served, each further one after the one before', () => {
  expect(isInTime(dueAfter({}), 0)).toBe(true);
  for (const quality of ['frozen', 'crash', 'clean'] as const) {
    expect(isInTime(dueAfter({ last: { takenAt: at(30), quality } }), 30)).toBe(true);
  }
});

it('a home that was copied at rest counts as saved until it is used again; one that was copied in use does not', () => {
  expect(isInTime(dueAfter({ servingSince: at(300), last: { takenAt: at(10), quality: 'clean' } }), 300)).toBe(true);
  expect(isInTime(dueAfter({ servingSince: at(300), last: { takenAt: at(10), quality: 'frozen' } }), 10)).toBe(true);
});

it('nothing is due while nobody is served', () => {
  expect(nextCheckpointAt({ workspaceId: 'w', everyMinutes: 60, servingSince: null, last: null })).toBeNull();
});

it('a thousand that were copied at the same moment are due over a quarter of the time, in no minute many', () => {
  const minutes = new Map<number, number>();
  for (let n = 0; n < 1000; n++) {
    const due = dueAfter({ workspaceId: `workspace ${n}`, last: { takenAt: at(0), quality: 'frozen' } });
    expect(isInTime(due, 0)).toBe(true);
    minutes.set(Math.floor(due), (minutes.get(Math.floor(due)) ?? 0) + 1);
  }
  expect(minutes.size).toBeGreaterThanOrEqual(15);
  expect(Math.max(...minutes.values())).toBeLessThan(110);
});
