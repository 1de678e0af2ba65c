// A workspace that nobody uses is paused by itself; whoever uses it says so by a lease, and reading is no use.

import { randomUUID } from 'node:crypto';
import { hashToken } from '../../credentials/secrets.ts';
import { connect, type Database } from '../../store/pool.ts';
import { type Berth, startBerth } from '../support/berth.ts';
import { type Online, operationsOf } from '../support/operations.ts';
import { runSchedule } from '../support/schedules.ts';

let berth: Berth;
let db: Database;
let on: ReturnType<typeof operationsOf>;
beforeAll(async () => {
  berth = await startBerth();
  db = connect(berth.databaseUrl);
  on = operationsOf(berth);
});
afterAll(async () => {
  await db.end();
  await berth.stop();
});

const idling = (name: string, body: object = {}): Promise<Online> =>
  on.online(name, { auto_pause: { idle_minutes: 10 }, ...body });
/** As if that long had gone by since it was used. */
const ages = (id: string, minutes: number) =>
  db.query(
    `update workspaces set online_since = online_since - make_interval(mins => $2),
       last_activity_at = last_activity_at - make_interval(mins => $2), active_until = active_until - make_interval(mins => $2)
     where id = $1`,
    [id, minutes],
  );
const looked = (): Promise<string> => runSchedule(berth, 'pause-idle');
const ask = async (method: string, path: string, body?: object): Promise<{ status: number; body: unknown }> => {
  const answer = await fetch(`${berth.apiUrl}${path}`, {
    method,
    headers: { authorization: `Bearer ${berth.adminToken}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, body: await answer.json() };
};
const lease = (id: string, body: object) => ask('POST', `/workspaces/${id}/activity-leases`, body);

it('is paused when nobody has used it for so long, and says when that will be', async () => {
  const [{ id }, { id: forEver }] = [await idling('unused'), await on.online('for ever')];
  const read = await berth.user.call<{ auto_pause: { pauses_at: string } }>('GET', `/workspaces/${id}`);
  expect(read.auto_pause).toMatchObject({ idle_minutes: 10, mode: 'stop', last_activity: null });
  expect(Date.parse(read.auto_pause.pauses_at) - Date.now()).toBeGreaterThan(9 * 60_000);
  await looked();
  expect(await on.read(id)).toMatchObject({ status: 'online', auto_pause: { idle_minutes: 10 } });

  await Promise.all([ages(id, 11), ages(forEver, 11)]);
  await looked();
  const paused = (await berth.untilEvent(id, 'WORKSPACE_PAUSED')).at(-1)!;
  expect(paused.payload).toMatchObject({ because: 'idle' });
  expect(await on.read(id)).toMatchObject({ status: 'paused', auto_pause: { pauses_at: null } });
  expect(await on.read(forEver)).toMatchObject({ status: 'online', auto_pause: null });

  // Neither a look at it nor a lease wakes it; a resume does, and its time begins anew.
  expect(await lease(id, { kind: 'human_session' })).toMatchObject({ status: 409, body: { code: 'WRONG_PHASE' } });
  expect(await on.run(id, 'resume')).toMatchObject({ status: 'succeeded' });
  await looked();
  expect(await on.read(id)).toMatchObject({ status: 'online' });
});

it('is kept awake by a lease until it ends or expires, and says what used it last', async () => {
  const { id } = await idling('at work');
  await ages(id, 60);
  const held = await lease(id, { kind: 'job', ttl_seconds: 3600 });
  expect(held).toMatchObject({ status: 200, body: { kind: 'job', lease_id: expect.any(String) } });
  const { lease_id } = held.body as { lease_id: string };
  await looked();
  expect(await on.read(id)).toMatchObject({ status: 'online', auto_pause: { last_activity: { kind: 'job' } } });
  expect(await lease(id, { kind: 'job', lease_id, ttl_seconds: 600 })).toMatchObject({ status: 200 });
  expect(await ask('GET', `/workspaces/${id}/activity-leases`)).toMatchObject({ body: [{ lease_id }] });
  expect(await ask('DELETE', `/workspaces/${id}/activity-leases/${lease_id}`)).toMatchObject({ status: 200 });
  expect(await ask('GET', `/workspaces/${id}/activity-leases`)).toMatchObject({ body: [] });
  await ages(id, 11);
  await looked();
  await berth.untilEvent(id, 'WORKSPACE_PAUSED');
});

it('a lease and a pause at the same moment: one of them, never both', async () => {
  const made = await Promise.all([1, 2, 3, 4].map((n) => idling(`raced ${n}`)));
  await Promise.all(made.map(({ id }) => ages(id, 11)));
  const [, ...leases] = await Promise.all([
    looked(),
    ...made.map(async ({ id }, n) => {
      await new Promise((resolve) => setTimeout(resolve, n * 20));
      return lease(id, { kind: 'agent_turn' });
    }),
  ]);
  for (const [n, { id }] of made.entries()) {
    const answer = leases[n]!;
    if (answer.status === 200) {
      expect(await on.read(id)).toMatchObject({ status: 'online', phase: 'ready' });
    } else {
      expect(answer).toMatchObject({ status: 409 });
      await berth.untilEvent(id, 'WORKSPACE_PAUSED');
    }
  }
});

it("counts an agent's turn that a heartbeat tells of, and refuses what is not the caller's", async () => {
  const { id } = await idling('busy agent');
  await ages(id, 11);
  await db.query(`update heartbeats set report = '{"active_tasks": 1}' where workspace_id = $1`, [id]);
  const token = await machineToken(id);
  const beat = await fetch(`${berth.apiUrl}/registry/heartbeat`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ workspace_id: id, active_tasks: 1 }),
  });
  expect(beat.status).toBe(200);
  await looked();
  expect(await on.read(id)).toMatchObject({ status: 'online', auto_pause: { last_activity: { kind: 'agent_turn' } } });

  const own = await fetch(`${berth.apiUrl}/workspaces/${id}/activity-leases`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ kind: 'human_session' }),
  });
  expect([own.status, await own.json()]).toMatchObject([400, { code: 'VALIDATION_FAILED' }]);
  const mine = (await lease(id, { kind: 'human_session' })).body as { lease_id: string };
  const theirs = await lease((await idling('another')).id, { kind: 'human_session', lease_id: mine.lease_id });
  expect(theirs).toMatchObject({ status: 409, body: { code: 'LEASE_OF_ANOTHER' } });
  const gone = await ask('DELETE', `/workspaces/${id}/activity-leases/${randomUUID()}`);
  expect(gone).toMatchObject({ status: 404, body: { code: 'LEASE_NOT_FOUND' } });
});

it.each([{ idle_minutes: 4 }, { idle_minutes: 1.5 }, { idle_minutes: 10, mode: 'off' }, {}])(
  'auto_pause %j is refused',
  async (auto_pause) => {
    const answer = await ask('POST', '/workspaces', { name: 'x', auto_pause });
    expect(answer).toMatchObject({ status: 400, body: { code: 'VALIDATION_FAILED' } });
  },
);

/** A token that the machine has: another one is issued to it, as at a registration. */
async function machineToken(id: string): Promise<string> {
  const token = `test-${randomUUID()}`;
  await db.query(
    `insert into workspace_auth_tokens (token_hash, workspace_id, generation, attempt, prefix)
     select $2, workspace_id, generation, attempt, 'test-tok' from launches where workspace_id = $1 and registered_at is not null`,
    [id, hashToken(token)],
  );
  return token;
}
