// LISTEN: news reaches the subscriber, and a connection that breaks is made again and says that some may be missing.

import { randomUUID } from 'node:crypto';
import { EventEmitter, on, once } from 'node:events';
import type { PoolClient } from 'pg';
import type { WorkspaceId } from '../domain/ids.ts';
import { useDatabase } from '../test/support/database.ts';
import { appendEvents, EVENTS_CHANNEL } from './events.ts';
import { listen, type Subscription } from './listen.ts';
import { type Database, transaction } from './pool.ts';

let db: Database;
useDatabase((opened) => {
  db = opened;
});

type Ear = { readonly heard: EventEmitter; readonly subscription: Subscription };

/** Emits 'notice' and 'gap' as the subscription tells them. */
async function listener(): Promise<Ear> {
  const heard = new EventEmitter();
  const subscription = await listen(db, EVENTS_CHANNEL, {
    onNotice: (payload) => heard.emit('notice', payload),
    onGap: () => heard.emit('gap'),
    retryMs: 10,
  });
  return { heard, subscription };
}

const append = (workspaceId: WorkspaceId) =>
  appendEvents(db, [{ id: randomUUID(), type: 'T', workspaceId, payload: {} }]);

/** The connections that listen in this file's own database; other files' run beside them. */
async function listeningPids(): Promise<number[]> {
  const { rows } = await db.query(
    `select pid from pg_stat_activity where datname = current_database() and query = $1`,
    [`listen ${EVENTS_CHANNEL}`],
  );
  return rows.map((row) => row.pid);
}

it('tells the gap at its start, then the workspace of each event that is committed, and of none that is not', async () => {
  let gaps = 0;
  const notices: string[] = [];
  const heard = new EventEmitter();
  const subscription = await listen(db, EVENTS_CHANNEL, {
    onNotice: (payload) => {
      notices.push(payload);
      heard.emit('notice');
    },
    onGap: () => void gaps++,
    retryMs: 10,
  });
  expect(gaps).toBe(1);
  const [undone, done] = [randomUUID() as WorkspaceId, randomUUID() as WorkspaceId];
  const rolledBack = transaction(db, async (client) => {
    await appendEvents(client, [{ id: randomUUID(), type: 'T', workspaceId: undone, payload: {} }]);
    throw new Error('undone');
  });
  await expect(rolledBack).rejects.toThrow('undone');
  const noticed = once(heard, 'notice');
  await append(done);
  await noticed;
  expect(notices).toEqual([done]);
  expect(gaps).toBe(1);
  await subscription.close();
});

it('listens again after its connection was ended, tells the gap, and then the news', async () => {
  const { heard, subscription } = await listener();
  const told = on(heard, 'notice');
  for (let round = 0; round < 3; round++) {
    const [pid, ...more] = await listeningPids();
    expect(more).toEqual([]);
    const gap = once(heard, 'gap');
    await db.query('select pg_terminate_backend($1)', [pid]);
    await gap;
    const workspaceId = randomUUID() as WorkspaceId;
    await append(workspaceId);
    expect((await told.next()).value).toEqual([workspaceId]);
    expect(await listeningPids()).not.toContain(pid);
  }
  await subscription.close();
});

it('keeps trying while there is no connection to be had', async () => {
  const { heard, subscription } = await listener();
  const [pid] = await listeningPids();
  let refusals = 0;
  const connectNow = db.connect.bind(db) as () => Promise<PoolClient>;
  const refused = new EventEmitter();
  const refusal = once(refused, 'third');
  Object.assign(db, {
    connect: async () => {
      if (refusals++ === 2) refused.emit('third');
      throw new Error('no connection');
    },
  });
  try {
    // Not through the pool's query(), which would need the connect() that is refused.
    const killer = await connectNow();
    await killer.query('select pg_terminate_backend($1)', [pid]);
    killer.release();
    await refusal;
  } finally {
    Object.assign(db, { connect: connectNow });
  }
  await once(heard, 'gap');
  expect(await listeningPids()).toHaveLength(1);
  await subscription.close();
});

it('closed, it gives its connection up and tells nothing more', async () => {
  const { heard, subscription } = await listener();
  const other = await listener();
  let isTold = false;
  heard.on('notice', () => {
    isTold = true;
  });
  await subscription.close();
  // Whoever still listens is told after the closed one would have been.
  const noticed = once(other.heard, 'notice');
  await append(randomUUID() as WorkspaceId);
  await noticed;
  expect(isTold).toBe(false);
  await other.subscription.close();
});
