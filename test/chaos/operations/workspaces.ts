// Workspaces under test, and the client that asks for their operations: it asks again until it is answered, as ours are told to.

import { setTimeout as pause } from 'node:timers/promises';
import type { LedgerEntry } from '../../../emulator/control/ledger.ts';
import { writeHome } from '../../support/home.ts';
import { FILES } from '../../support/operations.ts';
import { copiesOf } from './rest.ts';
import type { World } from './world.ts';

export type Workspace = {
  readonly name: string;
  id: string;
  zone: string;
  /** Of its machine; empty = it has none. */
  instanceId: string;
  generation: number;
  /** Its generations that have had a machine. */
  machines: number;
  /** Its checkpoints that have succeeded. */
  copies: number;
  /** Its home's bytes, which are to be the same in the end. */
  files: Record<string, string>;
  /** Every command that it was given, to be asked again. */
  readonly asked: Asked[];
};
export type Asked = {
  readonly method: string;
  readonly path: string;
  readonly body: object | undefined;
  readonly key: string;
  readonly answer: Record<string, unknown>;
};

/** Of a refusal that is final; what comes and goes is asked again. */
export class Refused extends Error {}

/** Not forever: a server that answers nothing for so long is what is being looked for. */
const PATIENCE_MS = 60_000;
const AGAIN_MS = 250;

/** Asks under a key of its own until there is an answer. */
export async function ask(
  { berth }: World,
  workspace: Workspace,
  method: string,
  path: string,
  body?: object,
): Promise<Record<string, unknown>> {
  const key = crypto.randomUUID();
  for (const since = Date.now(); ; await pause(AGAIN_MS)) {
    const response = await fetch(`${berth.apiUrl}${path}`, {
      method,
      headers: { authorization: `Bearer ${berth.adminToken}`, 'idempotency-key': key },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer = (await response.json()) as Record<string, unknown>;
    if (response.ok) {
      workspace.asked.push({ method, path, body, key, answer });
      return answer;
    }
    const isFinal = response.status < 500 && response.status !== 408;
    if (isFinal || Date.now() - since > PATIENCE_MS)
      throw isFinal ? new Refused(JSON.stringify(answer)) : new Error(JSON.stringify(answer));
  }
}

/** Begins it; it is known from then on. */
export async function create(world: World, name: string, body: object = {}): Promise<Workspace> {
  const workspace: Workspace = {
    name,
    id: '',
    zone: '',
    instanceId: '',
    generation: 0,
    machines: 0,
    copies: 0,
    files: {},
    asked: [],
  };
  const { id } = await ask(world, workspace, 'POST', '/workspaces', { name, ...body });
  workspace.id = String(id);
  return workspace;
}

/** How it stands now. */
export async function lookAt(world: World, workspace: Workspace): Promise<void> {
  const { machine, generation } = await world.on.read(workspace.id);
  workspace.zone = machine?.zone ?? '';
  workspace.instanceId = machine?.instance_id ?? '';
  workspace.generation = generation;
  workspace.machines = machinesOf(world.berth.instances().filter(({ tags }) => tags['WorkspaceID'] === workspace.id));
  workspace.copies = await copiesOf(world, workspace.id);
}

/** In how many generations a workspace has had machines, by all of them that there ever were. */
export const machinesOf = (mine: readonly Pick<LedgerEntry, 'tags'>[]): number =>
  new Set(mine.map(({ tags }) => tags['berth:generation'])).size;

/** Writes into its home what is to be found in it later, and in no copy of before. */
export async function furnish(world: World, workspace: Workspace): Promise<void> {
  await lookAt(world, workspace);
  const { home } = await world.on.read(workspace.id);
  workspace.files = { ...FILES, 'work/whose.txt': `${workspace.id} ${crypto.randomUUID()}` };
  await writeHome(world.berth, home!.volume_id, workspace.files);
}
