// The manifest of a home: the same for the same content in whatever order, another one for any change that a user would miss.

import { chmod, mkdir, mkdtemp, rename, rm, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { manifestOf } from './manifest.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'berth-manifest-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A small home, made in the given order of its parts. */
async function aHome(name: string, order: readonly number[] = [0, 1, 2, 3]): Promise<string> {
  const home = join(folder, name);
  await mkdir(join(home, 'work'), { recursive: true });
  const parts = [
    () => writeFile(join(home, 'b.txt'), 'two', { mode: 0o644 }),
    () => writeFile(join(home, 'a.txt'), 'one', { mode: 0o644 }),
    () => writeFile(join(home, 'work', 'page.html'), '<p>', { mode: 0o644 }),
    () => symlink('../a.txt', join(home, 'work', 'link')),
  ];
  for (const part of order) await parts[part]!();
  return home;
}

it('says how much there is, and is the same whatever the order and the time of its making', async () => {
  const [one, other] = [await aHome('one'), await aHome('other', [3, 2, 1, 0])];
  await utimes(join(other, 'a.txt'), 1, 1);
  const manifest = await manifestOf(one);
  expect(manifest).toEqual({ digest: expect.stringMatching(/^[0-9a-f]{64}$/), level: 'content', files: 3, bytes: 9 });
  expect(await manifestOf(other)).toEqual(manifest);
});

it.each<[string, (home: string) => Promise<unknown>]>([
  ['a byte of the same size', (home) => writeFile(join(home, 'a.txt'), 'oNe')],
  ['a mode', (home) => chmod(join(home, 'a.txt'), 0o600)],
  ["a folder's mode", (home) => chmod(join(home, 'work'), 0o700)],
  ['a name', (home) => rename(join(home, 'a.txt'), join(home, 'c.txt'))],
  ['a place', (home) => rename(join(home, 'a.txt'), join(home, 'work', 'a.txt'))],
  [
    "a link's aim",
    async (home) => {
      await rm(join(home, 'work', 'link'));
      await symlink('../b.txt', join(home, 'work', 'link'));
    },
  ],
  [
    'a file for a link to it',
    async (home) => {
      await rm(join(home, 'work', 'link'));
      await writeFile(join(home, 'work', 'link'), 'one');
    },
  ],
  ['a file that is gone', (home) => rm(join(home, 'b.txt'))],
  ['an empty file more', (home) => writeFile(join(home, 'empty'), '')],
  ['an empty folder more', (home) => mkdir(join(home, 'new'))],
])('%s makes another digest', async (_, change) => {
  const home = await aHome('home');
  const { digest } = await manifestOf(home);
  await change(home);
  expect((await manifestOf(home)).digest).not.toBe(digest);
});

it("does not follow a link, and leaves out the file system's own folder at the top alone", async () => {
  const home = await aHome('home');
  const before = await manifestOf(home);
  await mkdir(join(home, 'lost+found'));
  await writeFile(join(home, 'lost+found', '#1'), 'orphan');
  expect(await manifestOf(home)).toEqual(before);
  await mkdir(join(home, 'work', 'lost+found'));
  expect((await manifestOf(home)).digest).not.toBe(before.digest);
  await symlink(folder, join(home, 'around'));
  expect(await manifestOf(home)).toMatchObject({ files: before.files, bytes: before.bytes });
});

it('goes by size and time alone where reading all of it would take long', async () => {
  const home = await aHome('home');
  await writeFile(join(home, 'video'), '');
  // Sparse: nothing of it is on the disk.
  await truncate(join(home, 'video'), 2_147_483_648);
  await utimes(join(home, 'video'), 1, 1);
  const large = await manifestOf(home);
  expect(large).toMatchObject({ level: 'names', files: 4 });
  expect(await manifestOf(home)).toEqual(large);
  await utimes(join(home, 'video'), 2, 2);
  expect((await manifestOf(home)).digest).not.toBe(large.digest);
});

it('of a blank home is a manifest, too', async () => {
  expect(await manifestOf(folder)).toMatchObject({ level: 'content', files: 0, bytes: 0 });
});
