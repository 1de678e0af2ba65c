// Brings whatever writes into the home to rest: the hooks that the image brings, one after the other, each in its time.

import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** An agent or a browser that has not come to rest by then is cut off by the unmount, as by any stop of the machine. */
const HOOK_MS = 10_000;

/**
 * Runs the executables of `/etc/berth/quiesce.d` in the order of their names, all of them within `withinMs`; one that fails is
 * logged, and the next one runs. Returns the names of those that did not end well, or had no time left to begin.
 */
export async function runQuiesceHooks(
  root: string,
  withinMs: number,
  log: (line: string) => void,
): Promise<readonly string[]> {
  const until = performance.now() + withinMs;
  const failed: string[] = [];
  const folder = join(root, 'etc', 'berth', 'quiesce.d');
  const names = await readdir(folder).catch(() => [] as string[]);
  for (const name of names.sort()) {
    const timeout = Math.min(HOOK_MS, Math.floor(until - performance.now()));
    // To execFile no time would mean all of it. A hook that is over its time does not get to say so.
    const ending =
      timeout > 0
        ? run(join(folder, name), [], { timeout, killSignal: 'SIGKILL' })
        : Promise.reject(new Error('no time is left'));
    await ending.then(
      () => log(`quiesce hook ${name} ended`),
      (error: unknown) => {
        failed.push(name);
        log(`quiesce hook ${name} failed: ${String(error)}`);
      },
    );
  }
  return failed;
}
