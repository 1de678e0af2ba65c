// What happened: newest first for people who look back, as a stream for those who watch (facts/wire.md 1.8).

import { Hono, type Context } from 'hono';
import { type SSEStreamingApi, streamSSE } from 'hono/streaming';
import { BerthError } from '../../domain/errors.ts';
import { type EventRow, eventsAfter, newestEvents } from '../../store/events.ts';
import { isUnavailable } from '../../store/pool.ts';
import { findWorkspace } from '../../store/workspaces.ts';
import { adminAuth, workspaceAuth, workspaceOfPath } from '../auth.ts';
import type { ApiDependencies, ApiEnv } from '../context.ts';

/** As many as existing clients get (facts/wire.md 1.3). */
const NEWEST = 100;
const PAGE = 100;
/** Proxies close what is silent for a minute or so. */
const KEEP_ALIVE_MS = 15_000;
/** While Postgres is away the stream stays open: a client that is cut off then would be refused, and give up. */
const UNAVAILABLE_PAUSE_MS = 1_000;

export function eventRoutes(deps: ApiDependencies) {
  const { db } = deps;
  const admin = adminAuth(deps);
  const present = ({ id, event_type, workspace_id, payload, created_at }: EventRow) => ({
    id,
    event_type,
    workspace_id,
    payload,
    created_at,
  });

  return new Hono<ApiEnv>()
    .get('/', admin, async (c) => {
      const rows = await newestEvents(db, { tenantId: c.get('tenantId'), limit: NEWEST });
      return c.json(rows.map(present));
    })
    .get('/:id', workspaceOfPath, admin, async (c) => {
      const rows = await newestEvents(db, {
        tenantId: c.get('tenantId'),
        workspaceId: c.get('workspaceId'),
        limit: NEWEST,
      });
      return c.json(rows.map(present));
    });
}

/**
 * GET /workspaces/:id/events/stream. Resumes after `Last-Event-ID`; without it the stream begins with the newest 100.
 * A removed workspace still has its events.
 */
export function eventStreamRoute(deps: ApiDependencies) {
  const { db, log } = deps;
  return new Hono<ApiEnv>().get('/:id/events/stream', workspaceOfPath, workspaceAuth(deps), async (c) => {
    const workspaceId = c.get('workspaceId');
    const after = lastEventId(c);
    if ((await findWorkspace(db, c.get('tenantId'), workspaceId)) === null) {
      throw new BerthError('WORKSPACE_NOT_FOUND', { workspace_id: workspaceId });
    }
    const from = after ?? (await startOfNewest(deps, c));
    c.header('x-accel-buffering', 'no');
    return streamSSE(
      c,
      (stream) => follow(deps, stream, workspaceId, from),
      async (error) => log.warn({ err: error, workspace_id: workspaceId }, 'an event stream ended with an error'),
    );
  });
}

async function follow(
  { db, events }: ApiDependencies,
  stream: SSEStreamingApi,
  workspaceId: EventRow['workspace_id'],
  from: number,
): Promise<void> {
  let seq = from;
  const isOpen = () => !stream.aborted && !stream.closed && !events.closed;
  while (isOpen()) {
    // Asked for before the read: news that comes during it is not missed.
    const news = events.next(workspaceId, KEEP_ALIVE_MS);
    let rows: EventRow[];
    try {
      rows = await eventsAfter(db, workspaceId, seq, PAGE);
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      await stream.sleep(UNAVAILABLE_PAUSE_MS);
      continue;
    }
    for (const row of rows) {
      const data = {
        event: row.event_type,
        workspace_id: row.workspace_id,
        timestamp: row.created_at,
        payload: row.payload,
      };
      await stream.writeSSE({ id: String(row.seq), data: JSON.stringify(data) });
      seq = row.seq;
    }
    if (rows.length === PAGE) continue;
    if (rows.length === 0) await stream.write(': nothing new\n\n');
    await news;
  }
}

function lastEventId(c: Context<ApiEnv>): number | null {
  const header = c.req.header('last-event-id');
  if (header === undefined || header === '') return null;
  if (!/^\d{1,15}$/.test(header)) throw new BerthError('INVALID_LAST_EVENT_ID');
  return Number(header);
}

async function startOfNewest({ db }: ApiDependencies, c: Context<ApiEnv>): Promise<number> {
  const newest = await newestEvents(db, {
    tenantId: c.get('tenantId'),
    workspaceId: c.get('workspaceId'),
    limit: NEWEST,
  });
  return (newest.at(-1)?.seq ?? 1) - 1;
}
