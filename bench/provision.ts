// How much does a provision cost over the least that Temporal needs for its shape: the same update, child, timer, activities and
// signals, with nothing in them? Ours and the floors in turns, one run: `npm run bench provision [rounds]`.

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WithStartWorkflowOperation } from '@temporalio/client';
import { startPart } from '../cli/stack/part.ts';
import { type Berth, startBerth } from '../test/support/berth.ts';
import globalSetup from '../test/support/globalSetup.ts';
import globalTeardown from '../test/support/globalTeardown.ts';
import { costOfProvision } from './costOfProvision.ts';
import { figuresOf, row } from './figures.ts';
import { goUpdate } from './floor/workflows.ts';

const WARM_UP = 20;
/** Until the server has written what the one before left it to do: nobody pays for another's. */
const SETTLE_MS = 300;
/** As bench/workers.ts has it. */
const FLOOR_QUEUE = 'bench-floor';

/** The sweep as in production: woken by a launch, else every two seconds. The tests look far more often, and pay for it. */
const SETTINGS = { SWEEP_INTERVAL_MS: '2000' };

const rounds = Number(process.argv[2] ?? 50);
if (!Number.isInteger(rounds) || rounds < 1) throw new Error('usage: npm run bench provision [rounds]');

await globalSetup();
// The emulator answers at once, and its machines run inside this process.
const instant = { pendingMs: 0, shuttingDownMs: 0, stoppingMs: 0, creatingVolumeMs: 0, attachingMs: 0 };
const berth = await startBerth({ emulator: { delays: instant }, settings: SETTINGS, worker: false });
const workers = await startPart({
  name: 'workers',
  args: ['--import', 'tsx', fileURLToPath(new URL('./workers.ts', import.meta.url))],
  env: berth.env,
  readyLine: /workers polling/,
  logFile: join(berth.folder, 'workers.log'),
});
try {
  const cost = await costOfProvision(berth);
  const [floor, ours, alone]: number[][] = [[], [], []];
  for (let round = -WARM_UP; round < rounds; round++) {
    const times = [
      await settled(() => timeFloor(berth, cost.activities)),
      await settled(() => timeOurs(berth)),
      await settled(() => timeAlone(berth, cost.activities)),
    ] as const;
    if (round < 0) continue;
    floor!.push(times[0]);
    ours!.push(times[1]);
    alone!.push(times[2]);
    if (round % 10 === 9) process.stderr.write(`round ${round + 1} of ${rounds}\n`);
  }
  const [f, o, a] = [figuresOf(floor!), figuresOf(ours!), figuresOf(alone!)];
  console.log(row('its activities alone', a));
  console.log(row('floor', f));
  console.log(row('create -> online', o));
  console.log(`over the floor: p50 ${(o.p50 / f.p50).toFixed(2)}, p99 ${(o.p99 / f.p99).toFixed(2)}`);
  console.log(`over its activities alone: p50 ${(o.p50 / a.p50).toFixed(2)}, p99 ${(o.p99 / a.p99).toFixed(2)}`);
  console.log(`a provision: ${cost.activities} activities, ${cost.events} history events, ${cost.actions} actions`);
  console.log(
    JSON.stringify({ bench: 'provision', at: new Date().toISOString(), floor: f, ours: o, alone: a, ...cost }),
  );
} finally {
  await workers.stop();
  await berth.stop();
  await globalTeardown();
}
process.exit(0);

async function settled(time: () => Promise<number>): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  return time();
}

async function timeFloor({ temporal }: Berth, activities: number): Promise<number> {
  const startedAt = performance.now();
  const startWorkflowOperation = new WithStartWorkflowOperation('floorEntity', {
    taskQueue: FLOOR_QUEUE,
    workflowId: `floor-${crypto.randomUUID()}`,
    workflowIdConflictPolicy: 'FAIL',
  });
  await temporal.workflow.executeUpdateWithStart(goUpdate, { startWorkflowOperation, args: [activities] });
  await (await startWorkflowOperation.workflowHandle()).result();
  return performance.now() - startedAt;
}

async function timeAlone({ temporal }: Berth, activities: number): Promise<number> {
  const startedAt = performance.now();
  const workflowId = `alone-${crypto.randomUUID()}`;
  await temporal.workflow.execute('floorActivitiesAlone', { taskQueue: FLOOR_QUEUE, workflowId, args: [activities] });
  return performance.now() - startedAt;
}

/** From the request until the event that says "online" has reached the client. Its machine then goes, so that it takes nothing of the next round. */
async function timeOurs(target: Berth): Promise<number> {
  const startedAt = performance.now();
  const { id } = await target.user.call<{ id: string }>('POST', '/workspaces', { name: 'bench' });
  await target.untilEvent(id, 'WORKSPACE_ONLINE');
  const tookMs = performance.now() - startedAt;
  await target.user.call('DELETE', `/workspaces/${id}`);
  await target.untilEvent(id, 'WORKSPACE_DESTROYED');
  return tookMs;
}
