// When AWS takes a hundred machines at once: is each home's snapshot asked for in time, how long until all are back, and how fast are
// the events read? `npm run bench interruption [machines] [creates]`; it lasts as long as the notice, two minutes, and some.

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startPart } from '../cli/stack/part.ts';
import { inlineMachines } from '../emulator/machines/inline.ts';
import { controlClient } from '../emulator/control/client.ts';
import { connect } from '../store/pool.ts';
import { startBerth } from '../test/support/berth.ts';
import globalSetup from '../test/support/globalSetup.ts';
import globalTeardown from '../test/support/globalTeardown.ts';
import { operationsOf } from '../test/support/operations.ts';
import { messages } from './interruption/messages.ts';
import { storm } from './interruption/storm.ts';

const AMOUNTS = [100, 1_000, 5_000];
/** Machines whose events are read, beside those of others. */
const TOLD = 20;
/** Budgets and quotas are not what is measured. */
const SETTINGS = { SWEEP_INTERVAL_MS: '2000', QUOTA_MAX_AGE_SECONDS: '86400', FREE_HOURLY_USD: '100000' };

const machines = Number(process.argv[2] ?? 100);
const creates = Number(process.argv[3] ?? 100);
if (!(machines > 0) || !(creates >= 0)) throw new Error('usage: npm run bench interruption [machines] [creates]');

await globalSetup();
const instant = { pendingMs: 0, shuttingDownMs: 0, stoppingMs: 0, creatingVolumeMs: 0, attachingMs: 0 };
// Looked for every 3 s, as on a real machine.
const emulator = {
  machines: inlineMachines(),
  delays: instant,
  settings: { snapshotRate: 'off' as const, noticeMs: 120_000 },
};
const berth = await startBerth({ emulator, settings: SETTINGS, worker: false });
const db = connect(berth.databaseUrl);
const workers = await startPart({
  name: 'workers',
  args: ['--import', 'tsx', fileURLToPath(new URL('./workers.ts', import.meta.url))],
  env: berth.env,
  readyLine: /workers polling/,
  logFile: join(berth.folder, 'workers.log'),
});
try {
  const aws = controlClient(berth.emulator.url);
  for (const code of ['L-1216C47A', 'L-34B43A08']) await aws.setQuota({ code, value: 100_000 });
  const entitled = await fetch(`${berth.apiUrl}/admin/tenants/default/entitlements`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${berth.adminToken}` },
    body: JSON.stringify({ spot: true }),
  });
  if (!entitled.ok) throw new Error(await entitled.text());
  const taken = await storm(berth, db, machines, creates);

  const on = operationsOf(berth);
  const told = await Promise.all(
    Array.from({ length: TOLD }, () => on.online('told of', { compute: { market: 'spot' }, max_hourly_usd: '1' })),
  );
  for (const { instance } of told) await aws.rebalance(instance);
  await Promise.all(told.map(({ id }) => berth.untilEvent(id, 'WORKSPACE_CHECKPOINTED')));
  const read = await messages(
    berth,
    db,
    told.map(({ instance }) => instance),
    AMOUNTS,
  );
  console.log(JSON.stringify({ bench: 'interruption', at: new Date().toISOString(), storm: taken, messages: read }));
} finally {
  await workers.stop();
  await db.end();
  await berth.stop();
  await globalTeardown();
}
process.exit(0);
