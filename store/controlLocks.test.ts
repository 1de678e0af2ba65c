// The control lock in Postgres: what its guards let through, what its readers see, and an audit that shows each tampering.

import { randomBytes, randomUUID } from 'node:crypto';
import { INPUT_UNDER_WAY, type Lock, type LockChange, newLock } from '../domain/control-lock.ts';
import { foldControl } from '../domain/control-lock-facts.ts';
import { decideControl } from '../domain/control-lock-requests.ts';
import type { TenantId, WorkspaceId } from '../domain/ids.ts';
import { newWorkspace, type WorkspaceState } from '../domain/workspace.ts';
import { useDatabase } from '../test/support/database.ts';
import { appendAudit, isAuditWhole, newestAudit } from './controlAudit.ts';
import { findLock, liveFence, lockOf, openLock, permitView, renewLease, revokeDisplay } from './controlLocks.ts';
import { type LockWrite, type LockWritten, writeLock } from './controlWrites.ts';
import { consumeTicket, mintSession } from './displaySessions.ts';
import { eventsAfter } from './events.ts';
import type { Database } from './pool.ts';
import { publishWorkspace } from './workspaces.ts';

let db: Database;
useDatabase((opened) => {
  db = opened;
});

const RULES = { graceMs: 5_000, permitMs: 40, parkMs: 600_000 };
const AGENT = 'agent';
const byAgent = { type: 'acquire', controller: 'agent', actor: AGENT, ttlSeconds: 300, generation: 1 } as const;
const byUser = { type: 'acquire', controller: 'user', actor: 'admin-token', ttlSeconds: 300, generation: 1 } as const;

async function workspaceOnline(changed: Partial<WorkspaceState> = {}): Promise<WorkspaceId> {
  const workspaceId = randomUUID() as WorkspaceId;
  await publish(workspaceId, 1, changed);
  await openLock(db, workspaceId);
  return workspaceId;
}

const publish = (workspaceId: WorkspaceId, version: number, changed: Partial<WorkspaceState> = {}) =>
  publishWorkspace(
    db,
    {
      ...newWorkspace(workspaceId, 'acme' as TenantId),
      profile: { name: 'x', role: null, runtime: null, tier: 3, compute: {} },
      version,
      generation: 1,
      phase: 'ready',
      status: 'online',
      ...changed,
    },
    [],
  );

async function current(workspaceId: WorkspaceId): Promise<Lock> {
  return lockOf((await findLock(db, workspaceId))!);
}

const writeOf = (workspaceId: WorkspaceId, change: LockChange, more: Partial<LockWrite> = {}): LockWrite => ({
  workspaceId,
  tenantId: 'acme',
  lock: change.lock,
  grants: null,
  startsLease: false,
  losesLease: false,
  permits: change.permits ?? null,
  permitMs: RULES.permitMs,
  order: null,
  withdraws: null,
  watcher: 'display-control/x',
  events: [],
  audit: change.happened.map(({ verb, stage, actor }) => ({
    id: randomUUID(),
    verb,
    stage,
    actor,
    fence: change.lock.fence,
    generation: 1,
  })),
  ...more,
});

/** Asked of the lock as it is, and written as a grant. */
async function grant(workspaceId: WorkspaceId, request: typeof byAgent | typeof byUser): Promise<LockWritten> {
  const change = decideControl(await current(workspaceId), request, Date.now(), RULES) as LockChange;
  return writeLock(db, writeOf(workspaceId, change, { grants: request.controller, startsLease: true }));
}

it('a grant is written once, is seen by all readers, and a late one of an older fence changes nothing', async () => {
  const workspaceId = await workspaceOnline();
  const change = decideControl(newLock(), byAgent, Date.now(), RULES) as LockChange;
  const event = { id: randomUUID(), type: 'display.control.acquire.completed', workspaceId, payload: {} };
  const write = writeOf(workspaceId, change, { grants: 'agent', startsLease: true, events: [event] });
  const written = await writeLock(db, write);
  expect(written).toMatchObject({ result: 'written', generation: 1 });
  expect((written as { leaseMs: number }).leaseMs).toBeGreaterThan(299_000);
  expect(await writeLock(db, write)).toMatchObject({ result: 'written' });
  expect(await eventsAfter(db, workspaceId, 0, 10)).toHaveLength(1);
  expect(await newestAudit(db, workspaceId, 10)).toHaveLength(2);
  expect(await liveFence(db, workspaceId)).toEqual({ controller: 'agent', fence: 1, holder: AGENT, generation: 1 });
  expect(await permitView(db, workspaceId)).toMatchObject({ controller: 'agent', fence: 1, isAsked: false });
  const another = { ...change.lock, holder: { controller: 'agent', actor: 'another' } } as const;
  expect(await writeLock(db, { ...write, lock: another })).toEqual({ result: 'overtaken' });
  const later = { ...change.lock, fence: 5, version: 9, holder: null, expiresAt: null };
  await writeLock(db, writeOf(workspaceId, { lock: later, happened: [] }));
  await writeLock(db, { ...write, lock: { ...change.lock, version: 20 } });
  expect(await findLock(db, workspaceId)).toMatchObject({ controller: 'none', fence: 5, version: 9 });
});

it('nothing is granted for a machine that is not the present one, or does not serve, or is going away', async () => {
  const operation = { id: randomUUID(), kind: 'pause', mode: 'stop', generation: 1 } as WorkspaceState['operation'];
  const paused = await workspaceOnline({ status: 'paused', phase: 'paused' });
  expect(await grant(paused, byUser)).toEqual({ result: 'no-display', status: 'paused' });
  const replaced = await workspaceOnline({ generation: 2, generations: 2 });
  expect(await grant(replaced, byUser)).toEqual({ result: 'no-display', status: 'restarting' });
  const leaving = await workspaceOnline({ operation });
  expect(await revokeDisplay(db, leaving, operation!.id)).toEqual({ isInUse: false });
  expect(await grant(leaving, byAgent)).toEqual({ result: 'no-display', status: 'restarting' });
  expect(await liveFence(db, leaving)).toBeNull();
  await publish(leaving, 2);
  expect(await grant(leaving, byAgent)).toMatchObject({ result: 'written' });
  expect(await liveFence(db, leaving)).toMatchObject({ fence: 1 });
  for (const _again of [1, 2]) {
    expect(await revokeDisplay(db, leaving, randomUUID())).toEqual({ isInUse: true });
    expect(lockOf((await findLock(db, leaving))!)).toMatchObject({
      fence: 1,
      holder: { controller: 'agent', actor: AGENT },
    });
  }
  expect(await liveFence(db, leaving)).toBeNull();
});

it('a person is granted nothing while a permit of the agent may be in use, unless the agent says that none is', async () => {
  const workspaceId = await workspaceOnline();
  await grant(workspaceId, byAgent);
  const taken = decideControl(
    await current(workspaceId),
    { type: 'release', actor: 'admin-token', isForced: true },
    Date.now(),
    RULES,
  );
  await writeLock(db, writeOf(workspaceId, taken as LockChange));
  const waiting = await grant(workspaceId, byUser);
  expect(waiting).toMatchObject({ result: 'wait' });
  expect((waiting as { ms: number }).ms).toBeLessThanOrEqual(RULES.permitMs);
  await new Promise((resolve) => setTimeout(resolve, RULES.permitMs + 5));
  expect(await grant(workspaceId, byUser)).toMatchObject({ result: 'written' });
});

/** As the proxy has it once a ticket to drive was used. */
async function driving(workspaceId: WorkspaceId, fence: number): Promise<void> {
  const to = { workspaceId, tenantId: 'acme', actor: 'admin-token', role: 'control', generation: 1 } as const;
  const ticketHash = randomBytes(32);
  await mintSession(db, { ...to, id: randomUUID(), fence }, { ticketHash, ticketSeconds: 60 });
  await consumeTicket(db, ticketHash);
}
async function letGo(workspaceId: WorkspaceId): Promise<void> {
  const request = { type: 'release', actor: 'admin-token', isForced: false } as const;
  const change = decideControl(await current(workspaceId), request, Date.now(), RULES) as LockChange;
  expect(await writeLock(db, writeOf(workspaceId, change))).toMatchObject({ result: 'written' });
}

it('nobody is granted control while the input of a person who drove may be under way, and at once where nobody did', async () => {
  const workspaceId = await workspaceOnline();
  await grant(workspaceId, byUser);
  await driving(workspaceId, 1);
  await letGo(workspaceId);
  for (const request of [byAgent, byUser] as const) {
    const waiting = (await grant(workspaceId, request)) as { result: string; ms: number };
    expect(waiting.result).toBe('wait');
    expect(waiting.ms).toBeGreaterThan(0);
    expect(waiting.ms).toBeLessThanOrEqual(INPUT_UNDER_WAY.landedMs);
  }
  await new Promise((resolve) => setTimeout(resolve, INPUT_UNDER_WAY.landedMs + 5));
  expect(await grant(workspaceId, byUser)).toMatchObject({ result: 'written' });
  // That session is another grant's, and drives nothing any more.
  await letGo(workspaceId);
  expect(await grant(workspaceId, byAgent)).toMatchObject({ result: 'written' });
});

it('what is under way is waited for from the commit of the loss on, however long that takes', async () => {
  const workspaceId = await workspaceOnline();
  await grant(workspaceId, byUser);
  await driving(workspaceId, 1);
  const request = { type: 'release', actor: 'admin-token', isForced: false } as const;
  const change = decideControl(await current(workspaceId), request, Date.now(), RULES) as LockChange;
  // Whoever wrote it has died before it said for how long.
  await db.query(
    `update control_locks set controller = 'none', holder = null, expires_at = null, fence = $2, version = $3,
       inputs_end_at = 'infinity' where workspace_id = $1`,
    [workspaceId, change.lock.fence, change.lock.version],
  );
  await new Promise((resolve) => setTimeout(resolve, INPUT_UNDER_WAY.landedMs));
  expect(await grant(workspaceId, byAgent)).toMatchObject({ result: 'wait' });
  const waiting = (await grant(workspaceId, byAgent)) as { result: string; ms: number };
  expect(waiting.ms).toBeGreaterThan(INPUT_UNDER_WAY.landedMs / 2);
  await new Promise((resolve) => setTimeout(resolve, waiting.ms));
  expect(await grant(workspaceId, byAgent)).toMatchObject({ result: 'written' });
});

it('a lease is renewed by its holder alone while it runs, and one that was renewed is not lost', async () => {
  const workspaceId = await workspaceOnline();
  await grant(workspaceId, byUser);
  const held = await current(workspaceId);
  const renew = (actor: string, fence: number | null = null) =>
    renewLease(db, workspaceId, { actor, fence, ttlSeconds: 60 });
  expect(await renew('org-token:b')).toBeNull();
  expect(await renew('admin-token', held.fence + 1)).toBeNull();
  expect(await renew('admin-token', held.fence)).toMatchObject({ ttl_seconds: 60, fence: held.fence });
  const lost = foldControl(held, { type: 'leaseLost' }, held.expiresAt!, RULES);
  const lose = () => writeLock(db, writeOf(workspaceId, lost, { losesLease: true }));
  expect(await lose()).toMatchObject({ result: 'renewed' });
  await db.query(`update control_locks set expires_at = now() - interval '1 second' where workspace_id = $1`, [
    workspaceId,
  ]);
  expect(await liveFence(db, workspaceId)).toBeNull();
  expect(await renew('admin-token')).toBeNull();
  expect(await lose()).toMatchObject({ result: 'written' });
  expect(await findLock(db, workspaceId)).toMatchObject({ controller: 'none', parked_reason: 'lease_lost' });
});

it.each([
  ['a line changed', `update control_audit set actor = 'nobody' where seq = 2 and workspace_id = $1`],
  ['a line taken away', `delete from control_audit where seq = 2 and workspace_id = $1`],
  ['the last line taken away', `delete from control_audit where seq = 3 and workspace_id = $1`],
  ['all of them taken away', `delete from control_audit where workspace_id = $1`],
])('the audit shows %s', async (_, tampering) => {
  const workspaceId = randomUUID() as WorkspaceId;
  expect(await isAuditWhole(db, workspaceId)).toBe(true);
  for (const verb of ['acquire', 'renew', 'release']) {
    const line = { id: randomUUID(), verb, stage: 'completed', actor: 'admin-token', fence: 1, generation: 1 };
    await appendAudit(db, { workspaceId, tenantId: 'acme' }, [line]);
  }
  expect(await isAuditWhole(db, workspaceId)).toBe(true);
  await db.query(tampering, [workspaceId]);
  expect(await isAuditWhole(db, workspaceId)).toBe(false);
});
