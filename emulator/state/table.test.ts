// Tables against the simplest thing that could be right: a map, searched from end to end, with all of its past.

import fc from 'fast-check';
import { steppedClock } from '../clock.ts';
import { Store } from './store.ts';

type Row = { readonly id: string; readonly colour: string; readonly n: number };
type Step =
  | { readonly type: 'put'; readonly row: Row }
  | { readonly type: 'delete'; readonly id: string }
  | { readonly type: 'wait'; readonly ms: number };

const id = fc.constantFrom('a', 'b', 'c', 'd');
const colour = fc.constantFrom('red', 'blue');
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ id, colour, n: fc.nat(9) }).map((row) => ({ type: 'put' as const, row })),
  id.map((gone) => ({ type: 'delete' as const, id: gone })),
  fc.integer({ min: 1, max: 60 }).map((ms) => ({ type: 'wait' as const, ms })),
);

it.each([0, 50])('says what a plain map would, to readers who see it %i ms late', (lagMs) => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), id, (steps, after) => {
      const clock = steppedClock(1_000);
      const store = new Store({ clock, lagMs: () => lagMs });
      const table = store.table<Row>('t', { indexes: { colour: (row) => [row.colour] }, lags: true });
      let now = new Map<string, Row>();
      const past: { readonly atMs: number; readonly rows: ReadonlyMap<string, Row> }[] = [{ atMs: 0, rows: now }];
      for (const next of steps) {
        if (next.type === 'wait') clock.advance(next.ms);
        else {
          now = new Map(now);
          if (next.type === 'put') now.set(table.put(next.row).id, next.row);
          else {
            table.delete(next.id);
            now.delete(next.id);
          }
          past.push({ atMs: clock.now(), rows: now });
        }
        const seen = past.findLast(({ atMs }) => atMs <= clock.now() - lagMs)!.rows;
        const byId = [...now.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
        expect(table.size).toBe(now.size);
        expect(table.sorted()).toEqual(byId);
        expect([...table.sortedAfter(after)]).toEqual(byId.filter((row) => row.id > after));
        for (const each of ['a', 'b', 'c', 'd']) {
          expect(table.get(each)).toEqual(now.get(each));
          expect([each, table.seen(each)]).toEqual([each, seen.get(each)]);
        }
        expect(new Set(table.seenValues())).toEqual(new Set(seen.values()));
        for (const each of ['red', 'blue']) {
          expect(new Set(table.by('colour', each))).toEqual(new Set(byId.filter((row) => row.colour === each)));
        }
      }
    }),
    { numRuns: 300 },
  );
});

it('a store gives the same table for the same name, and commits what changed as one', () => {
  const store = new Store({ clock: steppedClock(), lagMs: () => 0 });
  expect(store.table('t')).toBe(store.table('t'));
  store.table<Row>('t').put({ id: 'a', colour: 'red', n: 1 });
  store.commit();
  store.commit();
  store.close();
});
