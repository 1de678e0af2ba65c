// What is remembered of display sessions beside their rows: the audit that names who it was, and events that all may read.

import { randomUUID } from 'node:crypto';
import { BerthError, ERRORS } from '../domain/errors.ts';
import { shownActor } from '../domain/control-lock-shown.ts';
import type { WorkspaceId } from '../domain/ids.ts';
import { appendAudit } from './controlAudit.ts';
import type { DisplaySession } from './displaySessions.ts';
import { appendEvents } from './events.ts';
import { type Database, type Queryable, transaction } from './pool.ts';

type Verb = 'session_mint' | 'session_open' | 'session_close' | 'session_revoke';
type More = { readonly because?: string; readonly durationMs?: number; readonly stage?: 'completed' | 'failed' };

/** Before its viewer sees anything. */
export const recordOpened = (db: Database, session: DisplaySession): Promise<void> =>
  transaction(db, async (client) => {
    await client.query('update display_sessions set opened_at = now() where id = $1', [session.id]);
    await recordAudit(client, session, 'session_open');
    await tell(client, session, 'open');
  });

/** Again changes nothing: the first reason stays. */
export const recordClosed = (
  db: Database,
  session: DisplaySession,
  because: string,
  durationMs: number,
): Promise<void> =>
  transaction(db, async (client) => {
    const { rowCount } = await client.query(
      'update display_sessions set closed_at = now(), close_reason = $2 where id = $1 and closed_at is null',
      [session.id, because],
    );
    if (rowCount === 0) return;
    await recordAudit(client, session, 'session_close', { because, durationMs });
    await tell(client, session, 'close', { because, durationMs });
  });

/** Revokes, as `recordedBy`; how many it were. `id` null = all of the workspace's; `only` = those of that actor alone. */
export const revokeSessions = (
  db: Database,
  {
    workspaceId,
    id,
    only,
    recordedBy,
  }: {
    readonly workspaceId: WorkspaceId;
    readonly id: string | null;
    readonly only: string | null;
    readonly recordedBy: string;
  },
): Promise<number> =>
  transaction(db, async (client) => {
    const { rows } = await client.query(
      `update display_sessions set revoked_at = now()
       where workspace_id = $1 and ($2::uuid is null or id = $2) and ($3::text is null or actor = $3)
         and closed_at is null and revoked_at is null and (consumed_at is not null or ticket_expires_at > now())
       returning id, tenant_id, role, generation, fence`,
      [workspaceId, id, only],
    );
    for (const { id: sessionId, tenant_id: tenantId, role, generation, fence } of rows) {
      const session = { id: sessionId, workspaceId, tenantId, actor: recordedBy, role, generation, fence };
      await recordAudit(client, session, 'session_revoke');
    }
    return rows.length;
  });

/** What `ask` brings back; a refusal is recorded, and thrown on. No answer at all is none. */
export async function recordingRefusal<Result>(
  db: Queryable,
  session: DisplaySession,
  verb: Verb,
  ask: () => Promise<Result>,
): Promise<Result> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof BerthError && ERRORS[error.code].status < 500)
      await recordAudit(db, session, verb, { stage: 'failed', because: error.code });
    throw error;
  }
}

/** A line of the workspace's audit; `request_id` in it is the session's id. */
export const recordAudit = (
  db: Queryable,
  session: DisplaySession,
  verb: Verb,
  { because, durationMs, stage = 'completed' }: More = {},
): Promise<void> =>
  appendAudit(db, session, [
    {
      id: randomUUID(),
      verb,
      stage,
      actor: session.actor,
      fence: session.fence ?? 0,
      generation: session.generation,
      because: because ?? session.role,
      request_id: session.id,
      duration_ms: durationMs ?? null,
    },
  ]);

const tell = (db: Queryable, session: DisplaySession, verb: 'open' | 'close', more: More = {}): Promise<void> =>
  appendEvents(db, [
    {
      id: randomUUID(),
      type: `display.session.${verb}.completed`,
      workspaceId: session.workspaceId,
      payload: {
        session_id: session.id,
        role: session.role,
        viewer: shownActor(session.actor),
        fence: session.fence,
        ...(more.because === undefined ? {} : { because: more.because, duration_ms: more.durationMs }),
      },
    },
  ]);
