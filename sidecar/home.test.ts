// Unmounting a real home: whoever has it open may write what it has before it is cut off. The system's commands are played.

import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unmountHome } from './home.ts';

let folder: string;
const { PATH } = process.env;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'berth-home-'));
  await mkdir(join(folder, 'home'));
  for (const name of ['sync', 'mount', 'umount']) await play(name, '');
  process.env['PATH'] = `${folder}:${PATH}`;
});
afterEach(async () => {
  process.env['PATH'] = PATH;
  await rm(folder, { recursive: true, force: true });
});

const log = (): string => join(folder, 'log');
async function play(name: string, script: string): Promise<void> {
  await writeFile(join(folder, name), `#!/bin/sh\necho "${name} $*" >> '${log()}'\n${script}\n`);
  await chmod(join(folder, name), 0o755);
}
const called = async (): Promise<string[]> =>
  (await readFile(log(), 'utf8'))
    .trim()
    .split('\n')
    .map((line) => line.replace(join(folder, 'home'), 'HOME'));

it('asks whoever has it open to end, waits until it has, and only then looks and unmounts', async () => {
  // In use for two looks after it was asked.
  await play(
    'fuser',
    `case "$*" in *-k*) exit 0;; esac; echo x >> '${folder}/looks'; [ "$(wc -l < '${folder}/looks')" -lt 3 ]`,
  );
  expect(await unmountHome(join(folder, 'home'), async () => 'as it is left')).toEqual({
    result: 'as it is left',
    haveEnded: true,
  });
  expect(await called()).toEqual([
    'fuser -k -TERM -M -m HOME',
    'fuser -M -m HOME',
    'fuser -M -m HOME',
    'fuser -M -m HOME',
    'sync -f HOME',
    'mount -o remount,ro HOME',
    'umount HOME',
  ]);
});

it('waits for nobody where nobody has it open', async () => {
  await play('fuser', 'exit 1');
  await unmountHome(join(folder, 'home'), async () => null);
  expect(await called()).toEqual([
    'fuser -k -TERM -M -m HOME',
    'fuser -M -m HOME',
    'sync -f HOME',
    'mount -o remount,ro HOME',
    'umount HOME',
  ]);
});

it('cuts off who does not end', async () => {
  await play('fuser', `case "$*" in *TERM*) exit 0;; *-k*) touch '${folder}/killed'; exit 0;; esac; exit 1`);
  await play('mount', `[ -e '${folder}/killed' ]`);
  expect(await unmountHome(join(folder, 'home'), async () => null)).toMatchObject({ haveEnded: false });
  expect((await called()).slice(3)).toEqual([
    'mount -o remount,ro HOME',
    'fuser -k -M -m HOME',
    'mount -o remount,ro HOME',
    'umount HOME',
  ]);
});

it('waits for those who do not end for as long as it is told to, and says so', async () => {
  await play('fuser', 'exit 0');
  expect(await unmountHome(join(folder, 'home'), async () => null, 1)).toMatchObject({ haveEnded: false });
  expect((await called()).at(-1)).toBe('umount HOME');
});
