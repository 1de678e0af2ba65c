// Restore points: taken, listed, deleted but for the last one, expired by number and age, kept for a deleted workspace, and gone back to.

import pg from 'pg';
import { type Berth, startBerth } from '../support/berth.ts';
import { readHome, writeHome } from '../support/home.ts';
import { FILES, operationsOf } from '../support/operations.ts';
import { runSchedule } from '../support/schedules.ts';
import { brokenAt } from '../support/soundness.ts';
import { until } from '../support/until.ts';

let berth: Berth;
let on: ReturnType<typeof operationsOf>;
let db: pg.Pool;
beforeAll(async () => {
  berth = await startBerth({
    settings: { KEEP_DELETED_DAYS: '7', RESTORE_POINTS_KEPT: '2', RESTORE_POINT_DAYS: '30' },
    emulator: { settings: { snapshotRate: 'off' } },
  });
  on = operationsOf(berth);
  db = new pg.Pool({ connectionString: berth.databaseUrl, max: 1 });
});
afterAll(async () => {
  await db.end();
  await berth.stop();
});
afterEach(() => berth.emulator.control.capacity.clear());

type Point = {
  readonly id: string;
  readonly state: string;
  readonly reason: string;
  readonly expires_at: string | null;
};
const points = (id: string) => berth.user.call<Point[]>('GET', `/workspaces/${id}/restore-points`);
const take = async (id: string): Promise<Point> => {
  expect(await on.run(id, 'restore-points')).toMatchObject({ status: 'succeeded', kind: 'checkpoint' });
  return (await points(id))[0]!;
};
async function send(method: string, path: string, key?: string) {
  const answer = await fetch(`${berth.apiUrl}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${berth.adminToken}`,
      ...(key === undefined ? {} : { 'idempotency-key': key }),
    },
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}
const ids = async (id: string): Promise<string[]> => (await points(id)).map((each) => each.id);
const expire = (): Promise<string> => runSchedule(berth, 'expire-restore-points');

it('any of them is deleted when it is asked for, the newest too, but for the last one', async () => {
  const { id } = await on.online('keeps one');
  const first = await take(id);
  const second = await take(id);
  const path = `/workspaces/${id}/restore-points/${second.id}`;
  const answer = await send('DELETE', path, 'delete-the-newest');
  expect(answer).toEqual({ status: 202, body: { status: 'deleting', id: second.id } });
  await until(async () => (await ids(id)).join() === first.id);
  // Asked again under its key it is as it was; under none it is not there any more.
  expect(await send('DELETE', path, 'delete-the-newest')).toEqual(answer);
  expect(await send('DELETE', path)).toMatchObject({ status: 404, body: { code: 'RESTORE_POINT_NOT_FOUND' } });
  expect(await send('DELETE', `/workspaces/${id}/restore-points/${first.id}`)).toMatchObject({
    status: 409,
    body: { code: 'LAST_RESTORE_POINT', next_step: expect.any(String) },
  });
  expect(await brokenAt(berth, id)).toEqual([]);
});

it('of those that are old as many as are to be kept stay, and always the last whole one', async () => {
  const { id } = await on.online('ages');
  const taken = [await take(id), await take(id), await take(id)];
  await db.query(`update restore_points set requested_at = requested_at - interval '31 days' where workspace_id = $1`, [
    id,
  ]);
  await expire();
  expect(await ids(id)).toEqual([taken[2]!.id, taken[1]!.id]);
  await db.query(`update restore_points set expires_at = now() - interval '1 day' where workspace_id = $1`, [id]);
  await expire();
  expect(await ids(id)).toEqual([taken[2]!.id]);
  expect(await brokenAt(berth, id)).toEqual([]);
});

it('a new workspace begins with the home of another one, which goes on as it is', async () => {
  const { id, volume } = await on.online('original');
  const point = await take(id);
  await writeHome(berth, volume, { 'work/notes.txt': 'later' });
  const { id: copy } = await berth.user.call<{ id: string }>('POST', '/workspaces', {
    name: 'copy',
    restore_point_id: point.id,
  });
  await berth.untilEvent(copy, 'WORKSPACE_ONLINE');
  const now = await on.read(copy);
  expect(now.home!.volume_id).not.toBe(volume);
  expect(await readHome(berth, now.home!.volume_id)).toEqual(FILES);
  expect(await brokenAt(berth, copy)).toEqual([]);
  expect(await brokenAt(berth, id, { ...FILES, 'work/notes.txt': 'later' })).toEqual([]);
});

it('a deleted workspace that can not come back now can later, and its restore points are as any then', async () => {
  const { id } = await on.online('comes back');
  await take(id);
  await berth.user.call('DELETE', `/workspaces/${id}`);
  await berth.untilEvent(id, 'WORKSPACE_DESTROYED');
  const kept = await points(id);
  expect(kept.map(({ reason, state }) => [reason, state])).toEqual([
    ['delete', 'completed'],
    ['manual', 'completed'],
  ]);
  expect(kept.every(({ expires_at: at }) => at !== null)).toBe(true);
  berth.emulator.control.capacity.empty('*', '*');
  expect(await on.run(id, 'restore')).toMatchObject({ status: 'failed', failure: { code: 'CAPACITY_EXHAUSTED' } });
  expect(await on.read(id)).toMatchObject({ status: 'failed', home: null });
  expect((await points(id)).every(({ expires_at: at }) => at === null)).toBe(true);
  // Deleted once more it can still be restored.
  const removed = await send('DELETE', `/workspaces/${id}`);
  expect(removed).toMatchObject({ status: 200, body: { restorable_days: 7 } });
  await until(async () => (await points(id)).every(({ expires_at: at }) => at !== null));
  await berth.temporal.workflow.getHandle(`workspace/${id}`).result();
  berth.emulator.control.capacity.clear();
  expect(await on.run(id, 'restore')).toMatchObject({ status: 'succeeded' });
  expect(await brokenAt(berth, id)).toEqual([]);
  expect((await points(id)).every(({ expires_at: at }) => at === null)).toBe(true);
});

it('what is not whole, or not there, is not gone back to', async () => {
  const { id } = await on.online('careful');
  expect(await send('POST', `/workspaces/${id}/restore`)).toMatchObject({
    status: 409,
    body: { code: 'NO_RESTORE_POINT' },
  });
  berth.emulator.control.change({ delays: { snapshotMs: 2_000 } });
  const { operation_id } = await berth.user.call('POST', `/workspaces/${id}/restore-points`);
  await until(async () => (await points(id)).some(({ state }) => state === 'pending'));
  const [point] = await points(id);
  const named = async (restore_point_id: string) =>
    berth.user.call('POST', `/workspaces/${id}/restore`, { restore_point_id });
  await expect(named(point!.id)).rejects.toThrow('is pending');
  await expect(named(crypto.randomUUID())).rejects.toThrow('There is no restore point');
  expect(await on.ended(id, operation_id)).toMatchObject({ status: 'succeeded' });
  expect(await on.run(id, 'restore', { restore_point_id: point!.id })).toMatchObject({ status: 'succeeded' });
  expect(await brokenAt(berth, id)).toEqual([]);
});
