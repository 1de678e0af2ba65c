// Looks at a workspace at rest, in the ledger, Postgres and the bytes of its home, and asks whether all holds that must (domain/invariants/).

import { DescribeInstancesCommand, EC2Client } from '@aws-sdk/client-ec2';
import type pg from 'pg';
import { homeOutlivesMachine, launchMakesRootOnly, sameHome } from '../../../domain/invariants/home.ts';
import {
  nothingIsLeft,
  nothingWithoutOwner,
  oneLaunchPerToken,
  oneLiveMachine,
  twoMachinesAtMost,
} from '../../../domain/invariants/ledger.ts';
import { oneGenerationSpeaks, sameAnswer } from '../../../domain/invariants/service.ts';
import type { LedgerEntry } from '../../../emulator/control/ledger.ts';
import { machineEndedSignal, interruptionNoticeSignal, workspaceWorkflowId } from '../../../workflows/messages.ts';
import { readHome } from '../../support/home.ts';
import type { WorkspaceId } from '../../../domain/ids.ts';
import { type Rests, untilRest, untilTakenIn } from './rest.ts';
import { machinesOf, type Workspace } from './workspaces.ts';
import type { World } from './world.ts';

/** Each is a sentence for whoever has to find out why. */
export type Violation = string;

/** That it reads as something else between two looks, each at rest, happens once in a run; it is no state that it stays in. */
const LOOKS = 5;

const ENDED = ['shutting-down', 'terminated'];

export async function violations(world: World, db: pg.Pool, workspace: Workspace, rests: Rests): Promise<Violation[]> {
  const mine = world.berth.emulator.ledger().entries.filter(({ tags }) => tags['WorkspaceID'] === workspace.id);
  const always = [
    ...twoMachinesAtMost(mine),
    ...oneLaunchPerToken(mine),
    ...(await doomedByLaunch(db, workspace)),
    ...(await lostAnswers(world, workspace)),
    ...(await takenUp(db, workspace)),
  ];
  if (rests.phase === 'gone') return [...always, ...nothingIsLeft(mine)];
  await oldNews(world, workspace, mine);
  let now = await world.on.read(workspace.id);
  // What a killed worker had published and not yet reported is done again, with that news before it: it may read as under way once more.
  for (let look = 0; look < LOOKS && rests.phase !== undefined && now.phase !== rests.phase; look++) {
    await untilRest(world, workspace.id, rests);
    now = await world.on.read(workspace.id);
  }
  const found: Violation[] = [...always];
  const is = (what: string, actual: unknown, expected: unknown): void => {
    if (actual !== expected) found.push(`${what}: ${String(actual)}, not ${String(expected)}`);
  };
  if (rests.phase !== undefined) is('phase', now.phase, rests.phase);
  if (rests.generation !== undefined && now.generation < rests.generation)
    found.push(`generation: ${now.generation}, not ${rests.generation} or later`);
  if (rests.machines !== undefined)
    is('generations with a machine', machinesOf(mine.filter(({ kind }) => kind === 'instance')), rests.machines);
  if (rests.hasMachine !== undefined) is('machine', now.machine !== null, rests.hasMachine);
  if (now.phase === 'ready') is('a machine behind what is ready', now.machine !== null, true);
  const owned = {
    machine: now.machine?.instance_id ?? null,
    home: now.home?.volume_id ?? null,
    snapshots: await snapshotsOf(db, workspace),
  };
  found.push(...oneLiveMachine(mine, owned), ...nothingWithoutOwner(mine, owned));
  if (now.home !== null) found.push(...sameHome(workspace.files, await readHome(world.berth, now.home.volume_id)));
  if (now.phase === 'ready') found.push(...oneGenerationSpeaks(await speaking(db, workspace), now.generation));
  if (now.machine !== null) found.push(...(await doomedHomes(world, now.machine.instance_id)));
  return found;
}

async function snapshotsOf(db: pg.Pool, { id }: Workspace): Promise<string[]> {
  const { rows } = await db.query<{ snapshot_id: string }>(
    `select snapshot_id from restore_points where workspace_id = $1 and state <> 'deleted'`,
    [id],
  );
  return rows.map(({ snapshot_id }) => snapshot_id);
}

/** Generations whose machine has used its token, and may still. */
async function speaking(db: pg.Pool, { id }: Workspace): Promise<number[]> {
  const { rows } = await db.query<{ generation: number }>(
    `select generation from workspace_auth_tokens where workspace_id = $1 and revoked_at is null and first_used_at is not null`,
    [id],
  );
  return rows.map(({ generation }) => generation);
}

/** Its entity was stuck: that this was made good is no excuse. */
async function takenUp(db: pg.Pool, { id }: Workspace): Promise<string[]> {
  const { rows } = await db.query<{ created_at: Date }>(
    `select created_at from structure_events where workspace_id = $1 and event_type = 'WORKSPACE_TAKEN_UP'`,
    [id],
  );
  return rows.map(({ created_at: at }) => `its entity was lost, and taken up at ${at.toISOString()}`);
}

/** Every request for a machine that was ever sent. */
async function doomedByLaunch(db: pg.Pool, { id }: Workspace): Promise<string[]> {
  const { rows } = await db.query<{ mappings: { DeviceName?: string }[] }>(
    `select request->'BlockDeviceMappings' as mappings from launches where workspace_id = $1 and request <> '{}'`,
    [id],
  );
  return rows.flatMap(({ mappings }) => launchMakesRootOnly(mappings));
}

/** Everything asked again under its key is answered as it was. */
async function lostAnswers({ berth }: World, { asked }: Workspace): Promise<string[]> {
  const checked = await Promise.all(
    asked.map(async ({ method, path, body, key, answer }) => {
      const again = await berth.user
        .call(method, path, body, { 'idempotency-key': key })
        .catch((error: unknown) => ({ refused: String(error) }));
      return sameAnswer(`${method} ${path}`, answer, again);
    }),
  );
  return checked.flat();
}

/** What is told of machines of the past, late or twice, changes nothing: what follows is looked at after it. */
async function oldNews(world: World, { id }: Workspace, mine: readonly LedgerEntry[]): Promise<void> {
  const handle = world.berth.temporal.workflow.getHandle(workspaceWorkflowId(id as WorkspaceId));
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
  if (ended.length > 0) await untilTakenIn(world, id);
}

async function doomedHomes({ berth }: World, instanceId: string): Promise<string[]> {
  const ec2 = new EC2Client({ region: 'us-east-1', endpoint: berth.emulator.url });
  const { Reservations } = await ec2.send(new DescribeInstancesCommand({ InstanceIds: [instanceId] }));
  ec2.destroy();
  const [machine] = Reservations!.flatMap(({ Instances = [] }) => Instances);
  const mappings = machine!.BlockDeviceMappings!.map(({ DeviceName, Ebs }) => ({
    device: DeviceName!,
    volumeId: Ebs!.VolumeId!,
    deleteOnTermination: Ebs!.DeleteOnTermination !== false,
  }));
  return homeOutlivesMachine(machine!.RootDeviceName!, mappings);
}
