// A spot workspace gets a restore point every so often: its user learns of it from the times alone, and no command waits for it.

import { inlineMachines } from '../../emulator/machines/inline.ts';
import { connect, type Database } from '../../store/pool.ts';
import { type Berth, startBerth } from '../support/berth.ts';
import { FILES, type Online, operationsOf, type Read } from '../support/operations.ts';
import { runSchedule } from '../support/schedules.ts';
import { readHome } from '../support/home.ts';
import { until } from '../support/until.ts';

let berth: Berth;
let db: Database;
let on: ReturnType<typeof operationsOf>;
beforeAll(async () => {
  berth = await startBerth({
    emulator: { machines: inlineMachines(), settings: { snapshotRate: 'off' } },
  });
  db = connect(berth.databaseUrl);
  on = operationsOf(berth);
  const answer = await ask('PUT', '/admin/tenants/default/entitlements', { spot: true });
  expect(answer.status).toBe(200);
});
afterAll(async () => {
  await db.end();
  await berth.stop();
});

type Point = { readonly id: string; readonly reason: string; readonly quality: string; readonly state: string };
type Shown = Read & {
  readonly checkpoint_every: number | null;
  readonly next_checkpoint_at: string | null;
  readonly last_restore_point: (Point & { readonly taken_at: string; readonly age_seconds: number }) | null;
  readonly operation: object | null;
};
const ask = async (method: string, path: string, body?: object): Promise<{ status: number; body: unknown }> => {
  const answer = await fetch(`${berth.apiUrl}${path}`, {
    method,
    headers: { authorization: `Bearer ${berth.adminToken}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, body: await answer.json() };
};
const SPOT = { compute: { market: 'spot' }, max_hourly_usd: '1' };
const spot = (name: string, body: object = {}): Promise<Online> => on.online(name, { ...SPOT, ...body });
const read = async (id: string): Promise<Shown> => (await ask('GET', `/workspaces/${id}`)).body as Shown;
const points = async (id: string): Promise<Point[]> =>
  (await ask('GET', `/workspaces/${id}/restore-points`)).body as Point[];
const minutesFromNow = (at: string | null): number => (Date.parse(at!) - Date.now()) / 60_000;
/** As if that much time had gone by since it went online and since its last restore points. */
const ages = async (id: string, minutes: number): Promise<void> => {
  await db.query(`update workspaces set serving_since = serving_since - make_interval(mins => $2) where id = $1`, [
    id,
    minutes,
  ]);
  await db.query(
    `update restore_points set requested_at = requested_at - make_interval(mins => $2) where workspace_id = $1`,
    [id, minutes],
  );
  await db.query(`update operations set started_at = started_at - make_interval(mins => $2) where workspace_id = $1`, [
    id,
    minutes,
  ]);
};
/** What it says is how many it has told. */
const looked = (): Promise<string> => runSchedule(berth, 'checkpoint-due');

it('is taken when its time has come, and what a workspace says bounds what could be lost', async () => {
  const { id } = await spot('hourly');
  const before = await read(id);
  expect(before).toMatchObject({ checkpoint_every: 60, last_restore_point: null });
  expect(minutesFromNow(before.next_checkpoint_at)).toBeGreaterThan(44);
  expect(minutesFromNow(before.next_checkpoint_at)).toBeLessThan(61);
  await looked();
  expect(await points(id)).toEqual([]);

  await ages(id, 61);
  expect(minutesFromNow((await read(id)).next_checkpoint_at)).toBeLessThan(0.1);
  await looked();
  const seen = await berth.untilEvent(id, 'WORKSPACE_CHECKPOINTED');
  expect(seen.at(-1)!.payload).toMatchObject({ reason: 'schedule' });
  // Neither its start nor a phase of its own is told to those who watch.
  expect(seen.map(({ event }) => event)).not.toContain('WORKSPACE_OPERATION_STARTED');
  const after = await read(id);
  expect(after).toMatchObject({
    status: 'online',
    phase: 'ready',
    operation: null,
    last_restore_point: { reason: 'schedule', quality: 'frozen', age_seconds: expect.any(Number) },
  });
  expect(after.last_restore_point!.age_seconds).toBeLessThan(30);
  expect(minutesFromNow(after.next_checkpoint_at)).toBeGreaterThan(44);

  // The next one is due by the age of this one.
  await looked();
  expect(await points(id)).toHaveLength(1);
  // Nobody has waited for it to become whole, and it does.
  await until(
    () => points(id),
    ([point]) => point!.state === 'completed',
  );
});

it('is not taken of what is paused, on-demand, or has asked for none', async () => {
  const [paused, onDemand, none] = await Promise.all([
    spot('paused'),
    on.online('on-demand'),
    spot('none', { checkpoint_every: null }),
  ]);
  expect(await on.run(paused.id, 'pause')).toMatchObject({ status: 'succeeded' });
  await Promise.all([paused, onDemand, none].map(({ id }) => ages(id, 200)));
  await looked();
  expect((await points(paused.id)).map(({ reason }) => reason)).toEqual(['pause']);
  for (const { id } of [onDemand, none]) {
    expect(await points(id)).toEqual([]);
    expect(await read(id)).toMatchObject({ checkpoint_every: null, next_checkpoint_at: null });
  }
  // Resumed, its home is what it was: its time begins anew.
  expect(await on.run(paused.id, 'resume')).toMatchObject({ status: 'succeeded' });
  expect(minutesFromNow((await read(paused.id)).next_checkpoint_at)).toBeGreaterThan(44);
});

it('a command that comes while one is taken is taken at once, and the home is what it was', async () => {
  const { id, volume } = await spot('interfered', { checkpoint_every: 5 });
  await ages(id, 6);
  // Long under way: its snapshot is asked for, and the answer is late.
  berth.emulator.control.faults.add({ action: 'CreateSnapshot', effect: 'after', delayMs: 3_000, nth: 1 });
  await looked();
  const asked = () => db.query(`select 1 from restore_points where workspace_id = $1`, [id]);
  await until(asked, ({ rows }) => rows.length > 0);
  const restart = await ask('POST', `/workspaces/${id}/restart`);
  expect(restart.status).toBe(200);
  const { operation_id } = restart.body as { operation_id: string };
  expect(await on.ended(id, operation_id)).toMatchObject({ status: 'succeeded' });
  expect(await read(id)).toMatchObject({ status: 'online', phase: 'ready' });
  expect(await readHome(berth, volume)).toEqual(FILES);
});

it('what is said of it is checked, kept, and changed without a restart', async () => {
  for (const checkpoint_every of [4, 1441, 7.5, '60']) {
    const refused = await ask('POST', '/workspaces', { name: 'x', ...SPOT, checkpoint_every });
    expect(refused).toMatchObject({ status: 400, body: { code: 'VALIDATION_FAILED' } });
  }
  expect(await ask('POST', '/workspaces', { name: 'x', checkpoint_every: 60 })).toMatchObject({
    status: 400,
    body: { code: 'CHECKPOINT_EVERY_NEEDS_SPOT', market: 'on-demand' },
  });
  const { id } = await spot('changed', { checkpoint_every: 30 });
  expect(await read(id)).toMatchObject({ checkpoint_every: 30 });
  expect(await ask('PATCH', `/workspaces/${id}`, { checkpoint_every: 15 })).toMatchObject({
    status: 200,
    body: { needs_restart: false },
  });
  expect(await read(id)).toMatchObject({ checkpoint_every: 15 });
  expect(await ask('PATCH', `/workspaces/${id}`, { name: 'renamed' })).toMatchObject({ status: 200 });
  expect(await read(id)).toMatchObject({ checkpoint_every: 15 });
  expect(await ask('PATCH', `/workspaces/${id}`, { checkpoint_every: 0 })).toMatchObject({ status: 200 });
  expect(await read(id)).toMatchObject({ checkpoint_every: null });
  const metadata = (await ask('GET', '/compute/metadata')).body as { bounds: object; defaults: object };
  expect(metadata).toMatchObject({
    bounds: { checkpoint_every: { min: 5, max: 1440 } },
    defaults: { checkpoint_every: 60 },
  });
});

it('is no use of the workspace: one that nobody uses is paused all the same', async () => {
  const { id } = await spot('idle', { auto_pause: { idle_minutes: 60 } });
  const before = (await read(id)) as Shown & { readonly auto_pause: { readonly pauses_at: string } };
  await ages(id, 61);
  await looked();
  await berth.untilEvent(id, 'WORKSPACE_CHECKPOINTED');
  expect(await read(id)).toMatchObject({ auto_pause: { pauses_at: before.auto_pause.pauses_at, last_activity: null } });
});
