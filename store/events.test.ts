// structure_events: the order of seq is the order of commit within a workspace, so a reader that resumes misses nothing.

import { randomUUID } from 'node:crypto';
import type { PoolClient } from 'pg';
import type { TenantId, WorkspaceId } from '../domain/ids.ts';
import { newWorkspace } from '../domain/workspace.ts';
import { type TestDatabase, testDatabase } from '../test/support/database.ts';
import { appendEvents, eventsAfter, type NewEvent, newestEvents } from './events.ts';
import { connect, type Database, transaction } from './pool.ts';
import { publishWorkspace } from './workspaces.ts';

let database: TestDatabase;
let db: Database;
beforeAll(async () => {
  database = await testDatabase();
  db = connect(database.url);
});
afterAll(async () => {
  await db.end();
  await database.drop();
});

const anyWorkspace = () => randomUUID() as WorkspaceId;
const event = (workspaceId: WorkspaceId, type: string): NewEvent => ({
  id: randomUUID(),
  type,
  workspaceId,
  payload: { said: type },
});
const typesAfter = async (workspaceId: WorkspaceId, seq = 0, limit = 1_000): Promise<string[]> =>
  (await eventsAfter(db, workspaceId, seq, limit)).map((row) => row.event_type);

/** Resolves once the connection with that pid waits for a lock. */
async function untilBlocked(pid: number): Promise<void> {
  for (let isBlocked = false; !isBlocked; ) {
    const { rows } = await db.query('select 1 from pg_locks where pid = $1 and not granted', [pid]);
    isBlocked = rows.length > 0;
  }
}

async function withTwoTransactions(work: (one: PoolClient, other: PoolClient) => Promise<void>): Promise<void> {
  const [one, other] = [await db.connect(), await db.connect()];
  try {
    await one.query('begin');
    await other.query('begin');
    await work(one, other);
  } finally {
    one.release(true);
    other.release(true);
  }
}

it('a writer waits for the one before it, so that a reader never finds a smaller seq later', async () => {
  const workspaceId = anyWorkspace();
  await withTwoTransactions(async (one, other) => {
    const { rows } = await other.query('select pg_backend_pid() as pid');
    await appendEvents(one, [event(workspaceId, 'first')]);
    let isWritten = false;
    const writing = appendEvents(other, [event(workspaceId, 'third')]).then(() => {
      isWritten = true;
    });
    await untilBlocked(rows[0].pid);
    await appendEvents(one, [event(workspaceId, 'second')]);
    expect(isWritten).toBe(false);
    await one.query('commit');
    await writing;

    const seen = await eventsAfter(db, workspaceId, 0, 10);
    expect(seen.map((row) => row.event_type)).toEqual(['first', 'second']);
    await other.query('commit');
    expect(await typesAfter(workspaceId, seen.at(-1)!.seq)).toEqual(['third']);
  });
});

it("another workspace's writer does not wait", async () => {
  const [busy, quiet] = [anyWorkspace(), anyWorkspace()];
  await withTwoTransactions(async (one, other) => {
    await appendEvents(one, [event(busy, 'open')]);
    await appendEvents(other, [event(quiet, 'done')]);
    await other.query('commit');
    expect(await typesAfter(quiet)).toEqual(['done']);
    expect(await typesAfter(busy)).toEqual([]);
    await one.query('rollback');
  });
});

it('a reader that follows many writers by the last seq gets every event once, in order', async () => {
  const workspaceId = anyWorkspace();
  const events = Array.from({ length: 60 }, (_, n) => event(workspaceId, `n${n}`));
  let isOver = false;
  const writing = Promise.all(events.map((one) => transaction(db, (client) => appendEvents(client, [one])))).finally(
    () => {
      isOver = true;
    },
  );
  // A connection of its own: behind the writers in the pool's queue it would only read when they are done.
  const reader = connect(database.url, { max: 1 });
  const read: string[] = [];
  let seq = 0;
  for (let last = false; !last; ) {
    last = isOver;
    const page = await eventsAfter(reader, workspaceId, seq, 7);
    read.push(...page.map((row) => row.id));
    seq = page.at(-1)?.seq ?? seq;
    if (page.length === 7) last = false;
  }
  await writing;
  await reader.end();
  expect([...read].sort()).toEqual(events.map((one) => one.id).sort());
});

it('resumes after a seq, a page at a time, and never with another workspace', async () => {
  const [workspaceId, other] = [anyWorkspace(), anyWorkspace()];
  for (const type of ['a', 'b', 'c']) {
    await appendEvents(db, [event(workspaceId, type), event(other, `other ${type}`)]);
  }
  const [first] = await eventsAfter(db, workspaceId, 0, 1);
  expect(first).toMatchObject({ event_type: 'a', workspace_id: workspaceId, payload: { said: 'a' } });
  expect(await typesAfter(workspaceId, first!.seq)).toEqual(['b', 'c']);
  expect(await typesAfter(workspaceId, first!.seq, 1)).toEqual(['b']);
});

it('the same id is the same event, also from two writers at once', async () => {
  const workspaceId = anyWorkspace();
  const same = event(workspaceId, 'once');
  await withTwoTransactions(async (one, other) => {
    const { rows } = await other.query('select pg_backend_pid() as pid');
    await appendEvents(one, [same]);
    const writing = appendEvents(other, [same]);
    await untilBlocked(rows[0].pid);
    await one.query('commit');
    await writing;
    await other.query('commit');
  });
  await appendEvents(db, [same]);
  expect(await typesAfter(workspaceId)).toEqual(['once']);
});

it('the newest of a tenant come first, and no other tenant sees them', async () => {
  const ids = [anyWorkspace(), anyWorkspace()];
  const profile = { name: 'x', role: null, runtime: null, tier: 3 as const, compute: {} };
  for (const id of ids) {
    const state = { ...newWorkspace(id, 'newest' as TenantId), profile, version: 1 };
    await publishWorkspace(db, state, [{ id: randomUUID(), type: `of ${id}`, payload: {} }]);
  }
  const types = async (query: Parameters<typeof newestEvents>[1]) =>
    (await newestEvents(db, query)).map((row) => row.event_type);
  expect(await types({ tenantId: 'newest', limit: 10 })).toEqual([`of ${ids[1]}`, `of ${ids[0]}`]);
  expect(await types({ tenantId: 'newest', limit: 1 })).toEqual([`of ${ids[1]}`]);
  expect(await types({ tenantId: 'newest', workspaceId: ids[0], limit: 10 })).toEqual([`of ${ids[0]}`]);
  expect(await types({ tenantId: 'acme', workspaceId: ids[0], limit: 10 })).toEqual([]);
});
