// What does control of a display cost over the least that Temporal and Postgres need for it? Acquire over a bare update, a forced
// takeover over a bare timer with a local activity, a yield over a bare signal, a permit over a bare indexed read. Ours and the floors
// in turns, one run: `npm run bench control [rounds]`.

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startPart } from '../cli/stack/part.ts';
import { connect } from '../store/pool.ts';
import { type Berth, startBerth } from '../test/support/berth.ts';
import { testDatabase } from '../test/support/database.ts';
import { desktopMachines, desktopsOf } from '../test/support/desktop.ts';
import globalSetup from '../test/support/globalSetup.ts';
import globalTeardown from '../test/support/globalTeardown.ts';
import { acquires } from './control/acquires.ts';
import { permits } from './control/permits.ts';
import { takeovers } from './control/takeovers.ts';

/** Long enough that the server's timers are at their usual lateness (facts/temporal-measured.md). */
const GRACE_MS = 2_000;

const rounds = Number(process.argv[2] ?? 50);
if (!Number.isInteger(rounds) || rounds < 1) throw new Error('usage: npm run bench control [rounds]');

await globalSetup();
const machines = desktopMachines();
const berth: Berth = await startBerth({
  emulator: { machines: machines.runtime },
  settings: { TAKEOVER_GRACE_MS: String(GRACE_MS) },
  worker: false,
});
const workers = await startPart({
  name: 'workers',
  args: ['--import', 'tsx', fileURLToPath(new URL('./workers.ts', import.meta.url))],
  env: berth.env,
  readyLine: /workers polling/,
  logFile: join(berth.folder, 'workers.log'),
});
// Berth takes up workspaces that have no workflow, one after the other, while everything else is measured.
const apart = await testDatabase();
const db = connect(apart.url, { max: 20 });
try {
  const on = desktopsOf(berth);
  const results = {
    permits: await permits(db, rounds * 40),
    acquires: await acquires(berth, on, rounds),
    takeovers: await takeovers(berth, on, machines, rounds, GRACE_MS),
  };
  console.log(JSON.stringify({ bench: 'control', at: new Date().toISOString(), ...results }));
} finally {
  await db.end();
  await apart.drop();
  await workers.stop();
  await berth.stop();
  await globalTeardown();
}
process.exit(0);
