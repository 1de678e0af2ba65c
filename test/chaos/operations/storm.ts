// What goes wrong for everybody at once, until it is ended: the worker is killed, Postgres is cut off from it.

import { setTimeout as pause } from 'node:timers/promises';
import fc from 'fast-check';
import type { World } from './world.ts';

export type Storm = {
  /** All is well again, and nobody waits at a boundary. */
  end(): Promise<{ readonly kills: number; readonly outages: number }>;
};

const weather = fc.infiniteStream(
  fc.record({ what: fc.constantFrom('kill', 'outage', 'nothing'), firstMs: fc.integer({ min: 1_000, max: 5_000 }) }),
);
/** Long enough for every query of the worker to fail once. */
export const OUTAGE_MS = 1_500;

/** Drawn from the seed. */
export function startStorm(world: World, seed: number): Storm {
  const { gate } = world;
  const ending = new AbortController();
  const count = { kills: 0, outages: 0 };
  const rage = async (): Promise<void> => {
    for (const { what, firstMs } of fc.sample(weather, { seed, numRuns: 1 })[0]!) {
      await pause(firstMs, null, { signal: ending.signal }).catch(() => null);
      if (ending.signal.aborted) return;
      if (what === 'kill') {
        await world.replaceWorker();
        gate.release('dies');
        count.kills++;
      }
      if (what === 'outage') {
        await outage(world);
        count.outages++;
      }
    }
  };
  const raging = rage();
  return {
    async end() {
      ending.abort();
      await raging;
      gate.disarm();
      return count;
    },
  };
}

/** Whoever waits for it goes on in it. */
export async function outage({ gate, postgres }: World): Promise<void> {
  await postgres.down();
  gate.release('loses Postgres');
  await pause(OUTAGE_MS);
  await postgres.up();
}
