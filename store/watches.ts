// Volumes and snapshots that somebody waits for: written by the wait, ended by the sweep that has told it.

import type { Queryable } from './pool.ts';

export type WatchedKind = 'volume' | 'snapshot';

export type Watch = {
  readonly resourceId: string;
  /** A workflow id. */
  readonly watcher: string;
  readonly region: string;
  readonly kind: WatchedKind;
  /** The states that end the wait; `absent` always does. */
  readonly until: readonly string[];
};

export type WatchRow = {
  readonly resource_id: string;
  readonly watcher: string;
  readonly kind: WatchedKind;
  readonly until: readonly string[];
  readonly created_at: Date;
  /** Postgres' own time when the row was read: how old something is, is never asked of another clock than the one that wrote it. */
  readonly read_at: Date;
};

export async function watchResource(db: Queryable, { resourceId, watcher, region, kind, until }: Watch): Promise<void> {
  await db.query(
    `insert into watches (resource_id, watcher, region, kind, until) values ($1, $2, $3, $4, $5)
     on conflict (resource_id, watcher) do update set until = excluded.until, created_at = now()`,
    [resourceId, watcher, region, kind, until],
  );
}

export async function watchesOf(db: Queryable, region: string): Promise<WatchRow[]> {
  const { rows } = await db.query(
    `select *, clock_timestamp() as read_at from watches where region = $1 order by created_at`,
    [region],
  );
  return rows;
}

export async function endWatch(db: Queryable, { resource_id, watcher }: WatchRow): Promise<void> {
  await db.query(`delete from watches where resource_id = $1 and watcher = $2`, [resource_id, watcher]);
}
