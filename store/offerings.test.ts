// Where there was no room is avoided, for longer each time, and forgiven by a launch that found some.

import type { TenantId } from '../domain/ids.ts';
import type { Candidate } from '../domain/machine.ts';
import { useDatabase } from '../test/support/database.ts';
import { decisionFacts } from './decisionFacts.ts';
import { recordCapacity, recordNoCapacity } from './offerings.ts';
import type { Database } from './pool.ts';

let db: Database;
useDatabase((opened) => {
  db = opened;
});
beforeEach(() => db.query('truncate offering_failures'));

const REGION = 'us-east-1';
const here: Candidate = { instanceType: 't3.large', zone: 'us-east-1a', market: 'on-demand' };
const avoidedForSeconds = async (): Promise<number> => {
  const { rows } = await db.query(
    'select round(extract(epoch from avoid_until - last_failed_at)) as s from offering_failures',
  );
  return Number(rows[0].s);
};
const avoided = async (region: string): Promise<ReadonlySet<string>> =>
  (await decisionFacts(db, 'anyone' as TenantId, region, null)).avoided;
const timePasses = () => db.query(`update offering_failures set avoid_until = now() - interval '1 second'`);

it('is avoided in its type, zone, market and region alone', async () => {
  await recordNoCapacity(db, REGION, here);
  expect(await avoided(REGION)).toEqual(new Set(['t3.large/us-east-1a/on-demand']));
  expect(await avoided('us-west-2')).toEqual(new Set());
});

it('is avoided for three minutes, then twice as long each time, an hour at most', async () => {
  for (const seconds of [180, 360, 720, 1_440, 2_880, 3_600, 3_600]) {
    await recordNoCapacity(db, REGION, here);
    expect(await avoidedForSeconds()).toBe(seconds);
    await timePasses();
  }
  expect(await avoided(REGION)).toEqual(new Set());
});

it('many failures at once are one', async () => {
  await Promise.all(Array.from({ length: 10 }, () => recordNoCapacity(db, REGION, here)));
  expect(await avoidedForSeconds()).toBe(180);
});

it('is forgiven by a launch that found room', async () => {
  await recordNoCapacity(db, REGION, here);
  await recordCapacity(db, REGION, here);
  expect(await avoided(REGION)).toEqual(new Set());
  await recordNoCapacity(db, REGION, here);
  expect(await avoidedForSeconds()).toBe(180);
});
