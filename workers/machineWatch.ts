// Looks for machines that have ended unasked, on its own interval: nobody waits for them, so nobody wakes it.

import type { Logger } from 'pino';
import { transaction } from '../store/pool.ts';
import { sweepLostMachines } from './lostMachines.ts';
import type { SweepDependencies } from './sweepDependencies.ts';

/** A failed look is logged; the next one comes on its interval. */
export function startMachineWatch(deps: SweepDependencies & { readonly intervalMs: number; readonly log: Logger }): {
  stop(): Promise<void>;
} {
  let isStopped = false;
  let looking: Promise<void> = Promise.resolve();
  let timer = setTimeout(look, deps.intervalMs);

  function look(): void {
    looking = lookOnce()
      .catch((error: unknown) => deps.log.warn({ err: error }, 'the look for lost machines failed'))
      .then(() => {
        if (!isStopped) timer = setTimeout(look, deps.intervalMs);
      });
  }

  /** Where another worker is looking right now, that one's look counts. */
  const lookOnce = (): Promise<void> =>
    transaction(deps.db, async (lock) => {
      const { rows } = await lock.query(
        `select pg_try_advisory_xact_lock(hashtextextended('machine-watch/' || $1, 0)) as mine`,
        [deps.region],
      );
      if (rows[0].mine) await sweepLostMachines(deps);
    });

  return {
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      await looking;
    },
  };
}
