// structure_events: what happened, appended once and read in order (facts/wire.md 1.8).

import type { WorkspaceId } from '../domain/ids.ts';
import type { Queryable } from './pool.ts';

export type NewEvent = {
  /** The same id again is the same event: a retried write adds nothing. */
  readonly id: string;
  readonly type: string;
  readonly workspaceId: WorkspaceId;
  readonly payload: Readonly<Record<string, unknown>>;
};

export type EventRow = {
  readonly seq: number;
  readonly id: string;
  readonly event_type: string;
  readonly workspace_id: WorkspaceId;
  readonly payload: Record<string, unknown>;
  readonly created_at: Date;
};

/** One statement, so that it needs no transaction of its own; in the order given. */
export async function appendEvents(db: Queryable, events: readonly NewEvent[]): Promise<void> {
  if (events.length === 0) return;
  await db.query({ name: 'append-events', text: insertEvents('$1'), values: [eventsParameter(events)] });
}

/** The statement that appends what `parameter` holds; to be part of a larger one where both must happen or neither. */
export const insertEvents = (parameter: string): string =>
  `insert into structure_events (id, event_type, workspace_id, payload)
   select e.id, e.type, e.workspace_id, e.payload
   from rows from (jsonb_to_recordset(${parameter}::jsonb) as (id uuid, type text, workspace_id uuid, payload jsonb)) with ordinality
     as e (id, type, workspace_id, payload, position)
   where not exists (select 1 from structure_events known where known.id = e.id)
   order by e.position
   on conflict (id) do nothing`;

export const eventsParameter = (events: readonly NewEvent[]): string =>
  JSON.stringify(
    events.map(({ id, type, workspaceId, payload }) => ({ id, type, workspace_id: workspaceId, payload })),
  );

/** The newest first, of one tenant or of one workspace of it. */
export async function newestEvents(
  db: Queryable,
  { tenantId, workspaceId, limit }: { tenantId: string; workspaceId?: WorkspaceId; limit: number },
): Promise<EventRow[]> {
  const { rows } = await db.query(
    `select e.seq, e.id, e.event_type, e.workspace_id, e.payload, e.created_at
     from structure_events e join workspaces w on w.id = e.workspace_id
     where w.tenant_id = $1 and ($2::uuid is null or e.workspace_id = $2)
     order by e.seq desc limit $3`,
    [tenantId, workspaceId ?? null, limit],
  );
  return rows;
}

/** In order, those after `seq`. */
export async function eventsAfter(
  db: Queryable,
  workspaceId: WorkspaceId,
  seq: number,
  limit: number,
): Promise<EventRow[]> {
  const { rows } = await db.query({
    // Asked with every event, by everyone who watches.
    name: 'events-after',
    text: `select seq, id, event_type, workspace_id, payload, created_at
     from structure_events where workspace_id = $1 and seq > $2 order by seq limit $3`,
    values: [workspaceId, seq, limit],
  });
  return rows;
}

/** Notified with the workspace's id whenever one of its events is committed (migration 0002). */
export const EVENTS_CHANNEL = 'structure_events';
