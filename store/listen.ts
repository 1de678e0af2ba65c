// LISTEN on a connection of its own that is made again when it breaks.

import type { PoolClient } from 'pg';
import type { Database } from './pool.ts';

export type Subscription = { close(): Promise<void> };

/**
 * Calls `onNotice` with each notification's payload, and `onGap` whenever some may have been missed (at the start and
 * after each reconnect, tried every `retryMs`): a subscriber then looks for itself. Needs one connection of the pool.
 */
export async function listen(
  db: Database,
  channel: string,
  { onNotice, onGap, retryMs }: { onNotice: (payload: string) => void; onGap: () => void; retryMs: number },
): Promise<Subscription> {
  let closed = false;
  let client: PoolClient | null = null;
  let retry: NodeJS.Timeout | undefined;

  const start = async (): Promise<void> => {
    if (closed) return;
    let connected: PoolClient | null = null;
    try {
      const connection = await db.connect();
      if (closed) {
        connection.release(true);
        return;
      }
      connected = connection;
      client = connection;
      connection.on('notification', (message) => onNotice(message.payload ?? ''));
      connection.on('error', () => again(connection));
      connection.on('end', () => again(connection));
      await connection.query(`listen ${channel}`);
      onGap();
    } catch {
      // Once for each connection: its own events may have told of the break already.
      if (connected === null) schedule();
      else again(connected);
    }
  };
  const again = (lost: PoolClient): void => {
    if (client !== lost) return;
    client = null;
    lost.removeAllListeners('notification');
    lost.release(true);
    schedule();
  };
  const schedule = (): void => {
    if (!closed) retry = setTimeout(() => void start(), retryMs);
  };

  await start();
  return {
    async close() {
      closed = true;
      clearTimeout(retry);
      const last = client;
      client = null;
      last?.release(true);
    },
  };
}
