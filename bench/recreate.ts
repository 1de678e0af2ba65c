// How long is nobody served while a home moves to another machine in its zone, without what the machines take, over the least that
// Temporal needs for as many steps; do two hundred at once starve creates, or cost more calls to EC2?
// `npm run bench recreate [rounds] [at once]`.

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startPart } from '../cli/stack/part.ts';
import { connect } from '../store/pool.ts';
import { startBerth } from '../test/support/berth.ts';
import globalSetup from '../test/support/globalSetup.ts';
import globalTeardown from '../test/support/globalTeardown.ts';
import { operationsOf } from '../test/support/operations.ts';
import { figuresOf, row } from './figures.ts';
import { stepsOfMove, timeMove } from './recreate/downtime.ts';
import { watchMachines } from './recreate/machineTime.ts';
import { manyAtOnce } from './recreate/manyAtOnce.ts';

const WARM_UP = 5;
/** Budgets and quotas are not what is measured. */
const SETTINGS = {
  SWEEP_INTERVAL_MS: '2000',
  QUOTA_MAX_AGE_SECONDS: '86400',
  FREE_HOURLY_USD: '100000',
  PROVISION_TIMEOUT_SECONDS: '600',
};

const rounds = Number(process.argv[2] ?? 30);
const atOnce = Number(process.argv[3] ?? 200);
if (!(rounds > 0) || !(atOnce >= 0)) throw new Error('usage: npm run bench recreate [rounds] [at once]');

await globalSetup();
// The emulator answers at once, and its machines run inside this process: what is left is ours.
const instant = { pendingMs: 0, shuttingDownMs: 0, stoppingMs: 0, creatingVolumeMs: 0, attachingMs: 0 };
const emulator = { delays: instant, settings: { snapshotRate: 'off' as const } };
const berth = await startBerth({ emulator, settings: SETTINGS, worker: false });
const quota = JSON.stringify({ code: 'L-1216C47A', value: 100_000 });
await fetch(`${berth.emulator.url}/_emulator/quotas`, { method: 'POST', body: quota });
const db = connect(berth.databaseUrl);
const workers = await startPart({
  name: 'workers',
  args: ['--import', 'tsx', fileURLToPath(new URL('./workers.ts', import.meta.url))],
  env: berth.env,
  readyLine: /workers polling/,
  logFile: join(berth.folder, 'workers.log'),
});
try {
  const on = operationsOf(berth);
  const { id } = await on.online('moved again and again');
  const steps = await stepsOfMove(berth, id, String((await on.run(id, 'recreate'))['id']));
  const machines = watchMachines();
  const [ours, floor, whole]: number[][] = [[], [], []];
  for (let round = -WARM_UP; round < rounds; round++) {
    const startedAt = performance.now();
    const args = [steps.activities, steps.waits];
    const workflowId = `move-${crypto.randomUUID()}`;
    await berth.temporal.workflow.execute('floorMove', { taskQueue: 'bench-floor', workflowId, args });
    const bare = performance.now() - startedAt;
    const { downMs, onMachinesMs } = await timeMove(berth, db, id, machines);
    if (round < 0) continue;
    floor!.push(bare);
    ours!.push(downMs - onMachinesMs);
    whole!.push(downMs);
  }
  const [o, f] = [figuresOf(ours!), figuresOf(floor!)];
  console.log(`from the order to rest until online: ${steps.activities} activities, ${steps.waits} waits for a signal`);
  console.log(row('floor of as many', f));
  console.log(row('nobody is served', figuresOf(whole!)));
  console.log(row('of it not on machines', o));
  console.log(`over the floor: p50 ${(o.p50 / f.p50).toFixed(2)}, p99 ${(o.p99 / f.p99).toFixed(2)}`);
  const crowd = atOnce === 0 ? null : await manyAtOnce(berth, db, atOnce);
  console.log(JSON.stringify({ bench: 'recreate', at: new Date().toISOString(), floor: f, ours: o, ...steps, crowd }));
} finally {
  await workers.stop();
  await db.end();
  await berth.stop();
  await globalTeardown();
}
process.exit(0);
