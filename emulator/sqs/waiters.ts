// Long polls: who waits for a message in which queue. No state: a caller whose connection is lost asks again.

import type { JsonContext } from '../json/service.ts';
import type { Store } from '../state/store.ts';
import { scope } from './queues.ts';

/** What the server may say beside the rest: when it is aborted, nobody is there to take the answer. */
export type PollContext = JsonContext & { readonly gone?: AbortSignal };

type Waiters = {
  /** By account, region and queue: has each one look again, those who came first first. */
  readonly byQueue: Map<string, Set<() => void>>;
  released: boolean;
};

const waitersOfStore = new WeakMap<Store, Waiters>();

function waitersOf(store: Store): Waiters {
  const known = waitersOfStore.get(store) ?? { byQueue: new Map<string, Set<() => void>>(), released: false };
  waitersOfStore.set(store, known);
  return known;
}

export type Poll<Found> = {
  readonly queue: string;
  readonly waitSeconds: number;
  /** Takes what is there; an empty list where there is nothing. What it throws ends the poll. */
  readonly take: () => readonly Found[];
  /** When a message may turn up by itself, as it is delayed or in flight: undefined where there is none. */
  readonly nextMs: () => number | undefined;
};

/** Resolves once there is something, and empty when the time is up, the caller gone or the waiters are released. */
export function poll<Found>(context: PollContext, what: Poll<Found>): Promise<readonly Found[]> {
  const { clock, gone, store } = context;
  const waiters = waitersOf(store);
  const key = keyOf(context, what.queue);
  const deadlineMs = clock.now() + what.waitSeconds * 1000;
  return new Promise((resolve, reject) => {
    let cancelTimer = (): void => {};
    const end = (): void => {
      cancelTimer();
      gone?.removeEventListener('abort', look);
      const others = waiters.byQueue.get(key);
      others?.delete(look);
      if (others?.size === 0) waiters.byQueue.delete(key);
    };
    function look(): void {
      cancelTimer();
      let found: readonly Found[];
      try {
        // Nothing is taken for a caller who can't get it: it would be in flight for nobody.
        found = gone?.aborted === true ? [] : what.take();
      } catch (error) {
        end();
        return reject(error as Error);
      }
      if (found.length > 0 || gone?.aborted === true || waiters.released || clock.now() >= deadlineMs) {
        end();
        return resolve(found);
      }
      cancelTimer = clock.schedule(Math.min(deadlineMs, what.nextMs() ?? deadlineMs), look);
    }
    waiters.byQueue.set(key, (waiters.byQueue.get(key) ?? new Set()).add(look));
    gone?.addEventListener('abort', look);
    look();
  });
}

/** To be called when something in the queue may have become visible, or sooner than it would have. */
export function wake(context: JsonContext, queue: string): void {
  for (const look of [...(waitersOf(context.store).byQueue.get(keyOf(context, queue)) ?? [])]) look();
}

/** Ends all long polls of the emulator that has this state; those that come later answer at once. */
export function releaseWaiters(store: Store): void {
  const waiters = waitersOf(store);
  waiters.released = true;
  for (const looks of [...waiters.byQueue.values()]) for (const look of [...looks]) look();
}

const keyOf = (context: JsonContext, queue: string): string => `${scope(context)}/${queue}`;
