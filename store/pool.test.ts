// What counts as Postgres being out of reach, and what a transaction leaves behind.

import { type TestDatabase, testDatabase } from '../test/support/database.ts';
import { connect, type Database, isUnavailable, transaction } from './pool.ts';

let database: TestDatabase;
let db: Database;
beforeAll(async () => {
  database = await testDatabase();
  db = connect(database.url, { max: 1 });
  await db.query('create table kept (n integer)');
});
afterAll(async () => {
  await db.end();
  await database.drop();
});

const withCode = (code: string): Error => Object.assign(new Error('no'), { code });
const count = async (): Promise<number> => (await db.query('select count(*) from kept')).rows[0].count;

it.each([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  '57P01',
  '08006',
  '53300',
  '40P01',
])('%s is out of reach', (code) => expect(isUnavailable(withCode(code))).toBe(true));

it.each(['23505', '22P02', '40001', 'EACCES'])('%s is an answer', (code) =>
  expect(isUnavailable(withCode(code))).toBe(false),
);

it('all that a transaction did is there after it', async () => {
  await transaction(db, async (client) => {
    await client.query('insert into kept values (1)');
    await client.query('insert into kept values (2)');
  });
  expect(await count()).toBe(2);
});

it('nothing of one that failed is, whichever of its queries did, and its connection serves the next', async () => {
  const failing = transaction(db, async (client) => {
    await client.query('insert into kept values (3)');
    await client.query(`select 'x'::integer`);
  });
  await expect(failing).rejects.toThrow('invalid input syntax');
  const givenUp = transaction(db, async () => Promise.reject(new Error('before its first query')));
  await expect(givenUp).rejects.toThrow('before its first query');
  expect(await count()).toBe(2);
});
