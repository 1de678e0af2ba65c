// The journal: what an answer was given for is read back, whenever the process ended.

import { fork } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { noJournal, openJournal } from './journal.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'berth-journal-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const file = (): string => join(folder, 'state.jsonl');
const readBack = () => {
  const { journal, tables } = openJournal(folder);
  journal.close();
  return Object.fromEntries([...tables].map(([name, rows]) => [name, Object.fromEntries(rows)]));
};
const row = (id: string, n: number) => ({ table: 't', id, row: { id, n } });

it('is empty at first', () => {
  expect(readBack()).toEqual({});
});

it('reads back the newest of each row, and not what was deleted', () => {
  const { journal } = openJournal(folder);
  journal.append([row('a', 1), row('b', 1)]);
  journal.append([row('a', 2), { table: 't', id: 'b' }, { table: 'other', id: 'a', row: { id: 'a' } }]);
  journal.close();
  expect(readBack()).toEqual({ t: { a: { id: 'a', n: 2 } }, other: { a: { id: 'a' } } });
});

it('drops a last line that was cut off, whole: nobody was answered for it', () => {
  const { journal } = openJournal(folder);
  journal.append([row('a', 1)]);
  journal.close();
  const whole = JSON.stringify([row('a', 2), row('b', 2)]);
  for (const length of [1, 10, whole.length]) {
    appendFileSync(file(), whole.slice(0, length));
    expect(readBack()).toEqual({ t: { a: { id: 'a', n: 1 } } });
  }
});

it('goes on after a line that was cut off', () => {
  appendFileSync(file(), '[{"table"');
  const { journal } = openJournal(folder);
  journal.append([row('a', 1)]);
  journal.close();
  expect(readBack()).toEqual({ t: { a: { id: 'a', n: 1 } } });
});

it('refuses a file that is damaged further up, and says where', () => {
  writeFileSync(file(), '[]\nnonsense\n[]\n');
  expect(() => openJournal(folder)).toThrow(/state\.jsonl is damaged at line 2: move it away/);
});

it('is compact after a start, and the same', () => {
  const { journal } = openJournal(folder);
  for (let n = 0; n < 100; n++) journal.append([row('a', n)]);
  journal.close();
  expect(readFileSync(file(), 'utf8').split('\n')).toHaveLength(101);
  expect(readBack()).toEqual({ t: { a: { id: 'a', n: 99 } } });
  expect(readFileSync(file(), 'utf8').split('\n')).toHaveLength(2);
});

it('keeps what a process has said that it wrote, when it is killed in the middle', async () => {
  const script = join(folder, 'writer.mts');
  const module = fileURLToPath(new URL('./journal.ts', import.meta.url));
  writeFileSync(
    script,
    `import { openJournal } from ${JSON.stringify(module)};
     const { journal } = openJournal(process.argv[2]);
     for (let n = 1; ; n++) {
       journal.append([{ table: 't', id: 'a', row: { id: 'a', n } }, { table: 't', id: 'b', row: { id: 'b', n } }]);
       process.send(n);
       if (n % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
     }`,
  );
  const child = fork(script, [folder], {
    execArgv: ['--import', import.meta.resolve('tsx')],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  let said = 0;
  const exited = new Promise((resolve) => child.once('exit', resolve));
  await new Promise<void>((resolve) => {
    child.on('message', (n: number) => {
      said = n;
      if (n > 500) resolve();
    });
  });
  child.kill('SIGKILL');
  await exited;
  const { t } = readBack() as unknown as { t: { a: { n: number }; b: { n: number } } };
  expect(t.a.n).toBeGreaterThanOrEqual(said);
  expect(t.b.n).toBe(t.a.n);
});

it('that is none keeps nothing', () => {
  const { journal, tables } = noJournal();
  journal.append([row('a', 1)]);
  journal.close();
  expect(tables.size).toBe(0);
});
