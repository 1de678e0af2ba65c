// A user's home as a test sees it: files written into its volume, and everything that is in it.

import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Berth } from './berth.ts';

/** The volume's bytes in the emulator. */
export const volumeFolder = (berth: Berth, volumeId: string): string => join(berth.folder, 'volumes', volumeId);

export async function writeHome(
  berth: Berth,
  volumeId: string,
  files: Readonly<Record<string, string>>,
): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    const path = join(volumeFolder(berth, volumeId), name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
  }
}

/** By path. */
export async function readHome(berth: Berth, volumeId: string): Promise<Record<string, string>> {
  const root = volumeFolder(berth, volumeId);
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const contents = await Promise.all(
    files.map(async (path) => [path.slice(root.length + 1), await readFile(path, 'utf8')]),
  );
  return Object.fromEntries(contents) as Record<string, string>;
}
