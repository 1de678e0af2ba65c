// Tables of the emulator's state: rows that are replaced, never changed, with indexes, and a view that lags behind the truth.

import type { Clock } from '../clock.ts';

/** Plain JSON, so that a row can be written and read back. */
export type Row = { readonly id: string };

/** The values under which a row is found; a list, as a row has many tags. */
export type Indexes<T extends Row> = Readonly<Record<string, (row: T) => readonly string[]>>;

export type TableOptions<T extends Row> = {
  readonly clock: Clock;
  readonly indexes?: Indexes<T>;
  /** The filter that names a row's id, 'instance-id'. */
  readonly idFilter?: string;
  /** What readers see is so many milliseconds old. */
  readonly lagMs: () => number;
  readonly onChange: (id: string, row: T | undefined) => void;
};

type Version<T> = { readonly atMs: number; readonly row: T | undefined };

export class Table<T extends Row> {
  readonly #rows: Map<string, T>;
  readonly #options: TableOptions<T>;
  readonly #indexes = new Map<string, Map<string, Set<string>>>();
  /** The ids in order, until a row comes or goes. */
  #order: string[] | null = null;
  /** Only while there is a lag: the versions of a row that some reader may still see, oldest first. */
  readonly #versions = new Map<string, Version<T>[]>();

  constructor(rows: Iterable<readonly [string, T]>, options: TableOptions<T>) {
    this.#options = options;
    this.#rows = new Map(rows);
    for (const name of Object.keys(options.indexes ?? {})) this.#indexes.set(name, new Map());
    for (const row of this.#rows.values()) this.#index(row, 'add');
  }

  get idFilter(): string | undefined {
    return this.#options.idFilter;
  }

  get size(): number {
    return this.#rows.size;
  }

  /** The truth. */
  get(id: string): T | undefined {
    return this.#rows.get(id);
  }

  values(): IterableIterator<T> {
    return this.#rows.values();
  }

  /** All of them by id. Ids are random, so it is an order that nobody can rely on for age. */
  sorted(): T[] {
    return [...this.sortedAfter('')];
  }

  /** Those whose ids come after the one given, without a look at the others. */
  *sortedAfter(after: string): Generator<T> {
    this.#order ??= [...this.#rows.keys()].sort();
    const order = this.#order;
    let [low, high] = [0, order.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (order[middle]! <= after) low = middle + 1;
      else high = middle;
    }
    for (let index = low; index < order.length; index++) {
      const row = this.#rows.get(order[index]!);
      if (row !== undefined) yield row;
    }
  }

  /** The rows that an index has under a value, without a look at the others. */
  by(index: string, value: string): T[] {
    return [...(this.#indexes.get(index)!.get(value) ?? [])].map((id) => this.#rows.get(id)!);
  }

  hasIndex(name: string): boolean {
    return this.#indexes.has(name);
  }

  put(row: T): T {
    const before = this.#rows.get(row.id);
    this.#remember(row.id, before, row);
    if (before === undefined) this.#order = null;
    else this.#index(before, 'delete');
    this.#rows.set(row.id, row);
    this.#index(row, 'add');
    this.#options.onChange(row.id, row);
    return row;
  }

  delete(id: string): void {
    const before = this.#rows.get(id);
    if (before === undefined) return;
    this.#remember(id, before, undefined);
    this.#order = null;
    this.#index(before, 'delete');
    this.#rows.delete(id);
    this.#options.onChange(id, undefined);
  }

  /** True where readers see the truth, so that the indexes may be used for them. */
  get isCurrent(): boolean {
    return this.#options.lagMs() === 0 || this.#versions.size === 0;
  }

  /** What a reader sees of a row: what it was `lagMs` ago. */
  seen(id: string): T | undefined {
    if (this.#options.lagMs() === 0) return this.#rows.get(id);
    const versions = this.#versions.get(id);
    if (versions === undefined) return this.#rows.get(id);
    const cutoffMs = this.#options.clock.now() - this.#options.lagMs();
    return versions.findLast((version) => version.atMs <= cutoffMs)?.row;
  }

  /** All that a reader sees. */
  seenValues(): T[] {
    if (this.isCurrent) return [...this.#rows.values()];
    return [...new Set([...this.#rows.keys(), ...this.#versions.keys()])].flatMap((id) => this.seen(id) ?? []);
  }

  #remember(id: string, before: T | undefined, after: T | undefined): void {
    const lagMs = this.#options.lagMs();
    if (lagMs === 0) return void this.#versions.delete(id);
    const atMs = this.#options.clock.now();
    const versions = this.#versions.get(id) ?? [{ atMs: -Infinity, row: before }];
    versions.push({ atMs, row: after });
    // Of those older than the lag only the newest is still seen.
    const seenFrom = versions.findLastIndex((version) => version.atMs <= atMs - lagMs);
    this.#versions.set(id, versions.slice(Math.max(0, seenFrom)));
  }

  #index(row: T, change: 'add' | 'delete'): void {
    for (const [name, valuesOf] of Object.entries(this.#options.indexes ?? {})) {
      const index = this.#indexes.get(name)!;
      for (const value of valuesOf(row)) {
        const ids = index.get(value) ?? new Set<string>();
        ids[change](row.id);
        if (ids.size === 0) index.delete(value);
        else index.set(value, ids);
      }
    }
  }
}
