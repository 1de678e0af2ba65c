// The journal: every change of state as a line of JSON, so that an emulator that was killed goes on where its last answer left it.

import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** One row of one table; without a row it is gone. */
export type Change = { readonly table: string; readonly id: string; readonly row?: unknown };

export type Journal = {
  /** All changes of one answer are kept together or not at all: they are one line. */
  append(changes: readonly Change[]): void;
  close(): void;
};

export type Opened = { readonly journal: Journal; readonly tables: ReadonlyMap<string, ReadonlyMap<string, unknown>> };

/** For an emulator whose state ends with its process. */
export const noJournal = (): Opened => ({ journal: { append() {}, close() {} }, tables: new Map() });

/**
 * Reads the state back and starts a new, compact journal. A last line that was cut off by a crash was never answered for, so it
 * is dropped; any other broken line is an error. Survives the death of the process; of the machine too, up to the last compaction.
 */
export function openJournal(folder: string): Opened {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'state.jsonl');
  const tables = existsSync(file) ? replay(readFileSync(file, 'utf8'), file) : new Map<string, Map<string, unknown>>();
  const fresh = `${file}.new`;
  const compact = openSync(fresh, 'w');
  for (const [table, rows] of tables) {
    for (const [id, row] of rows) writeSync(compact, line([{ table, id, row }]));
  }
  fsyncSync(compact);
  closeSync(compact);
  renameSync(fresh, file);
  const open = openSync(file, 'a');
  return {
    tables,
    journal: {
      append(changes) {
        writeSync(open, line(changes));
      },
      close() {
        fsyncSync(open);
        closeSync(open);
      },
    },
  };
}

const line = (changes: readonly Change[]): string => `${JSON.stringify(changes)}\n`;

function replay(text: string, file: string): Map<string, Map<string, unknown>> {
  const tables = new Map<string, Map<string, unknown>>();
  const lines = text.split('\n');
  // Every whole line ends with a newline, so what stands after the last one is cut off.
  lines.pop();
  for (const [index, content] of lines.entries()) {
    let changes: readonly Change[];
    try {
      changes = JSON.parse(content) as readonly Change[];
    } catch (cause) {
      throw new Error(`${file} is damaged at line ${index + 1}: move it away to start with an empty state`, { cause });
    }
    for (const { table, id, row } of changes) {
      const rows = tables.get(table) ?? new Map<string, unknown>();
      tables.set(table, rows);
      if (row === undefined) rows.delete(id);
      else rows.set(id, row);
    }
  }
  return tables;
}
