// What a describe call answers of a table: by id or by filter, as its readers see it, in pages and in no order that means anything.

import type { Row, Table } from '../state/table.ts';
import { Ec2Error } from './errors.ts';
import { type FilterReaders, type Filters, type Matcher, matchers } from './filters.ts';
import { checkId, type Kind, notFound } from './ids.ts';
import { type Page, type PageBounds, pageFrom, type Paging } from './paging.ts';

export type Selection<T> = {
  readonly kind: Kind;
  readonly ids: readonly string[] | undefined;
  readonly filters: Filters | undefined;
  readonly readers: FilterReaders<T>;
  readonly paging: Paging;
  readonly bounds?: PageBounds;
  /** True for what another account owns: its id is left out, not refused (facts/ec2.md 1.4). */
  readonly isOthers?: (id: string) => boolean;
  readonly where?: (row: T) => boolean;
};

/** The most ids that one call takes. */
const MAX_IDS = 1_000;

export function select<T extends Row>(table: Table<T>, selection: Selection<T>): Page<T> {
  const { kind, ids, filters, readers, paging, bounds, where = () => true } = selection;
  const all = matchers(filters, readers);
  if (ids !== undefined && paging.MaxResults !== undefined) {
    throw new Ec2Error('InvalidParameterCombination', `The ids of a call cannot be used with the parameter maxResults`);
  }
  const isFound = (row: T): boolean => where(row) && all.every((matcher) => matcher.matches(row));
  return pageFrom(
    function* (after) {
      const rows = ids === undefined ? candidates(table, all, after) : named(table, kind, ids, selection.isOthers);
      for (const row of rows) if (row.id > after && isFound(row)) yield row;
    },
    paging,
    bounds,
  );
}

function named<T extends Row>(
  table: Table<T>,
  kind: Kind,
  ids: readonly string[],
  isOthers: (id: string) => boolean = () => false,
): T[] {
  if (ids.length > MAX_IDS) throw new Ec2Error('InvalidParameterValue', `A call takes at most ${MAX_IDS} ids`);
  for (const id of ids) checkId(kind, id);
  const missing = ids.filter((id) => table.seen(id) === undefined && !isOthers(id));
  if (missing.length > 0) throw notFound(kind, missing);
  return [...new Set(ids)].sort().flatMap((id) => table.seen(id) ?? []);
}

/** Those that an index finds, where a filter has one and readers see the truth; else all. Sorted by id, which is random. */
function candidates<T extends Row>(table: Table<T>, all: readonly Matcher<T>[], after: string): Iterable<T> {
  if (!table.isCurrent) return table.seenValues().sort(byId);
  for (const { name, exact } of all) {
    if (exact === null) continue;
    const [index, key] = name.startsWith('tag:') ? ['tag', `${name.slice(4)}=`] : [name, ''];
    if (name === table.idFilter) return [...new Set(exact)].flatMap((id) => table.get(id) ?? []).sort(byId);
    if (!table.hasIndex(index)) continue;
    return [...new Set(exact.flatMap((value) => table.by(index, `${key}${value}`)))].sort(byId);
  }
  return table.sortedAfter(after);
}

const byId = (a: Row, b: Row): number => (a.id < b.id ? -1 : 1);
