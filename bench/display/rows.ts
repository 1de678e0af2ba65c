// The rows that the proxy looks at: one workspace with a display, and tickets to it.

import { randomUUID } from 'node:crypto';
import { mintTicket } from '../../credentials/displayCredential.ts';
import type { WorkspaceId } from '../../domain/ids.ts';
import { mintSession } from '../../store/displaySessions.ts';
import { recordHeartbeat } from '../../store/heartbeats.ts';
import type { Database } from '../../store/pool.ts';

export const WORKSPACE = '0b0e7f5e-9a5a-4d0e-8a39-5f6d2f6f3a11' as WorkspaceId;
/** Where viewers are let in, and from which pages. */
export const PATH = `/workspaces/${WORKSPACE}/display/session/websockify`;
export const ORIGIN = 'https://bench.example';

/** The workspace, whose desktop is at `port`. */
export async function benchDesktop(db: Database, port: number): Promise<void> {
  await db.query(
    `insert into workspaces (id, tenant_id, name, tier, compute, status, phase, generation, version)
     values ($1, 'default', 'bench', 3, '{"display":{"mode":"desktop-control"}}', 'online', 'online', 1, 1)`,
    [WORKSPACE],
  );
  await moveDesktop(db, port);
}

export async function moveDesktop(db: Database, port: number): Promise<void> {
  await recordHeartbeat(db, WORKSPACE, 1, { display: { x: true, rfb: true, host: '127.0.0.1', port } });
}

export async function benchTickets(
  db: Database,
  secret: string,
  count: number,
  actor = 'admin-token',
): Promise<string[]> {
  const tickets = Array.from({ length: count }, () => mintTicket(secret));
  for (const { hash: ticketHash } of tickets) {
    const to = { workspaceId: WORKSPACE, tenantId: 'default', actor, role: 'view' } as const;
    await mintSession(db, { ...to, id: randomUUID(), generation: 1, fence: null }, { ticketHash, ticketSeconds: 60 });
  }
  return tickets.map(({ ticket }) => ticket);
}
