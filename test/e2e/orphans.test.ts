// What AWS has with our tags and nobody owns: it is found and shown; what the records prove to be ours is ended, nothing else ever.

import { EC2Client, RunInstancesCommand, CreateVolumeCommand, CreateSnapshotCommand } from '@aws-sdk/client-ec2';
import pg from 'pg';
import { type Berth, startBerth } from '../support/berth.ts';
import { readHome } from '../support/home.ts';
import { FILES, operationsOf } from '../support/operations.ts';
import { brokenAt } from '../support/soundness.ts';
import { until } from '../support/until.ts';

let berth: Berth;
let on: ReturnType<typeof operationsOf>;
let console: EC2Client;
let db: pg.Pool;
beforeAll(async () => {
  berth = await startBerth({
    settings: { ORPHANS: 'delete', ORPHAN_GRACE_SECONDS: '1', NOT_FOUND_GRACE_SECONDS: '0', KEEP_DELETED_DAYS: '7' },
    emulator: { settings: { snapshotRate: 'off' } },
  });
  on = operationsOf(berth);
  console = new EC2Client({ region: 'us-east-1', endpoint: berth.emulator.url });
  db = new pg.Pool({ connectionString: berth.databaseUrl, max: 1 });
});
afterAll(async () => {
  await db.end();
  console.destroy();
  await berth.stop();
});

type Listed = {
  readonly count: number;
  readonly may_end_count: number;
  readonly orphans: readonly (Record<string, unknown> & { readonly resource_id: string; readonly looks: number })[];
};
const listed = () => berth.user.call<Listed>('GET', '/admin/orphans');
const of = async (id: string) => (await listed()).orphans.find(({ resource_id }) => resource_id === id);
/** Runs it once, to its end. */
async function look(): Promise<void> {
  await berth.temporal.workflow.execute('reapOrphans', {
    taskQueue: berth.env['TASK_QUEUE']!,
    workflowId: `look-${crypto.randomUUID()}`,
  });
}
/** Twice, the grace apart. */
async function looks(): Promise<void> {
  await look();
  await db.query(`update orphans set first_seen_at = first_seen_at - interval '2 seconds' where ended_at is null`);
  await look();
}
const isThere = (id: string): boolean => berth.billable().some((entry) => entry.id === id);
const tagsOf = (workspaceId: string, more: Readonly<Record<string, string>> = {}) =>
  Object.entries({ WorkspaceID: workspaceId, 'berth:managed-by': 'berth', ...more }).map(([Key, Value]) => ({
    Key,
    Value,
  }));

it('what is somebody’s is left alone: machines, homes, stopped ones, restore points, and what is kept of the deleted', async () => {
  const online = await on.online('online');
  await on.run(online.id, 'checkpoint');
  const stopped = await on.online('stopped');
  await on.run(stopped.id, 'pause');
  const alone = await on.online('alone');
  await on.run(alone.id, 'pause', { mode: 'terminate' });
  const deleted = await on.online('deleted');
  await berth.user.call('DELETE', `/workspaces/${deleted.id}`);
  await berth.untilEvent(deleted.id, 'WORKSPACE_DESTROYED');
  const before = berth.billable().map(({ id }) => id);
  await looks();
  expect(await listed()).toMatchObject({ mode: 'delete', count: 0, may_end_count: 0, orphans: [] });
  expect(berth.billable().map(({ id }) => id)).toEqual(before);
  for (const { id } of [online, stopped, alone]) expect(await brokenAt(berth, id)).toEqual([]);
  expect(await on.run(deleted.id, 'restore')).toMatchObject({ status: 'succeeded' });
  expect(await brokenAt(berth, deleted.id)).toEqual([]);
});

it('what was made by hand with our tags is shown, and never ended', async () => {
  const { id } = await on.online('tagged');
  const TagSpecifications = [{ ResourceType: 'instance' as const, Tags: tagsOf(id) }];
  const { Instances } = await console.send(
    new RunInstancesCommand({
      ImageId: await imageOf(id),
      InstanceType: 't3.large',
      MinCount: 1,
      MaxCount: 1,
      TagSpecifications,
    }),
  );
  const [{ InstanceId }] = Instances as [{ InstanceId: string }];
  const { VolumeId } = await console.send(
    new CreateVolumeCommand({
      AvailabilityZone: 'us-east-1a',
      Size: 1,
      VolumeType: 'gp3',
      TagSpecifications: [{ ResourceType: 'volume', Tags: tagsOf('not even an id', { 'berth:volume': 'home' }) }],
    }),
  );
  await looks();
  await looks();
  for (const made of [InstanceId, VolumeId!]) {
    expect(await of(made)).toMatchObject({ why: 'unknown to the records', may_end: false, ended_at: null });
    expect(isThere(made)).toBe(true);
  }
  expect((await of(InstanceId))!.looks).toBeGreaterThanOrEqual(4);
  const events = await berth.user.call<{ event_type: string; payload: object }[]>('GET', `/events/${id}`);
  const found = events.filter(({ event_type: type }) => type === 'WORKSPACE_ORPHAN_FOUND');
  expect(found).toMatchObject([{ payload: { resource_id: InstanceId, may_end: false } }]);
});

it('a machine that an operation could not end is ended, and the home that it holds is not', async () => {
  const { id, instance, volume } = await on.online('left over');
  // As where an undo failed for good: the workspace has another machine by now, and the records still have the old one open.
  await db.query(`update workspaces set instance_id = 'i-0123456789abcdef0' where id = $1`, [id]);
  await look();
  expect(await of(instance)).toMatchObject({ why: 'another one has taken its place', may_end: true, looks: 1 });
  // Once is not enough, whatever the grace.
  await db.query(`update orphans set first_seen_at = now() - interval '1 day' where resource_id = $1`, [instance]);
  expect(isThere(instance)).toBe(true);
  await look();
  expect(await of(instance)).toMatchObject({ outcome: 'ended', ended_at: expect.any(String) });
  expect(on.alive(id)).toEqual([]);
  expect(await readHome(berth, volume)).toEqual(FILES);
  expect(isThere(volume)).toBe(true);
});

it('a home that is no longer one goes only where a restore point has it', async () => {
  const { id, volume } = await on.online('two homes');
  await on.run(id, 'pause', { mode: 'terminate' });
  const states = async () =>
    (await berth.user.call<{ state: string }[]>('GET', `/workspaces/${id}/restore-points`)).map(({ state }) => state);
  await until(states, (all) => all.join() === 'completed');
  await db.query(`update workspaces set home_volume_id = 'vol-0123456789abcdef0' where id = $1`, [id]);
  await db.query(`update restore_points set expires_at = now() where workspace_id = $1`, [id]);
  await looks();
  expect(await of(volume)).toMatchObject({ why: 'another one has taken its place', may_end: false, ended_at: null });
  expect(isThere(volume)).toBe(true);
  await db.query(`update restore_points set expires_at = null where workspace_id = $1`, [id]);
  await looks();
  expect(await of(volume)).toMatchObject({ outcome: 'ended' });
  expect(isThere(volume)).toBe(false);
});

it('a second snapshot of a restore point goes, and the one that is it stays', async () => {
  const { id, volume } = await on.online('twice');
  await on.run(id, 'checkpoint');
  const [point] = await berth.user.call<{ id: string; snapshot_id: string }[]>(
    'GET',
    `/workspaces/${id}/restore-points`,
  );
  const { SnapshotId } = await console.send(
    new CreateSnapshotCommand({
      VolumeId: volume,
      TagSpecifications: [{ ResourceType: 'snapshot', Tags: tagsOf(id, { 'berth:restore-point': point!.id }) }],
    }),
  );
  await looks();
  expect(await of(SnapshotId!)).toMatchObject({ why: 'another one is the restore point', outcome: 'ended' });
  // One that is not whole yet goes when it is.
  await until(() => !isThere(SnapshotId!));
  expect(isThere(point!.snapshot_id)).toBe(true);
  expect(await brokenAt(berth, id)).toEqual([]);
});

it('an operator has a look made at once, and what has found its owner is no orphan any more', async () => {
  const { id, instance } = await on.online('found again');
  await db.query(`update workspaces set instance_id = null where id = $1`, [id]);
  await berth.user.call('POST', '/admin/orphans/look');
  await until(
    () => of(instance),
    (found) => found !== undefined,
  );
  await db.query(`update workspaces set instance_id = $2 where id = $1`, [id, instance]);
  await looks();
  expect(await of(instance)).toMatchObject({ outcome: 'not an orphan any more' });
  expect(isThere(instance)).toBe(true);
});

async function imageOf(id: string): Promise<string> {
  const { rows } = await db.query(`select request->>'ImageId' as image from launches where workspace_id = $1`, [id]);
  return String(rows[0].image);
}
