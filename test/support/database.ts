// A database of one's own for each test file, cloned from the migrated template.

import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { connect, type Database } from '../../store/pool.ts';
import { shared } from './servers.ts';

export type TestDatabase = { readonly url: string; drop(): Promise<void> };

export async function testDatabase(): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  await administer(`create database ${name} template berth_template`);
  return {
    url: shared('DATABASE_URL').replace(/\/postgres$/, `/${name}`),
    drop: () => administer(`drop database ${name} with (force)`),
  };
}

/** For the tests of a file: given when they begin, gone when they have ended. */
export function useDatabase(give: (db: Database) => void): void {
  let database: TestDatabase;
  let db: Database;
  beforeAll(async () => {
    database = await testDatabase();
    db = connect(database.url);
    give(db);
  });
  afterAll(async () => {
    await db.end();
    await database.drop();
  });
}

/** Two clones of one template at once are refused: the advisory lock makes them take turns. */
async function administer(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: shared('DATABASE_URL') });
  await client.connect();
  try {
    await client.query(`select pg_advisory_lock(hashtext('berth-test-databases'))`);
    await client.query(statement);
  } finally {
    await client.end();
  }
}
