// Whoever writes the audit of a workspace and its events takes the two in the same order: else two of them wait for each other.

import { randomUUID } from 'node:crypto';
import { type LockChange, newLock } from '../domain/control-lock.ts';
import { decideControl } from '../domain/control-lock-requests.ts';
import type { TenantId, WorkspaceId } from '../domain/ids.ts';
import { newWorkspace } from '../domain/workspace.ts';
import { useDatabase } from '../test/support/database.ts';
import { appendAudit } from './controlAudit.ts';
import { openLock } from './controlLocks.ts';
import { writeLock } from './controlWrites.ts';
import { appendEvents } from './events.ts';
import { type Database, transaction } from './pool.ts';
import { publishWorkspace } from './workspaces.ts';

let db: Database;
useDatabase((opened) => {
  db = opened;
});

const workspaceId = randomUUID() as WorkspaceId;
const line = () => ({ id: randomUUID(), verb: 'acquire', stage: 'completed', actor: 'agent', fence: 1, generation: 1 });
const event = () => ({ id: randomUUID(), type: 'display.control.acquire.completed', workspaceId, payload: {} });

/** A grant, written to the lock, its audit and its events in one statement. */
async function grant(): Promise<unknown> {
  const asked = { type: 'acquire', controller: 'agent', actor: 'agent', ttlSeconds: 300, generation: 1 } as const;
  const rules = { graceMs: 5_000, permitMs: 40, parkMs: 600_000 };
  const { lock } = decideControl(newLock(), asked, Date.now(), rules) as LockChange;
  return writeLock(db, {
    workspaceId,
    tenantId: 'acme',
    lock,
    grants: 'agent',
    startsLease: true,
    losesLease: false,
    permits: null,
    permitMs: rules.permitMs,
    order: null,
    withdraws: null,
    watcher: 'display-control/x',
    events: [event()],
    audit: [line()],
  });
}

/** Until a query of this file's database waits for a lock. */
async function somebodyWaits(): Promise<void> {
  const waiting = `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
  while ((await db.query(waiting)).rowCount === 0);
}

it('a grant that comes while a session is recorded waits for its audit, and does not hold the events meanwhile', async () => {
  const profile = { name: 'x', role: null, runtime: null, tier: 3, compute: {} } as const;
  const online = { profile, version: 1, generation: 1, phase: 'ready', status: 'online' } as const;
  await publishWorkspace(db, { ...newWorkspace(workspaceId, 'acme' as TenantId), ...online }, []);
  await openLock(db, workspaceId);
  const written = await transaction(db, async (session) => {
    await appendAudit(session, { workspaceId, tenantId: 'acme' }, [line()]);
    const granting = grant();
    await somebodyWaits();
    await appendEvents(session, [event()]);
    return { granting };
  });
  expect(await written.granting).toMatchObject({ result: 'written' });
});
