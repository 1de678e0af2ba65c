// What must hold for a workspace at rest, by the ledger, Postgres and the bytes of its home (domain/workspaceInvariants.ts has its state's).

import { isDeepStrictEqual } from 'node:util';
import { DescribeInstancesCommand, EC2Client } from '@aws-sdk/client-ec2';
import type pg from 'pg';
import type { LedgerEntry } from '../../../emulator/control/ledger.ts';
import {
  machineEndedSignal,
  interruptionNoticeSignal,
  stateQuery,
  workspaceWorkflowId,
} from '../../../workflows/messages.ts';
import { readHome } from '../../support/home.ts';
import type { WorkspaceId } from '../../../domain/ids.ts';
import type { Rests } from './rest.ts';
import type { Workspace } from './workspaces.ts';
import type { World } from './world.ts';

/** Each is a sentence for whoever has to find out why. */
export type Violation = string;

const ENDED = ['shutting-down', 'terminated'];

export async function violations(world: World, db: pg.Pool, workspace: Workspace, rests: Rests): Promise<Violation[]> {
  const found: Violation[] = [];
  const is = (what: string, actual: unknown, expected: unknown): void => {
    const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)];
    if (a !== b) found.push(`${what}: ${a}, not ${b}`);
  };
  const mine = world.berth.emulator.ledger().entries.filter(({ tags }) => tags['WorkspaceID'] === workspace.id);
  const live = mine.filter(({ kind, state }) => kind === 'instance' && !ENDED.includes(state));
  is('machines at once', Math.max(0, ...mine.map((entry) => together(entry, mine))) <= 2, true);
  is('launches of one token', repeated(mine), []);
  is('answers', await lostAnswers(world, workspace), []);
  if (rests.phase === 'gone') {
    is(
      'what costs money',
      mine.filter(({ billable }) => billable).map(({ id }) => id),
      [],
    );
    return found;
  }
  await oldNews(world, workspace, mine);
  const now = await world.on.read(workspace.id);
  if (rests.phase !== undefined) is('phase', now.phase, rests.phase);
  if (rests.generation !== undefined) is('generation', now.generation, rests.generation);
  if (rests.hasMachine !== undefined) is('machine', now.machine !== null, rests.hasMachine);
  if (now.phase === 'ready') is('a machine behind what is ready', now.machine !== null, true);
  is(
    'live machines',
    live.map(({ id }) => id),
    now.machine === null ? [] : [now.machine.instance_id],
  );
  const volumes = mine.filter(({ kind, billable }) => kind === 'volume' && billable);
  const homes = volumes.filter(({ tags }) => tags['berth:volume'] === 'home').map(({ id }) => id);
  is('homes', homes, [now.home?.volume_id]);
  is('root volumes', volumes.length - homes.length, live.length);
  const { rows: points } = await db.query<{ snapshot_id: string }>(
    `select snapshot_id from restore_points where workspace_id = $1 and state <> 'deleted' order by snapshot_id`,
    [workspace.id],
  );
  const snapshots = mine.filter(({ kind, billable }) => kind === 'snapshot' && billable).map(({ id }) => id);
  is(
    'snapshots',
    snapshots.toSorted(),
    points.map(({ snapshot_id }) => snapshot_id),
  );
  if (now.home !== null) is('home', sorted(await readHome(world.berth, now.home.volume_id)), sorted(workspace.files));
  const { rows: tokens } = await db.query<{ generation: number }>(
    `select generation from workspace_auth_tokens where workspace_id = $1 and revoked_at is null and first_used_at is not null`,
    [workspace.id],
  );
  if (now.phase === 'ready')
    is(
      'generations that may speak',
      tokens.map((token) => token.generation),
      [now.generation],
    );
  if (now.machine !== null)
    is('homes that go with their machine', await doomedHomes(world, now.machine.instance_id), []);
  return found;
}

/** How many of the workspace's machines there were when this one was made. */
function together(entry: LedgerEntry, all: readonly LedgerEntry[]): number {
  if (entry.kind !== 'instance') return 0;
  const isThere = ({ kind, createdAt, endedAt }: LedgerEntry): boolean =>
    kind === 'instance' && createdAt <= entry.createdAt && (endedAt === null || endedAt > entry.createdAt);
  return all.filter(isThere).length;
}

function repeated(entries: readonly LedgerEntry[]): string[] {
  const tokens = entries.filter(({ kind }) => kind === 'instance').map(({ clientToken }) => String(clientToken));
  return tokens.filter((token, index) => tokens.indexOf(token) !== index);
}

/** Everything asked again under its key is answered as it was. */
async function lostAnswers({ berth }: World, { asked }: Workspace): Promise<string[]> {
  const checked = await Promise.all(
    asked.map(async ({ method, path, body, key, answer }) => {
      const again = await berth.user
        .call(method, path, body, { 'idempotency-key': key })
        .catch((error: unknown) => ({ refused: String(error) }));
      return isDeepStrictEqual(again, answer) ? [] : [`${method} ${path}: ${JSON.stringify(again)}`];
    }),
  );
  return checked.flat();
}

/** What is told of machines of the past, late or twice, changes nothing: what follows is looked at after it. */
async function oldNews({ berth }: World, { id }: Workspace, mine: readonly LedgerEntry[]): Promise<void> {
  const handle = berth.temporal.workflow.getHandle(workspaceWorkflowId(id as WorkspaceId));
  const ended = mine.filter(({ kind, state }) => kind === 'instance' && ENDED.includes(state));
  for (const { id: instanceId } of ended) {
    await handle.signal(machineEndedSignal, { instanceId, stateReason: 'Server.SpotInstanceTermination' });
    await handle.signal(interruptionNoticeSignal, {
      kind: 'interruption',
      instanceId,
      actionAt: null,
      source: 'events',
    });
  }
  // Answered by a worker that has taken in what was signalled before.
  if (ended.length > 0) await handle.query(stateQuery);
}

async function doomedHomes({ berth }: World, instanceId: string): Promise<string[]> {
  const ec2 = new EC2Client({ region: 'us-east-1', endpoint: berth.emulator.url });
  const { Reservations } = await ec2.send(new DescribeInstancesCommand({ InstanceIds: [instanceId] }));
  ec2.destroy();
  const [machine] = Reservations!.flatMap(({ Instances = [] }) => Instances);
  return machine!
    .BlockDeviceMappings!.filter(({ DeviceName }) => DeviceName !== machine!.RootDeviceName)
    .filter(({ Ebs }) => Ebs!.DeleteOnTermination !== false)
    .map(({ Ebs }) => Ebs!.VolumeId!);
}

const sorted = (files: Readonly<Record<string, string>>): [string, string][] =>
  Object.entries(files).toSorted(([a], [b]) => (a < b ? -1 : 1));
