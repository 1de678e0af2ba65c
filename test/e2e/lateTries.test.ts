// A try that was given up, and whose call to AWS takes effect only after all was put away: what it has made goes, too.

import pg from 'pg';
import { type Berth, startBerth } from '../support/berth.ts';
import { until } from '../support/until.ts';

let berth: Berth;
let db: pg.Pool;
beforeAll(async () => {
  // Nobody waits for what AWS may not show yet: it has come to nothing as far as anybody can see.
  berth = await startBerth({ settings: { NOT_FOUND_GRACE_SECONDS: '0' } });
  db = new pg.Pool({ connectionString: berth.databaseUrl, max: 1 });
});
afterAll(async () => {
  await db.end();
  await berth.stop();
});
afterEach(() => berth.emulator.control.faults.clear());

/** So late that its workspace is gone. */
const LATE_MS = 3_000;

it.each([
  ['RunInstances', 'launches', 'instance'],
  ['CreateVolume', 'homes', 'volume'],
] as const)('%s', async (action, intents, kind) => {
  berth.emulator.control.faults.add({ action, effect: 'before', delayMs: LATE_MS });
  const { id } = await berth.user.call<{ id: string }>('POST', '/workspaces', { name: `late ${action}` });
  await until(async () => (await db.query(`select 1 from ${intents} where workspace_id = $1`, [id])).rowCount === 1);
  await berth.user.call('DELETE', `/workspaces/${id}`);
  await berth.untilEvent(id, 'WORKSPACE_DESTROYED');
  const made = () =>
    berth.emulator
      .ledger()
      .entries.filter(
        ({ tags, kind: of }) =>
          tags['WorkspaceID'] === id && of === kind && (kind !== 'volume' || tags['berth:volume'] === 'home'),
      );
  expect(made()).toEqual([]);

  await until(() => made().length === 1);
  await until(() => made().every(({ endedAt }) => endedAt !== null));
  await until(() => berth.billable().every(({ tags }) => tags['WorkspaceID'] !== id));
});
