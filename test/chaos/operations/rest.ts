// When a workspace has come to rest, and how all are removed.

import { setTimeout as pause } from 'node:timers/promises';
import { EC2Client, GetConsoleOutputCommand } from '@aws-sdk/client-ec2';
import type { WorkspaceId } from '../../../domain/ids.ts';
import { stateQuery, workspaceWorkflowId } from '../../../workflows/messages.ts';
import type { World } from './world.ts';

/** What it is to rest as; absent = whatever it has come to. */
export type Rests = {
  readonly phase?: 'ready' | 'paused' | 'gone';
  /** At least: numbers are given to operations that may need one, and not all do. */
  readonly generation?: number;
  /** In so many generations it has had a machine, and in no more. */
  readonly machines?: number;
  readonly hasMachine?: boolean;
  /** So many checkpoints have succeeded, at least: they are no state of their workspace, nothing else tells that one has ended. */
  readonly copies?: number;
};

/** Beyond it something hangs; the slowest has waited for a lost heartbeat twice. */
export const REST_MS = 120_000;
const LOOK_MS = 500;
const TOLD = 12;
/** What has happened may not have been noticed by anybody yet: it rests when two looks so far apart say so. */
const SURE_MS = 1_500;

type Read = {
  readonly phase: string;
  readonly generation: number;
  readonly updated_at: string;
  readonly operation: unknown;
  readonly machine: { readonly instance_id: string } | null;
  readonly interruption: { readonly stage: string; readonly tries_again_at: string | null } | null;
};

/** It can't be asked, or what it was asked did not come whole in time: two cores have much to do at times. */
const ASK_AGAIN = / answered (503|408):/;

/** Asked again where Berth says so. */
async function read({ berth }: World, id: string): Promise<Read> {
  for (const since = Date.now(); ; await pause(LOOK_MS)) {
    try {
      return await berth.user.call<Read>('GET', `/workspaces/${id}`);
    } catch (error) {
      if (!ASK_AGAIN.test(String(error)) || Date.now() - since > REST_MS) throw error;
    }
  }
}

export async function isResting(world: World, id: string, rests: Rests): Promise<boolean> {
  if (rests.phase === 'gone') return isGone(world, id);
  const { phase, generation, operation, interruption } = await read(world, id);
  if (!['ready', 'paused', 'failed'].includes(phase) || operation !== null) return false;
  if (interruption !== null && (interruption.stage !== 'waiting' || interruption.tries_again_at !== null)) return false;
  if (rests.copies !== undefined && (await copiesOf(world, id)) < rests.copies) return false;
  return phase === 'failed' || generation >= (rests.generation ?? 1);
}

/** Something goes on beside what it reads as: a checkpoint that a notice began may outlast the recovery. */
async function isUnderWay({ berth }: World, id: string): Promise<boolean> {
  const operations = await berth.user.call<readonly { readonly status: string }[]>(
    'GET',
    `/workspaces/${id}/operations`,
  );
  return operations.some(({ status }) => status === 'running');
}

/** Its checkpoints whose restore point is there and whose operation is over. */
export async function copiesOf({ berth }: World, id: string): Promise<number> {
  type Listed = readonly { readonly kind: string; readonly status: string }[];
  const operations = await berth.user.call<Listed>('GET', `/workspaces/${id}/operations`);
  return operations.filter(({ kind, status }) => kind === 'checkpoint' && status === 'succeeded').length;
}

async function isGone({ berth }: World, id: string): Promise<boolean> {
  const events = await berth.user.call<{ event_type: string }[]>('GET', `/events/${id}`);
  const types = events.map(({ event_type }) => event_type);
  return types.includes('WORKSPACE_DESTROYED') || types.includes('WORKSPACE_DESTROY_FAILED');
}

export const untilRest = (world: World, id: string, rests: Rests): Promise<void> =>
  until(() => isResting(world, id, rests), world, id, 'to rest');

/** Once a worker has taken in what its entity was signalled before, and has finished what it was at. */
export const untilTakenIn = ({ berth }: World, id: string): Promise<unknown> =>
  berth.temporal.workflow.getHandle(workspaceWorkflowId(id as WorkspaceId)).query(stateQuery);

/** At rest, and nothing is on its way to it that it has not been told of. */
export async function untilQuiet(world: World, id: string): Promise<void> {
  const look = async (): Promise<string | null> => {
    await untilTakenIn(world, id).catch(() => null);
    if (!(await isResting(world, id, {})) || (await isUnderWay(world, id))) return null;
    const { phase, machine, generation, updated_at } = await read(world, id);
    const isThere = world.berth
      .instances()
      .some((entry) => entry.id === machine?.instance_id && entry.state === 'running');
    return phase === 'ready' && !isThere ? null : `${phase} ${generation} ${updated_at}`;
  };
  await until(
    async () => {
      const first = await look();
      if (first === null) return false;
      await pause(SURE_MS);
      return first === (await look());
    },
    world,
    id,
    'to be quiet',
  );
}

async function until(holds: () => Promise<boolean>, world: World, id: string, what: string): Promise<void> {
  const deadline = Date.now() + REST_MS;
  while (!(await holds())) {
    if (Date.now() > deadline)
      throw new Error(`waited in vain for ${id} ${what}; it reads ${await stateOf(world, id)}`);
    await pause(LOOK_MS);
  }
}

/** For whoever has to find out why it is where it is. */
export async function stateOf(world: World, id: string): Promise<string> {
  const state = await read(world, id).then((it) => JSON.stringify(it), String);
  const events = await world.berth.user.call<{ event_type: string; payload: object }[]>('GET', `/events/${id}`);
  const told = events.slice(0, TOLD).map(({ event_type, payload }) => `${event_type} ${JSON.stringify(payload)}`);
  const task = await lastTaskOf(world, id).catch((error: unknown) => `no history: ${String(error)}`);
  return [state, task, ...told, ...(await consoles(world, id))].join('\n    ');
}

/** What its entity was given last, and why a workflow task of it has failed, where one has. */
async function lastTaskOf({ berth }: World, id: string): Promise<string> {
  const handle = berth.temporal.workflow.getHandle(workspaceWorkflowId(id as WorkspaceId));
  const [{ raw }, { events }] = await Promise.all([handle.describe(), handle.fetchHistory()]);
  const failed = (events ?? []).flatMap((event) => event.workflowTaskFailedEventAttributes ?? []).at(-1);
  const { attempt = 0, state = 'none' } = raw.pendingWorkflowTask ?? {};
  const task = `workflow task ${String(state)}, attempt ${String(attempt)}, after ${events?.length ?? 0} events`;
  return failed === undefined ? task : `${task}; one failed: ${failed.failure?.message ?? String(failed.cause)}`;
}

/** What its machines that are there have written last. */
async function consoles({ berth }: World, id: string): Promise<string[]> {
  const ec2 = new EC2Client({ region: 'us-east-1', endpoint: berth.emulator.url });
  const mine = berth.instances().filter(({ tags, endedAt }) => tags['WorkspaceID'] === id && endedAt === null);
  const written = await Promise.all(
    mine.map(async (machine) => {
      const { Output = '' } = await ec2.send(new GetConsoleOutputCommand({ InstanceId: machine.id }));
      const lines = Buffer.from(Output, 'base64').toString().trimEnd().split('\n');
      return lines.slice(-TOLD).map((line) => `${machine.id} ${machine.state}: ${line}`);
    }),
  );
  ec2.destroy();
  return written.flat();
}

/** As many at once as two cores can bear. */
export async function inTurn<In, Out>(all: readonly In[], act: (each: In) => Promise<Out>): Promise<Out[]> {
  const results: Out[] = [];
  const rest = [...all.entries()];
  const lane = async (): Promise<void> => {
    for (let next = rest.shift(); next !== undefined; next = rest.shift()) results[next[0]] = await act(next[1]);
  };
  await Promise.all(Array.from({ length: 16 }, lane));
  return results;
}

/** Deletes them and says which could not be. */
export async function remove(world: World, ids: readonly string[]): Promise<string[]> {
  const failed = await inTurn(ids, async (id) => {
    try {
      await world.berth.user.call('DELETE', `/workspaces/${id}`);
      await untilRest(world, id, { phase: 'gone' });
      return [];
    } catch (error) {
      return [`${id} is not deleted: ${String(error)}; it reads ${await stateOf(world, id)}`];
    }
  });
  return failed.flat();
}

/** Deletes the last ones and says what costs money nevertheless. */
export async function removeAll(world: World, ids: readonly string[]): Promise<string[]> {
  const { berth } = world;
  const failed = await remove(world, ids);
  return [...failed, ...berth.billable().map(({ kind, id, tags }) => `${kind} ${id} of ${tags['WorkspaceID']}`)];
}
