// Migrations: on an empty database, again, and by two processes at once.

import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { shared } from '../test/support/servers.ts';
import { migrate } from './migrate.ts';

const names: string[] = [];

async function administer(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: shared('DATABASE_URL') });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** Not the template of the other tests: what is tested here is what makes that one. */
async function emptyDatabase(): Promise<string> {
  const name = `test_empty_${randomBytes(6).toString('hex')}`;
  await administer(`create database ${name} template template0`);
  names.push(name);
  return shared('DATABASE_URL').replace(/\/postgres$/, `/${name}`);
}

async function tablesOf(url: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query(`select tablename from pg_tables where schemaname = 'public' order by 1`);
  await client.end();
  return rows.map((row) => row.tablename);
}

afterAll(async () => {
  for (const name of names) await administer(`drop database ${name} with (force)`);
});

it('makes every table of an empty database, in order; a second time there is nothing to do', async () => {
  const url = await emptyDatabase();
  const ran = await migrate(url);
  expect(ran.length).toBeGreaterThan(0);
  expect(ran).toEqual([...ran].sort());
  const tables = await tablesOf(url);
  expect(tables).toEqual(
    expect.arrayContaining(['heartbeats', 'homes', 'idempotency_keys', 'launches', 'structure_events', 'workspaces']),
  );
  expect(await migrate(url)).toEqual([]);
  expect(await tablesOf(url)).toEqual(tables);
});

it('at once by several on an empty database runs each migration once, and all of them succeed', async () => {
  const url = await emptyDatabase();
  const ran = await Promise.all([migrate(url), migrate(url), migrate(url)]);
  const alone = await migrate(await emptyDatabase());
  expect(ran.flat().sort()).toEqual(alone);
  expect(await migrate(url)).toEqual([]);
});

it('says why it failed, rather than try again for ever', async () => {
  const absent = shared('DATABASE_URL').replace(/\/postgres$/, '/no_such_database');
  await expect(migrate(absent)).rejects.toThrow('database "no_such_database" does not exist');
});
