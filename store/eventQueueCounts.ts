// What became of the messages of the event queue: counted by the workers, read by operators.

import type { Queryable } from './pool.ts';

export const EVENT_OUTCOMES = ['told', 'ignored', 'other', 'set_aside'] as const;
export type EventOutcome = (typeof EVENT_OUTCOMES)[number];
export type EventCounts = Record<EventOutcome, number>;

export const noEvents = (): EventCounts => ({ told: 0, ignored: 0, other: 0, set_aside: 0 });

/** Adds to what all workers have counted. */
export async function addEventCounts(db: Queryable, region: string, counts: Readonly<EventCounts>): Promise<void> {
  await db.query(
    `insert into event_queue_counts as c (region, outcome, total, last_at)
     select $1, key, value::bigint, now() from jsonb_each_text($2::jsonb) where value::bigint > 0
     on conflict (region, outcome) do update set total = c.total + excluded.total, last_at = excluded.last_at`,
    [region, JSON.stringify(counts)],
  );
}

export type EventCountRow = { readonly outcome: EventOutcome; readonly total: number; readonly last_at: Date };

export async function eventCounts(db: Queryable, region: string): Promise<EventCountRow[]> {
  const { rows } = await db.query(`select outcome, total, last_at from event_queue_counts where region = $1`, [region]);
  return rows;
}
