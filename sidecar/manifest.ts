// What is in a home, so that two looks at it can be compared: one line for each entry, and the digest over them all.

import { createHash } from 'node:crypto';
import { createReadStream, type Stats } from 'node:fs';
import { lstat, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

export type Manifest = {
  /** SHA-256 over the lines, in hexadecimal. */
  readonly digest: string;
  /** `content`: files by their bytes. `names`: by size and time alone, as reading them all would take minutes. */
  readonly level: 'content' | 'names';
  readonly files: number;
  readonly bytes: number;
};

/** More than this is not read through while a user waits; at 200 MB/s it takes ten seconds. */
const MOST_CONTENT_BYTES = 2_147_483_648;

/** Both looks choose the same level, as it follows from what is there. `path` is the mounted home. */
export async function manifestOf(path: string): Promise<Manifest> {
  const entries = await list(path, '');
  const files = entries.filter(({ stats }) => stats.isFile());
  const bytes = files.reduce((total, { stats }) => total + stats.size, 0);
  const level = bytes <= MOST_CONTENT_BYTES ? 'content' : 'names';
  const digest = createHash('sha256');
  for (const { name, stats } of entries) {
    const mode = (stats.mode & 0o7777).toString(8);
    digest.update(`${JSON.stringify(name)} ${mode} ${await whatItIs(join(path, name), stats, level)}\n`);
  }
  return { digest: digest.digest('hex'), level, files: files.length, bytes };
}

type Entry = { readonly name: string; readonly stats: Stats };

/** In the order of their names, whatever order the file system has. */
async function list(root: string, folder: string): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (const name of (await readdir(join(root, folder))).sort()) {
    // The file system's own, made with it: another volume of the same content may lack it.
    if (folder === '' && name === 'lost+found') continue;
    const path = join(folder, name);
    const stats = await lstat(join(root, path));
    entries.push({ name: path, stats });
    if (stats.isDirectory()) entries.push(...(await list(root, path)));
  }
  return entries;
}

async function whatItIs(path: string, stats: Stats, level: Manifest['level']): Promise<string> {
  if (stats.isDirectory()) return 'folder';
  if (stats.isSymbolicLink()) return `link ${JSON.stringify(await readlink(path))}`;
  if (!stats.isFile()) return 'special';
  if (level === 'names') return `file ${stats.size} ${Math.floor(stats.mtimeMs)}`;
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return `file ${stats.size} ${hash.digest('hex')}`;
}
