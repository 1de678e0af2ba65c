// The emulator's whole state: named tables over one journal, and the due transitions, which are state, too.

import type { Clock } from '../clock.ts';
import { type Change, noJournal, openJournal, type Opened } from './journal.ts';
import { type Indexes, type Row, Table } from './table.ts';

export type StoreOptions = {
  readonly clock: Clock;
  /** Where the journal is; without it the state ends with the process. */
  readonly folder?: string;
  readonly lagMs: () => number;
  /** Runs before changes are written: what else has to be kept with them. */
  readonly beforeCommit?: () => void;
};

export type TableShape<T extends Row> = {
  readonly indexes?: Indexes<T>;
  readonly idFilter?: string;
  /** Its readers see it late, as EC2's do. */
  readonly lags?: boolean;
};

export class Store {
  readonly clock: Clock;
  readonly #opened: Opened;
  readonly #lagMs: () => number;
  readonly #tables = new Map<string, Table<never>>();
  readonly #beforeCommit: () => void;
  #changes: Change[] = [];

  constructor({ clock, folder, lagMs, beforeCommit = () => {} }: StoreOptions) {
    this.#beforeCommit = beforeCommit;
    this.clock = clock;
    this.#lagMs = lagMs;
    this.#opened = folder === undefined ? noJournal() : openJournal(folder);
  }

  /** Names of the tables that were read back. */
  get known(): string[] {
    return [...this.#opened.tables.keys()];
  }

  /** The table of that name, with the rows that it had; its shape is the first caller's. */
  table<T extends Row>(name: string, { lags = false, ...shape }: TableShape<T> = {}): Table<T> {
    const known = this.#tables.get(name);
    if (known !== undefined) return known as unknown as Table<T>;
    const rows = (this.#opened.tables.get(name) ?? new Map()) as ReadonlyMap<string, T>;
    const table = new Table<T>(rows, {
      clock: this.clock,
      ...shape,
      lagMs: lags ? this.#lagMs : () => 0,
      onChange: (id, row) => void this.#changes.push({ table: name, id, ...(row === undefined ? {} : { row }) }),
    });
    this.#tables.set(name, table as unknown as Table<never>);
    return table;
  }

  /** Writes what has changed since the last commit, as one. To be called before the caller learns of the change. */
  commit(): void {
    if (this.#changes.length === 0) return;
    this.#beforeCommit();
    const changes = this.#changes;
    this.#changes = [];
    this.#opened.journal.append(changes);
  }

  close(): void {
    this.commit();
    this.#opened.journal.close();
  }
}
