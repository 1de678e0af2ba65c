// Random sequences of commands, notices and faults, each in a workspace of its own and drawn from its seed, while the worker is
// killed, Postgres goes away and capacity ends: what must hold at rest holds for every one of them.

import { setTimeout as pause } from 'node:timers/promises';
import fc from 'fast-check';
import pg from 'pg';
import type { WorkspaceId } from '../../../domain/ids.ts';
import { interruptionNoticeSignal, machineEndedSignal, workspaceWorkflowId } from '../../../workflows/messages.ts';
import type { Fault } from './gate.ts';
import { violations } from './invariants.ts';
import { SPOT } from './lives.ts';
import { inTurn, isResting, removeAll, stateOf, untilQuiet, untilRest } from './rest.ts';
import { startStorm } from './storm.ts';
import { ask, create, furnish, Refused, type Workspace } from './workspaces.ts';
import { ELSEWHERE, type World } from './world.ts';

export type Step =
  | { readonly does: 'command'; readonly name: string; readonly body: 'none' | 'elsewhere' | object }
  | { readonly does: 'interrupt'; readonly noticeMs: number; readonly isToldTwice: boolean }
  | { readonly does: 'fault'; readonly fault: Fault; readonly after: number }
  | { readonly does: 'wait'; readonly ms: number }
  | { readonly does: 'kill' | 'tell of another' | 'abort' | 'rest' };
export type Script = { readonly isSpot: boolean; readonly steps: readonly Step[]; readonly isDeleted: boolean };

export type Played = {
  readonly seed: number;
  readonly workspaceId: string;
  readonly script: Script;
  /** Commands that were accepted, the making of the workspace too. */
  readonly accepted: number;
  readonly violations: readonly string[];
};
export type Batch = {
  readonly played: readonly Played[];
  readonly leaks: readonly string[];
  readonly kills: number;
  readonly outages: number;
};

const command = (name: string, body: 'none' | 'elsewhere' | object = 'none') =>
  fc.constant<Step>({ does: 'command', name, body });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: command('recreate') },
  { weight: 2, arbitrary: command('recreate', 'elsewhere') },
  { weight: 1, arbitrary: command('recreate', { strategy: 'replace' }) },
  { weight: 2, arbitrary: command('restart') },
  { weight: 2, arbitrary: command('checkpoint') },
  { weight: 2, arbitrary: command('pause') },
  { weight: 2, arbitrary: command('pause', { mode: 'terminate' }) },
  { weight: 4, arbitrary: command('resume') },
  { weight: 1, arbitrary: command('restore') },
  {
    weight: 3,
    arbitrary: fc.record({
      does: fc.constant('interrupt' as const),
      noticeMs: fc.constantFrom(0, 3_000, 15_000),
      isToldTwice: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.constantFrom<Step>({ does: 'kill' }, { does: 'tell of another' }) },
  { weight: 2, arbitrary: fc.constant<Step>({ does: 'abort' }) },
  {
    weight: 6,
    arbitrary: fc.record({
      does: fc.constant('fault' as const),
      fault: fc.constantFrom<Fault>('dies', 'fails', 'hangs', 'loses Postgres'),
      after: fc.nat(25),
    }),
  },
  { weight: 5, arbitrary: fc.record({ does: fc.constant('wait' as const), ms: fc.nat(2_000) }) },
  { weight: 3, arbitrary: fc.constant<Step>({ does: 'rest' }) },
);
const script: fc.Arbitrary<Script> = fc.record({
  isSpot: fc.boolean(),
  steps: fc.array(step, { minLength: 6, maxLength: 12 }),
  isDeleted: fc.nat(3).map((value) => value === 0),
});

export const scriptOf = (seed: number): Script => fc.sample(script, { seed, numRuns: 1 })[0]!;

const SHORT_REST_MS = 8_000;
const LOOK_MS = 100;

export async function playSequences(
  world: World,
  seeds: readonly number[],
  say: (line: string) => void,
): Promise<Batch> {
  const db = new pg.Pool({ connectionString: world.berth.databaseUrl, max: 4 });
  try {
    const begun = await inTurn(seeds, async (seed) => {
      const of = scriptOf(seed);
      const workspace = await create(world, `seed ${seed}`, of.isSpot ? SPOT : {});
      await untilRest(world, workspace.id, { phase: 'ready' });
      await furnish(world, workspace);
      return { seed, script: of, workspace };
    });
    say(`${begun.length} online; all goes wrong`);
    // From here on there is room in one zone only: whoever needs another machine has to go there.
    for (const zone of Object.keys(ELSEWHERE).slice(1)) world.berth.emulator.control.capacity.empty('t3.large', zone);
    const storm = startStorm(world, seeds[0]!);
    const told = await Promise.all(
      begun.map(({ workspace, script: { steps } }) =>
        steps
          .reduce((before, each) => before.then(() => take(world, workspace, each)), Promise.resolve())
          .then(
            () => [],
            (error: unknown) => [`it could not be asked: ${String(error)}`],
          ),
      ),
    );
    const deleting = begun.filter(({ script: { isDeleted } }) => isDeleted);
    await inTurn(deleting, ({ workspace }) => ask(world, workspace, 'DELETE', `/workspaces/${workspace.id}`));
    const { kills, outages } = await storm.end();
    say(`${kills} kills, ${outages} outages; waiting for all to rest`);
    const played = await inTurn([...begun.entries()], async ([index, { seed, script: of, workspace }]) => ({
      seed,
      workspaceId: workspace.id,
      script: of,
      accepted: workspace.asked.length,
      violations: [...told[index]!, ...(await judged(world, db, workspace, of))],
    }));
    say('looked at; deleting');
    const kept = begun.filter(({ script: { isDeleted } }) => !isDeleted);
    const leaks = await removeAll(
      world,
      kept.map(({ workspace }) => workspace.id),
    );
    return { played, leaks, kills, outages };
  } finally {
    world.berth.emulator.control.capacity.clear();
    await db.end();
  }
}

async function judged(world: World, db: pg.Pool, workspace: Workspace, { isDeleted }: Script): Promise<string[]> {
  try {
    if (isDeleted) await untilRest(world, workspace.id, { phase: 'gone' });
    else await untilQuiet(world, workspace.id);
    return await violations(world, db, workspace, isDeleted ? { phase: 'gone' } : {});
  } catch (error) {
    return [String(error), `it reads ${await stateOf(world, workspace.id)}`];
  }
}

/** What is refused has been refused: most of them come while something else runs. */
async function take(world: World, workspace: Workspace, each: Step): Promise<void> {
  const { on, aws, gate, berth } = world;
  const { id } = workspace;
  const handle = berth.temporal.workflow.getHandle(workspaceWorkflowId(id as WorkspaceId));
  switch (each.does) {
    case 'command': {
      const body =
        each.body === 'none'
          ? {}
          : each.body === 'elsewhere'
            ? { compute: { instance_type: ELSEWHERE[workspace.zone] } }
            : (each.body as object);
      return unlessRefused(ask(world, workspace, 'POST', `/workspaces/${id}/${each.name}`, body));
    }
    case 'abort': {
      const operations = await berth.user.call<{ id: string }[]>('GET', `/workspaces/${id}/operations`);
      const [latest] = operations;
      if (latest === undefined) return;
      return unlessRefused(ask(world, workspace, 'DELETE', `/workspaces/${id}/operations/${latest.id}`));
    }
    case 'interrupt': {
      const { machine } = await on.read(id);
      if (machine === null) return;
      const isTaken = await aws.interrupt(machine.instance_id, { notice_ms: each.noticeMs }).then(
        () => true,
        // It is gone by now, or was bought on demand.
        () => false,
      );
      if (!isTaken || !each.isToldTwice) return;
      const actionAt = new Date(Date.now() + each.noticeMs).toISOString();
      const notice = { kind: 'interruption', instanceId: machine.instance_id, actionAt, source: 'events' } as const;
      await handle.signal(interruptionNoticeSignal, notice);
      return handle.signal(interruptionNoticeSignal, notice);
    }
    case 'kill': {
      const { machine } = await on.read(id);
      if (machine !== null) await aws.kill(machine.instance_id).catch(() => null);
      return;
    }
    case 'tell of another': {
      const instanceId = 'i-0123456789abcdef0';
      await handle.signal(interruptionNoticeSignal, {
        kind: 'interruption',
        instanceId,
        actionAt: null,
        source: 'events',
      });
      return handle.signal(machineEndedSignal, { instanceId, stateReason: 'Server.SpotInstanceTermination' });
    }
    case 'fault':
      return gate.strike(id, each.after, each.fault);
    case 'wait':
      return pause(each.ms);
    case 'rest':
      return restFor(world, id, SHORT_REST_MS);
  }
}

async function unlessRefused(asked: Promise<unknown>): Promise<void> {
  await asked.catch((error: unknown) => {
    if (!(error instanceof Refused)) throw error;
  });
}

/** Whoever waits for a fault that comes from outside has no rest before it. */
async function restFor(world: World, id: string, ms: number): Promise<void> {
  for (const since = Date.now(); Date.now() - since < ms; await pause(LOOK_MS))
    if (await isResting(world, id, {})) return;
}
