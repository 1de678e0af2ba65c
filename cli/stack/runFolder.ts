// A folder per run, removed at its end; what killed runs left is removed at the next start.

import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

const NAME = /^run-(\d+)-[0-9a-f]+$/;

export async function makeRunFolder(dataDir: string): Promise<string> {
  await removeStale(dataDir);
  const folder = join(dataDir, `run-${process.pid}-${randomBytes(3).toString('hex')}`);
  await mkdir(folder, { recursive: true });
  return folder;
}

async function removeStale(dataDir: string): Promise<void> {
  for (const name of await readdir(dataDir).catch(() => [] as string[])) {
    const pid = Number(NAME.exec(name)?.[1]);
    if (pid > 0 && !isAlive(pid)) await rm(join(dataDir, name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process is alive too.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
