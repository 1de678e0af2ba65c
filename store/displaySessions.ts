// Display sessions: minted with a ticket, which opens one connection; and whether they still may go on.

import type { WorkspaceId } from '../domain/ids.ts';
import type { Queryable } from './pool.ts';

/** Notified with the workspace's id when one of its sessions is revoked (migration 0021). */
export const SESSIONS_CHANNEL = 'display_sessions';

export type DisplayRole = 'view' | 'control';

export type DisplaySession = {
  readonly id: string;
  readonly workspaceId: WorkspaceId;
  readonly tenantId: string;
  readonly actor: string;
  readonly role: DisplayRole;
  readonly generation: number;
  /** Null for those who only look on. */
  readonly fence: number | null;
};

/** The session with the hash of its ticket; until when that is good, by the database's clock. */
export async function mintSession(
  db: Queryable,
  session: DisplaySession,
  { ticketHash, ticketSeconds }: { readonly ticketHash: Buffer; readonly ticketSeconds: number },
): Promise<Date> {
  const { rows } = await db.query(
    `insert into display_sessions (id, ticket_hash, workspace_id, tenant_id, actor, role, generation, fence, ticket_expires_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, now() + make_interval(secs => $9)) returning ticket_expires_at`,
    [
      session.id,
      ticketHash,
      session.workspaceId,
      session.tenantId,
      session.actor,
      session.role,
      session.generation,
      session.fence,
      ticketSeconds,
    ],
  );
  return rows[0].ticket_expires_at;
}

/** `isGood`: neither too old nor revoked. */
export type ConsumedTicket = DisplaySession & { readonly isGood: boolean };

/** Uses the ticket up, whatever comes of it: one that is too old too. Null where there is no such ticket, or not any more. */
export async function consumeTicket(db: Queryable, ticketHash: Buffer): Promise<ConsumedTicket | null> {
  const { rows } = await db.query(
    `update display_sessions set consumed_at = now() where ticket_hash = $1 and consumed_at is null
     returning *, ticket_expires_at > now() and revoked_at is null as good`,
    [ticketHash],
  );
  const row = rows[0];
  if (row === undefined) return null;
  const { id, workspace_id: workspaceId, tenant_id: tenantId, actor, role, generation, fence, good: isGood } = row;
  return { id, workspaceId, tenantId, actor, role, generation, fence, isGood };
}

export type DisplayStanding = {
  readonly isOnline: boolean;
  readonly generation: number;
  /** Of the ids asked for, those that still may go on. */
  readonly standing: ReadonlySet<string>;
};

/** Whether sessions may go on: what they were minted for is still there, and nobody revoked them, or the token of who asked for them. */
export async function displayStanding(
  db: Queryable,
  workspaceId: WorkspaceId,
  ids: readonly string[],
): Promise<DisplayStanding> {
  const { rows } = await db.query({
    name: 'display-standing',
    text: `select w.status = 'online' as online, w.generation,
             array(select s.id from display_sessions s
                   where s.id = any($2::uuid[]) and s.revoked_at is null
                     and (s.actor not like 'org-token:%' or exists (
                       select 1 from org_api_tokens t
                       where t.tenant_id = s.tenant_id and 'org-token:' || t.prefix = s.actor and t.revoked_at is null))) as standing
           from workspaces w where w.id = $1`,
    values: [workspaceId, ids],
  });
  const row = rows[0];
  if (row === undefined) return { isOnline: false, generation: 0, standing: new Set() };
  return { isOnline: row.online, generation: row.generation, standing: new Set(row.standing) };
}
