// Tokens of a tenant: answered once, named by their prefix, good until revoked, and of their own tenant alone.

import pg from 'pg';
import { type Berth, startBerth } from '../support/berth.ts';
import { desktopsOf } from '../support/desktop.ts';

let berth: Berth;
let on: ReturnType<typeof desktopsOf>;
beforeAll(async () => {
  berth = await startBerth();
  on = desktopsOf(berth);
});
afterAll(() => berth.stop());

it('is made, listed without its secret, used and revoked', async () => {
  const made = await on.call('POST', '/org/tokens', { name: 'laptop' });
  const token = String(made.body['token']);
  expect(made).toMatchObject({
    status: 201,
    body: { name: 'laptop', prefix: token.slice(0, 8), created_by: 'admin-token' },
  });
  const id = await on.online('desk');
  expect(await on.control(id, 'acquire', {}, token)).toMatchObject({
    status: 200,
    body: { controlled_by: `org-token:${token.slice(0, 8)}` },
  });
  const { body } = await on.call('GET', '/org/tokens');
  expect(body).toMatchObject({ count: 1, tokens: [{ name: 'laptop', last_used_at: expect.any(String) }] });
  expect(JSON.stringify(body)).not.toContain(token);
  expect(await on.call('DELETE', `/org/tokens/${String(made.body['id'])}`)).toMatchObject({ status: 200 });
  expect(await on.call('DELETE', `/org/tokens/${String(made.body['id'])}`)).toMatchObject({ status: 404 });
  expect(await on.control(id, 'release', {}, token)).toMatchObject({ status: 401 });
});

it("opens nothing of another tenant's, and makes no tokens", async () => {
  const token = await on.orgToken('default only');
  const headers = {
    authorization: `Bearer ${token}`,
    'x-molecule-org-id': 'other',
    'content-type': 'application/json',
  };
  const id = await on.online('guarded');
  const answer = await fetch(`${berth.apiUrl}/workspaces/${id}/display/control`, { headers });
  expect(answer.status).toBe(404);
  expect(await on.call('POST', '/org/tokens', { name: 'more' }, token)).toMatchObject({ status: 401 });
});

it('no row of any table holds a token', async () => {
  const token = await on.orgToken('searched for');
  const id = await on.online('searched');
  await on.control(id, 'acquire', {}, token);
  const client = new pg.Client({ connectionString: berth.databaseUrl });
  await client.connect();
  try {
    const { rows: tables } = await client.query(`select tablename from pg_tables where schemaname = 'public'`);
    for (const { tablename } of tables) {
      const { rows } = await client.query(`select count(*) from ${tablename} t where t::text like '%' || $1 || '%'`, [
        token,
      ]);
      expect([tablename, Number(rows[0].count)]).toEqual([tablename, 0]);
    }
  } finally {
    await client.end();
  }
});
