// Wakes the held requests of a workspace when there is news for them: one LISTEN for the whole process, however many are open.

import { listen } from '../store/listen.ts';
import type { Database } from '../store/pool.ts';

export type EventHub = {
  /** Resolves at the next news of the workspace, or of a possible gap, or after `timeoutMs`; at once when the hub is closed. */
  next(workspaceId: string, timeoutMs: number): Promise<void>;
  readonly closed: boolean;
  close(): Promise<void>;
};

/** How soon a lost connection to Postgres is made again. */
const RETRY_MS = 1_000;

/** @param channel notified with the id of the workspace that has news. */
export async function startEventHub(db: Database, channel: string): Promise<EventHub> {
  const waiting = new Map<string, Set<() => void>>();
  let closed = false;

  const wake = (workspaceId: string): void => {
    for (const resolve of waiting.get(workspaceId) ?? []) resolve();
  };
  const wakeAll = (): void => [...waiting.keys()].forEach(wake);
  const subscription = await listen(db, channel, { onNotice: wake, onGap: wakeAll, retryMs: RETRY_MS });

  return {
    next: (workspaceId, timeoutMs) =>
      new Promise((resolve) => {
        if (closed) return resolve();
        const wakers = waiting.get(workspaceId) ?? new Set();
        waiting.set(workspaceId, wakers);
        const done = (): void => {
          clearTimeout(timer);
          wakers.delete(done);
          if (wakers.size === 0 && waiting.get(workspaceId) === wakers) waiting.delete(workspaceId);
          resolve();
        };
        const timer = setTimeout(done, timeoutMs);
        wakers.add(done);
      }),
    get closed() {
      return closed;
    },
    async close() {
      closed = true;
      wakeAll();
      await subscription.close();
    },
  };
}
