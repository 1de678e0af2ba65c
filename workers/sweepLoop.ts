// Runs the instance sweep: at once when an operation begins to wait, then on its interval.

import type { Logger } from 'pino';
import { WATCH_CHANNEL } from '../store/launches.ts';
import { listen } from '../store/listen.ts';
import { sweepInstances } from './instanceSweep.ts';
import type { SweepDependencies } from './sweepDependencies.ts';

export type SweepLoop = { stop(): Promise<void> };

/** A failed sweep is logged and the next one comes on its interval: an operation only learns later. */
export async function startSweepLoop(
  deps: SweepDependencies & { readonly intervalMs: number; readonly log: Logger },
): Promise<SweepLoop> {
  let stopped = false;
  let again = false;
  let sweeping: Promise<void> | null = null;
  let timer: NodeJS.Timeout | undefined;

  const wake = (): void => {
    if (stopped) return;
    again = true;
    sweeping ??= sweepWhileAsked().finally(() => {
      sweeping = null;
    });
  };

  const sweepWhileAsked = async (): Promise<void> => {
    while (again && !stopped) {
      again = false;
      clearTimeout(timer);
      try {
        await sweepInstances(deps);
      } catch (error) {
        deps.log.warn({ err: error }, 'instance sweep failed; the next one is on its interval');
      }
    }
    if (!stopped) timer = setTimeout(wake, deps.intervalMs);
  };

  const subscription = await listen(deps.db, WATCH_CHANNEL, { onNotice: wake, onGap: wake, retryMs: 1_000 });
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await subscription.close();
      await sweeping;
    },
  };
}
