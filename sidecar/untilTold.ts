// Reads from the metadata service, which may come up later than the sidecar and be slow while the machine boots.

import { backoff, wait } from './wait.ts';

/** Reads again until there is an answer; `what` names it in the log. */
export async function untilTold<Told>(
  what: string,
  read: () => Promise<Told>,
  signal: AbortSignal,
  log: (line: string) => void,
): Promise<Told> {
  for (const pauseMs of backoff(100, 5_000)) {
    try {
      return await read();
    } catch (error) {
      log(`can't read ${what} yet: ${String(error)}`);
    }
    await wait(pauseMs, signal);
  }
  throw new Error('unreachable');
}
