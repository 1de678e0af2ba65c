// /workspaces/:id/display/session: tickets to see a desktop, or to drive it; and their end (facts/wire.md 1.9).

import { randomUUID } from 'node:crypto';
import { Hono } from 'hono';
import { z } from 'zod';
import { mintTicket } from '../../credentials/displayCredential.ts';
import { BerthError } from '../../domain/errors.ts';
import { type DisplaySession, mintSession } from '../../store/displaySessions.ts';
import { recordAudit, recordingRefusal, revokeSessions } from '../../store/displaySessionRecords.ts';
import { transaction } from '../../store/pool.ts';
import type { WorkspaceRow } from '../../store/workspaces.ts';
import { workspaceOfPath } from '../auth.ts';
import { readOptionalBody } from '../body.ts';
import type { ApiDependencies, ApiEnv, Caller } from '../context.ts';
import { controlAuth, person } from '../controlAuth.ts';
import type { ControlAuthority } from '../display/authority.ts';
import { mustBeUp } from '../display/mustHaveDisplay.ts';
import { knownWorkspace, liveWorkspace } from '../liveWorkspace.ts';

const sessionSchema = z.strictObject({ role: z.enum(['view', 'control']).default('view') });
const uuid = z.uuid();

export function displaySessionRoutes(deps: ApiDependencies, authority: ControlAuthority) {
  const { db, settings } = deps;
  const auth = controlAuth(deps);
  return (
    new Hono<ApiEnv>()
      // Without `once`: what is kept of an answer for its repeat would keep the ticket.
      .post('/:id/display/session', workspaceOfPath, auth, async (c) => {
        const { role } = await readOptionalBody(c, sessionSchema);
        const caller = c.get('caller');
        const row = await liveWorkspace(deps, c);
        const { DISPLAY_SESSION_SIGNING_SECRET: secret, DISPLAY_TICKET_SECONDS: ticketSeconds } = settings;
        if (secret === undefined) throw new BerthError('DISPLAY_SESSION_UNAVAILABLE');
        const asked: DisplaySession = {
          id: randomUUID(),
          workspaceId: row.id,
          tenantId: row.tenant_id,
          actor: caller.actor,
          role,
          generation: row.generation,
          fence: null,
        };
        const session = await recordingRefusal(db, asked, 'session_mint', async () => {
          person(caller, 'open a display session');
          mustBeUp(row, settings, ['ready']);
          return role === 'control' ? { ...asked, fence: await fenceOf(row, caller) } : asked;
        });
        const { ticket, hash: ticketHash } = mintTicket(secret);
        const expiresAt = await transaction(db, async (client) => {
          await recordAudit(client, session, 'session_mint');
          return mintSession(client, session, { ticketHash, ticketSeconds });
        });
        c.header('cache-control', 'no-store');
        return c.json({
          session_id: session.id,
          role,
          // Of the control that it drives under: under another one it only looks on.
          ...(session.fence === null ? {} : { fence: session.fence }),
          session_url: `/workspaces/${row.id}/display/session/websockify#token=${ticket}`,
          expires_at: expiresAt,
        });
      })
      // All of one's own; an admin's: everybody's.
      .delete('/:id/display/session', workspaceOfPath, auth, async (c) => {
        const caller = person(c.get('caller'), 'end display sessions');
        const { id } = await knownWorkspace(deps, c);
        return c.json({ revoked: await revoked(id, null, caller) });
      })
      .delete('/:id/display/session/:session', workspaceOfPath, auth, async (c) => {
        const caller = person(c.get('caller'), 'end display sessions');
        const { id } = await knownWorkspace(deps, c);
        const session = uuid.safeParse(c.req.param('session'));
        return c.json({ revoked: session.success ? await revoked(id, session.data, caller) : 0 });
      })
  );

  /** Of the control that the caller has at this moment. */
  async function fenceOf({ id, generation }: WorkspaceRow, { actor }: Caller): Promise<number> {
    const live = await authority.current(id);
    const isTheirs = live?.controller === 'user' && live.holder === actor && live.generation === generation;
    if (!isTheirs) throw new BerthError('DISPLAY_CONTROL_REQUIRED');
    return live.fence;
  }

  function revoked(
    workspaceId: DisplaySession['workspaceId'],
    id: string | null,
    { actor, isAdmin }: Caller,
  ): Promise<number> {
    return revokeSessions(db, { workspaceId, id, only: isAdmin ? null : actor, recordedBy: actor });
  }
}
