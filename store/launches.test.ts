// Launch intents: a replay sends the first request, an end revokes what the machine held, and only whoever waits is told.

import { randomUUID } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import type { WorkspaceId } from '../domain/ids.ts';
import type { LaunchKey } from '../domain/machine.ts';
import { mintToken } from '../credentials/secrets.ts';
import { useDatabase } from '../test/support/database.ts';
import {
  adoptLaunch,
  findLaunch,
  forgoLaunch,
  type LaunchIntent,
  openLaunches,
  recordEnded,
  recordIntent,
  recordLaunched,
  recordObserved,
  recordRefused,
  recordTerminating,
  unwatchedLaunches,
  wakeSweep,
  watchedLaunches,
  WATCH_CHANNEL,
} from './launches.ts';
import { listen } from './listen.ts';
import type { Database } from './pool.ts';
import { findToken, register } from './registrations.ts';

let db: Database;
useDatabase((opened) => {
  db = opened;
});

const REGION = 'eu-test-1';
const intent = (changed: Partial<LaunchIntent> = {}): LaunchIntent => ({
  workspaceId: randomUUID() as WorkspaceId,
  generation: 1,
  attempt: 1,
  tenantId: 'acme',
  region: REGION,
  operationWorkflowId: 'provision/1',
  clientToken: randomUUID(),
  request: { ImageId: 'ami-1', MinCount: 1, MaxCount: 1, UserData: 'first' },
  bootDeadlineAt: new Date(Date.now() + 600_000),
  ...changed,
});
const recorded = async (changed: Partial<LaunchIntent> = {}): Promise<LaunchIntent> => {
  const made = intent(changed);
  await recordIntent(db, made);
  return made;
};
const instanceOf = (launch: LaunchKey): string => `i-${launch.workspaceId}-${launch.attempt}`;
const isWatched = async (launch: LaunchKey): Promise<boolean> =>
  (await watchedLaunches(db, REGION)).some((row) => row.workspace_id === launch.workspaceId);
const isOpen = async (launch: LaunchKey): Promise<boolean> =>
  (await openLaunches(db, launch.workspaceId)).some((row) => row.attempt === launch.attempt);

async function registered(launch: LaunchKey): Promise<Buffer> {
  const { hash: tokenHash, prefix: tokenPrefix } = mintToken();
  const answer = await register(db, {
    ...launch,
    home: { volumeId: 'vol-1', digest: null },
    url: null,
    agentCard: null,
    instanceId: instanceOf(launch),
    tokenHash,
    tokenPrefix,
  });
  expect(answer.result).toBe('registered');
  return tokenHash;
}

it('an intent that is replayed answers the first request, not the new one', async () => {
  const first = await recorded();
  const replayed = await recordIntent(db, {
    ...first,
    clientToken: randomUUID(),
    request: { ImageId: 'ami-2', MinCount: 1, MaxCount: 1 },
    bootDeadlineAt: new Date(0),
  });
  expect(replayed).toMatchObject({ request: first.request, client_token: first.clientToken });
  const kept = await findLaunch(db, first);
  expect(kept).toMatchObject({ progress: 'requested', boot_deadline: first.bootDeadlineAt });
});

it('another attempt is another intent, and no two share a token', async () => {
  const first = await recorded();
  await recorded({ ...first, attempt: 2, clientToken: randomUUID() });
  expect((await openLaunches(db, first.workspaceId)).map((row) => row.attempt)).toEqual([1, 2]);
  await expect(recordIntent(db, { ...first, attempt: 3 })).rejects.toThrow('client_token');
});

it('only a launch that somebody waits for is watched, in its own region', async () => {
  const launch = await recorded();
  expect(await isWatched(launch)).toBe(false);
  await recordLaunched(db, launch, instanceOf(launch), 'provision/1');
  expect(await isWatched(launch)).toBe(true);
  expect(await watchedLaunches(db, 'us-test-1')).toEqual([]);
  await recordObserved(db, launch, 'provision/1', 'running', null, false);
  expect(await findLaunch(db, launch)).toMatchObject({ observed_state: 'running', watcher: 'provision/1' });
  await recordObserved(db, launch, 'provision/1', 'terminated', 'Server.InternalError', true);
  expect(await findLaunch(db, launch)).toMatchObject({ observed_state: 'terminated', watcher: null });
  expect(await isWatched(launch)).toBe(false);
});

it('what one watcher was told does not count for the next, who hears the present state first', async () => {
  const launch = await recorded();
  await recordLaunched(db, launch, instanceOf(launch), 'provision/1');
  await recordObserved(db, launch, 'provision/1', 'running', null, false);
  await recordTerminating(db, launch, 'destroy/1');
  expect(await findLaunch(db, launch)).toMatchObject({ watcher: 'destroy/1', observed_state: null });
  // A sweep that began before the change of watchers.
  await recordObserved(db, launch, 'provision/1', 'terminated', null, true);
  expect(await findLaunch(db, launch)).toMatchObject({ watcher: 'destroy/1', observed_state: null });
});

it('a launch that has registered is not watched, also where its answer is recorded after that', async () => {
  const prompt = await recorded();
  await recordLaunched(db, prompt, instanceOf(prompt), 'provision/1');
  await registered(prompt);
  expect(await isWatched(prompt)).toBe(false);
  const early = await recorded();
  await registered(early);
  await recordLaunched(db, early, instanceOf(early), 'provision/1');
  expect(await findLaunch(db, early)).toMatchObject({ progress: 'launched', watcher: null });
});

it('an end closes the intent, stops the watch and revokes the tokens of its generation', async () => {
  const launch = await recorded();
  await recordLaunched(db, launch, instanceOf(launch), 'provision/1');
  const token = await registered(launch);
  expect(await findToken(db, token)).toMatchObject({ workspaceId: launch.workspaceId, isSuperseded: false });
  await recordTerminating(db, launch, 'destroy/1');
  await recordEnded(db, launch, 'destroy/1');
  expect(await findLaunch(db, launch)).toMatchObject({ progress: 'ended', watcher: null });
  expect(await findToken(db, token)).toMatchObject({ isSuperseded: true });
  expect([await isOpen(launch), await isWatched(launch)]).toEqual([false, false]);
});

it('who begins to watch while the end is being told is told of it, too', async () => {
  const before = await recorded();
  await recordLaunched(db, before, instanceOf(before), 'provision/1');
  await adoptLaunch(db, before, 'recover/1');
  await recordEnded(db, before, 'provision/1');
  expect(await findLaunch(db, before)).toMatchObject({ progress: 'ended', watcher: 'recover/1' });
  const after = await recorded();
  await recordLaunched(db, after, instanceOf(after), 'provision/1');
  await recordEnded(db, after, 'provision/1');
  expect(await isWatched(after)).toBe(false);
  await adoptLaunch(db, after, 'recover/1');
  expect(await isWatched(after)).toBe(true);
});

it('after its end nothing that comes late opens a launch again', async () => {
  const launch = await recorded();
  await recordEnded(db, launch, null);
  await recordLaunched(db, launch, instanceOf(launch), 'provision/1');
  await recordTerminating(db, launch, 'destroy/1');
  await recordRefused(db, launch, 'InsufficientInstanceCapacity');
  await recordIntent(db, launch);
  expect(await findLaunch(db, launch)).toMatchObject({ progress: 'ended', watcher: null, instance_id: null });
});

it('a launch that was forgone before its intent came is over for that intent, and one that came first is not forgone', async () => {
  const late = intent();
  await db.query(
    `insert into workspaces (id, tenant_id, name, tier, compute, status, phase, generation, version)
     values ($1, 'acme', 'late', 2, '{}', 'provisioning', 'provisioning', 1, 1)`,
    [late.workspaceId],
  );
  expect(await forgoLaunch(db, late, REGION, 'destroy/1')).toBe(true);
  expect(await forgoLaunch(db, late, REGION, 'destroy/1')).toBe(false);
  expect(await recordIntent(db, late)).toMatchObject({ progress: 'ended' });
  expect(await recordLaunched(db, late, 'i-late', 'provision/1')).toBe(false);

  const early = await recorded();
  expect(await forgoLaunch(db, early, REGION, 'destroy/1')).toBe(false);
  expect(await findLaunch(db, early)).toMatchObject({ progress: 'requested' });
});

it('a refusal closes an intent that made nothing, and never one that made an instance', async () => {
  const [refused, launched] = [await recorded(), await recorded()];
  await recordRefused(db, refused, 'InsufficientInstanceCapacity');
  expect(await findLaunch(db, refused)).toMatchObject({
    progress: 'refused',
    refusal: 'InsufficientInstanceCapacity',
  });
  await recordLaunched(db, launched, instanceOf(launched), 'provision/1');
  await recordRefused(db, launched, 'InsufficientInstanceCapacity');
  expect(await findLaunch(db, launched)).toMatchObject({ progress: 'launched', refusal: null });
  expect([await isOpen(refused), await isOpen(launched)]).toEqual([false, true]);
});

it('a sweep is woken with the region', async () => {
  const heard = new EventEmitter();
  const woken = once(heard, 'notice');
  const subscription = await listen(db, WATCH_CHANNEL, {
    onNotice: (payload) => heard.emit('notice', payload),
    onGap: () => {},
    retryMs: 10,
  });
  await wakeSweep(db, REGION);
  expect(await woken).toEqual([REGION]);
  await subscription.close();
});

it('a machine is taken over once its workspace speaks of it, and where no operation is to hand it over', async () => {
  const launch = await recorded();
  await recordLaunched(db, launch, instanceOf(launch), launch.operationWorkflowId);
  await registered(launch);
  const isTakenOver = async (): Promise<boolean | undefined> =>
    (await unwatchedLaunches(db, REGION)).find((row) => row.workspace_id === launch.workspaceId)?.is_taken_over;
  const { workspaceId } = launch;
  await db.query(
    `insert into workspaces (id, tenant_id, name, tier, status, phase, generation, instance_id, operation_id, version)
     values ($1, 'acme', 'moving', 3, 'provisioning', 'recreating', 1, 'i-before', $2, 1)`,
    [workspaceId, randomUUID()],
  );
  expect(await isTakenOver()).toBe(false);
  await db.query('update workspaces set instance_id = $2 where id = $1', [workspaceId, instanceOf(launch)]);
  expect(await isTakenOver()).toBe(true);
  await db.query(`update workspaces set instance_id = 'i-before', operation_id = null where id = $1`, [workspaceId]);
  expect(await isTakenOver()).toBe(true);
});
