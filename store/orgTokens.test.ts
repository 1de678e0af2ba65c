// A token that is revoked: whoever is served by it is told of it, and nobody else is.

import { randomBytes, randomUUID } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import type { WorkspaceId } from '../domain/ids.ts';
import { useDatabase } from '../test/support/database.ts';
import { mintSession, SESSIONS_CHANNEL } from './displaySessions.ts';
import { listen } from './listen.ts';
import { addOrgToken, revokeOrgToken } from './orgTokens.ts';
import type { Database } from './pool.ts';

let db: Database;
useDatabase((opened) => {
  db = opened;
});

const aToken = (prefix: string) =>
  addOrgToken(db, { id: randomUUID(), tenantId: 'acme', hash: randomBytes(32), prefix, name: prefix, createdBy: 'a' });

/** A workspace with a session that was asked for by `actor`. */
async function watchedBy(actor: string): Promise<WorkspaceId> {
  const workspaceId = randomUUID() as WorkspaceId;
  await db.query(
    `insert into workspaces (id, tenant_id, name, tier, compute, status, phase, generation, version)
     values ($1, 'acme', 'watched', 3, '{}', 'online', 'online', 1, 1)`,
    [workspaceId],
  );
  const session = { id: randomUUID(), workspaceId, tenantId: 'acme', actor, role: 'view', generation: 1, fence: null };
  await mintSession(db, { ...session, role: 'view' }, { ticketHash: randomBytes(32), ticketSeconds: 60 });
  return workspaceId;
}

it('those who watch by it are told at once, and those of other tokens are not', async () => {
  const [short, long] = [await aToken('short'), await aToken('long')];
  const [watched, other] = [await watchedBy('org-token:short'), await watchedBy('org-token:long')];
  const heard = new EventEmitter();
  const told: string[] = [];
  const subscription = await listen(db, SESSIONS_CHANNEL, {
    onNotice(workspaceId) {
      told.push(workspaceId);
      heard.emit('notice');
    },
    onGap: () => undefined,
    retryMs: 10,
  });
  const first = once(heard, 'notice');
  await revokeOrgToken(db, 'acme', short.id);
  await first;
  expect(told).toEqual([watched]);
  const second = once(heard, 'notice');
  await revokeOrgToken(db, 'acme', long.id);
  await second;
  expect(told).toEqual([watched, other]);
  await subscription.close();
});
