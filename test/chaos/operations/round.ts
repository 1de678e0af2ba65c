// One round: every given boundary gets its fault, all at once, each in a workspace of its own; one death of the worker serves all
// that wait for it. Then all come to rest and are looked at; the next round goes on with those that stand as they should.

import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { type Boundary, type Fault, nameOf } from './gate.ts';
import { violations } from './invariants.ts';
import { type Life, restsOf } from './lives.ts';
import type { Pool } from './pool.ts';
import { inTurn, isResting, remove, REST_MS, type Rests, stateOf, untilQuiet, untilRest } from './rest.ts';
import { takeMachines } from './taking.ts';
import { create, furnish, lookAt, type Workspace } from './workspaces.ts';
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

type Running = Case & { readonly name: string; readonly workspace: Workspace; readonly rests: Rests };

/** Up to eighty are looked at: more often would take what the workers need. */
const LOOK_MS = 1_000;

export async function playRound(
  world: World,
  pool: Pool,
  cases: readonly Case[],
  say: (line: string) => void,
): Promise<Result[]> {
  const db = new pg.Pool({ connectionString: world.berth.databaseUrl, max: 4 });
  try {
    const ready = await inTurn(
      cases.filter(({ life }) => life.perform !== undefined),
      (each) => begin(world, pool, each),
    );
    say(`${ready.length} stand as their operations find them`);
    const made: Running[] = [];
    // One by one: the gate knows whose boundary it is by who comes next.
    for (const each of cases.filter(({ life }) => life.perform === undefined))
      made.push(await beginMaking(world, each));
    const all = [...ready, ...made];
    await inTurn(ready, (running) => perform(world, running));
    const reached = await faults(world, all, say);
    say(`${[...reached.values()].filter(Boolean).length} boundaries reached; waiting for all to rest`);
    const results = await inTurn(all, (running) => judged(world, db, running, reached));
    const undeleted = await dispose(world, pool, all, results);
    say('looked at');
    return results.map((result) => ({
      ...result,
      violations: [...result.violations, ...undeleted.filter((line) => line.startsWith(result.workspaceId))],
    }));
  } finally {
    await db.end();
  }
}

/** What AWS has marked has a history with it, and what is not as it should be is no start for anything. */
async function dispose(
  world: World,
  pool: Pool,
  all: readonly Running[],
  results: readonly Result[],
): Promise<string[]> {
  const over: string[] = [];
  await inTurn([...all.entries()], async ([index, { life, fault, workspace }]) => {
    if (life.rests.phase === 'gone') return;
    const isSpot = life.body !== undefined;
    const isMarked = life.isMarked === true || fault === 'loses its machine';
    const isFit = !isMarked && results[index]!.violations.length === 0;
    if (!isFit || !(await pool.keep(workspace, isSpot))) over.push(workspace.id);
  });
  return remove(world, over);
}

export const caseName = ({ life, boundary, fault }: Case): string =>
  `${life.name}: ${boundary === null ? 'nothing' : `${fault} at ${nameOf(boundary)}`}`;

/** In a workspace that stands as the operation finds it, or in one that is brought there. */
async function begin(world: World, pool: Pool, each: Case): Promise<Running> {
  const { life } = each;
  const { finds = 'online' } = life;
  const standing = finds === 'online' ? null : pool.take(finds, life.body !== undefined);
  const workspace = standing ?? (await prepared(world, pool, life));
  return { ...each, name: caseName(each), workspace, rests: restsOf(life, workspace) };
}

/** From one that is online, or a new one; what is in its home then is in no copy that there is of it. */
async function prepared(world: World, pool: Pool, life: Life): Promise<Workspace> {
  const workspace = pool.take('online', life.body !== undefined) ?? (await makeOnline(world, life));
  await furnish(world, workspace);
  if (life.prepare === undefined) return workspace;
  await life.prepare(world, workspace);
  await lookAt(world, workspace);
  return workspace;
}

async function makeOnline(world: World, { name, body }: Life): Promise<Workspace> {
  const workspace = await create(world, name, body);
  await untilRest(world, workspace.id, { phase: 'ready' });
  return workspace;
}

async function beginMaking(world: World, each: Case): Promise<Running> {
  const { life, boundary, fault } = each;
  const armed = boundary === null ? null : world.gate.armNext({ kind: life.kind, boundary, fault });
  const workspace = await create(world, life.name, life.body);
  await armed;
  return { ...each, name: caseName(each), workspace, rests: restsOf(life, workspace) };
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
  const restsAs = new Map(all.map(({ workspace, rests }) => [workspace.id, rests]));
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
      const under = await Promise.all(missing.map(async (id) => !(await isResting(world, id, restsAs.get(id)!))));
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
  const { workspace, life, rests } = running;
  const result = { ...running, workspaceId: workspace.id, reached: reached.get(workspace.id) ?? false };
  try {
    if (rests.phase === undefined) await untilQuiet(world, workspace.id);
    else await untilRest(world, workspace.id, rests);
    const isNew = life.perform === undefined;
    if (isNew && (await world.on.read(workspace.id)).machine !== null) await furnish(world, workspace);
    const found = await violations(world, db, workspace, rests);
    if (found.length > 0) found.push(`it reads ${await stateOf(world, workspace.id)}`);
    return { ...result, violations: found };
  } catch (error) {
    return { ...result, violations: [String(error), await stateOf(world, workspace.id).catch(String)] };
  }
}
