// Brings whatever writes into the home to rest: the hooks that the image brings, one after the other, each in its time.

import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** An agent or a browser that has not come to rest by then is cut off by the unmount, as by any stop of the machine. */
const HOOK_MS = 10_000;

/** Runs the executables of `/etc/berth/quiesce.d` in the order of their names; one that fails is logged, and the next one runs. */
export async function runQuiesceHooks(root: string, log: (line: string) => void): Promise<void> {
  const folder = join(root, 'etc', 'berth', 'quiesce.d');
  const names = await readdir(folder).catch(() => [] as string[]);
  for (const name of names.sort()) {
    await run(join(folder, name), [], { timeout: HOOK_MS }).then(
      () => log(`quiesce hook ${name} ended`),
      (error: unknown) => log(`quiesce hook ${name} failed: ${String(error)}`),
    );
  }
}
