// One round: every given boundary gets its fault, all at once, each in a workspace of its own; one death of the worker serves all
// that wait for it. Then all come to rest, are looked at, and are deleted.

import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { type Boundary, type Fault, nameOf } from './gate.ts';
import { violations } from './invariants.ts';
import type { Life } from './lives.ts';
import { inTurn, isResting, removeAll, REST_MS, untilQuiet, untilRest } from './rest.ts';
import { takeMachines } from './taking.ts';
import { create, furnish, type Workspace } from './workspaces.ts';
import { outage } from './storm.ts';
import type { World } from './world.ts';

export type Case = { readonly life: Life; readonly boundary: Boundary | null; readonly fault: Fault };
export type Result = Case & {
  readonly name: string;
  readonly workspaceId: string;
  /** It came to its boundary. */
  readonly reached: boolean;
  readonly violations: readonly string[];
};
export type Round = {
  readonly results: readonly Result[];
  /** What still costs money when all is deleted. */
  readonly leaks: readonly string[];
};

type Running = Case & { readonly name: string; workspace: Workspace };

/** Up to eighty are looked at: more often would take what the workers need. */
const LOOK_MS = 1_000;

export async function playRound(world: World, cases: readonly Case[], say: (line: string) => void): Promise<Round> {
  const db = new pg.Pool({ connectionString: world.berth.databaseUrl, max: 4 });
  try {
    const ready = await inTurn(
      cases.filter(({ life }) => life.perform !== undefined),
      (each) => begin(world, each),
    );
    say(`${ready.length} online`);
    const made: Running[] = [];
    // One by one: the gate knows whose boundary it is by who comes next.
    for (const each of cases.filter(({ life }) => life.perform === undefined)) made.push(await begin(world, each));
    const all = [...ready, ...made];
    await inTurn(ready, (running) => perform(world, running));
    const reached = await faults(world, all, say);
    say(`${[...reached.values()].filter(Boolean).length} boundaries reached; waiting for all to rest`);
    const results = await inTurn(all, (running) => judged(world, db, running, reached));
    say('looked at; deleting');
    const leaks = await removeAll(
      world,
      all.filter(({ life }) => life.rests.phase !== 'gone').map(({ workspace }) => workspace.id),
    );
    return { results, leaks };
  } finally {
    await db.end();
  }
}

export const caseName = ({ life, boundary, fault }: Case): string =>
  `${life.name}: ${boundary === null ? 'nothing' : `${fault} at ${nameOf(boundary)}`}`;

async function begin(world: World, each: Case): Promise<Running> {
  const { life, boundary, fault } = each;
  const name = caseName(each);
  if (life.perform === undefined) {
    const armed = boundary === null ? null : world.gate.armNext({ kind: life.kind, boundary, fault });
    const workspace = await create(world, life.name, life.body);
    await armed;
    return { ...each, name, workspace };
  }
  const workspace = await create(world, life.name, life.body);
  await untilRest(world, workspace.id, { phase: 'ready' });
  await furnish(world, workspace);
  await life.prepare?.(world, workspace);
  return { ...each, name, workspace };
}

async function perform(world: World, { life, boundary, fault, workspace }: Running): Promise<void> {
  if (boundary !== null) world.gate.arm(workspace.id, { kind: life.kind, boundary, fault });
  await life.perform!(world, workspace);
}

/** Until each one has met its fault, or has come to rest without it. */
async function faults(
  world: World,
  all: readonly Running[],
  say: (line: string) => void,
): Promise<Map<string, boolean>> {
  const { gate } = world;
  const lifeOf = new Map(all.map(({ workspace, life }) => [workspace.id, life]));
  const taking = takeMachines(world, all);
  await allThere(['dies', 'loses Postgres']);
  if (all.some(({ fault, boundary }) => boundary !== null && fault === 'loses Postgres')) {
    await outage(world);
  }
  await allThere(['hangs', 'fails', 'loses its machine']);
  await taking.end();
  const dies = all.some(({ fault, boundary }) => boundary !== null && fault === 'dies');
  if (dies) await world.replaceWorker();
  return gate.disarm();

  async function allThere(of: readonly Fault[]): Promise<void> {
    for (const since = Date.now(); Date.now() - since < REST_MS; await pause(LOOK_MS)) {
      const missing = gate.awaited(of);
      const under = await Promise.all(missing.map(async (id) => !(await isResting(world, id, lifeOf.get(id)!.rests))));
      if (!under.includes(true)) return;
    }
    const late = gate.awaited(of).map((id) => all.find(({ workspace }) => workspace.id === id)!.name);
    say(`neither at their boundary nor at rest: ${late.join('; ')}`);
  }
}

async function judged(
  world: World,
  db: pg.Pool,
  running: Running,
  reached: ReadonlyMap<string, boolean>,
): Promise<Result> {
  const { workspace, life } = running;
  const result = { ...running, workspaceId: workspace.id, reached: reached.get(workspace.id) ?? false };
  try {
    if (life.rests.phase === undefined) await untilQuiet(world, workspace.id);
    else await untilRest(world, workspace.id, life.rests);
    const isNew = life.perform === undefined;
    if (isNew && (await world.on.read(workspace.id)).machine !== null) await furnish(world, workspace);
    return { ...result, violations: await violations(world, db, workspace, life.rests) };
  } catch (error) {
    return { ...result, violations: [String(error)] };
  }
}
