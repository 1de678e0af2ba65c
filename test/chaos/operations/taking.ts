// AWS takes a machine of each workspace that waits for that at its boundary, each in another way, and lets it go on at once.

import { setTimeout as pause } from 'node:timers/promises';
import type { Fault } from './gate.ts';
import type { World } from './world.ts';

/** `endsAfterMs`: it is gone sooner than was told. */
type Way = { readonly notice?: number; readonly endsAfterMs?: number; readonly takes: 'oldest' | 'newest' };

/** With the time that was told, with hardly any, without a word, and sooner than told; the old machine, and the one that is being made. */
const WAYS: readonly Way[] = [
  { takes: 'oldest' },
  { takes: 'newest', notice: 3_000 },
  { takes: 'oldest', endsAfterMs: 4_000 },
  { takes: 'newest', notice: 0 },
  { takes: 'oldest', notice: 3_000 },
  { takes: 'newest' },
  { takes: 'oldest', notice: 0 },
];
const LOOK_MS = 100;

/** Until it is ended; by then each one's machine has been taken. */
export function takeMachines(
  world: World,
  all: readonly { readonly fault: Fault; readonly workspace: { readonly id: string } }[],
) {
  const those = all.filter(({ fault }) => fault === 'loses its machine');
  const ending = new AbortController();
  const early: Promise<void>[] = [];

  async function takeHeld(): Promise<void> {
    for (const id of world.gate.held('loses its machine')) {
      const way = WAYS[those.findIndex(({ workspace }) => workspace.id === id) % WAYS.length]!;
      await take(id, way);
      world.gate.release('loses its machine', [id]);
    }
  }

  async function take(id: string, { takes, notice, endsAfterMs }: Way): Promise<void> {
    const machines = world.berth
      .instances()
      .filter(({ tags, state }) => tags['WorkspaceID'] === id && state === 'running');
    const machine = machines.at(takes === 'oldest' ? 0 : -1);
    // Paused or ended: there is none to be taken.
    if (machine === undefined) return;
    // One that was bought on demand is not taken away: it breaks.
    if (machine.market !== 'spot') return void (await world.aws.kill(machine.id));
    await world.aws.interrupt(machine.id, notice === undefined ? {} : { notice_ms: notice });
    if (endsAfterMs !== undefined) early.push(endEarly(machine.id, endsAfterMs));
  }

  async function endEarly(instanceId: string, afterMs: number): Promise<void> {
    await pause(afterMs);
    // It may have been ended by Berth, as a machine that came to nothing.
    await world.aws.kill(instanceId).catch(() => null);
  }

  const looking = (async () => {
    while (!ending.signal.aborted) {
      await takeHeld();
      await pause(LOOK_MS, undefined, { signal: ending.signal }).catch(() => null);
    }
    await takeHeld();
  })();

  return {
    async end(): Promise<void> {
      ending.abort();
      await looking;
      await Promise.all(early);
    },
  };
}
