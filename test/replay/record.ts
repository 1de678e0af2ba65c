// npm run replay:record: runs every operation once and keeps the histories, for replay.test.ts.

import type { Client } from '@temporalio/client';
import { controlClient } from '../../emulator/control/client.ts';
import { LIVES, SPOT } from '../chaos/operations/lives.ts';
import { Pool } from '../chaos/operations/pool.ts';
import { tell } from '../chaos/operations/report.ts';
import { playRound } from '../chaos/operations/round.ts';
import { openWorld } from '../chaos/operations/world.ts';
import { type Berth, startBerth } from '../support/berth.ts';
import { desktopMachines, desktopsOf } from '../support/desktop.ts';
import { type Operation, operationsOf } from '../support/operations.ts';
import { until } from '../support/until.ts';
import { type Recorded, signatureOf, writeHistories } from './histories.ts';

const WITHIN_MS = 30_000;

it('records', async () => {
  const recorded = [...(await ofOperations()), ...(await ofTheRest())];
  const kept = new Map(recorded.toReversed().map((each) => [signatureOf(each.history), each]));
  await writeHistories([...kept.values()]);
  const types = new Set(recorded.map(({ name }) => name.split('.')[0]));
  tell(`${kept.size} histories of ${types.size} workflows: ${[...types].join(', ')}`);
  expect(types.size).toBeGreaterThanOrEqual(10);
}, 300_000);

/** Every operation, in which all goes well. */
async function ofOperations(): Promise<Recorded[]> {
  const world = await openWorld();
  try {
    const pool = new Pool(world);
    const results = await playRound(
      world,
      pool,
      LIVES.map((life) => ({ life, boundary: null, fault: 'fails' as const })),
      tell,
    );
    expect([...results.flatMap(({ violations }) => violations), ...(await pool.empty())]).toEqual([]);
    return await historiesOf(world.berth, new Map(results.map(({ workspaceId, life }) => [workspaceId, life.name])));
  } finally {
    await world.stop();
  }
}

/** Operations that do not come to their end or wait for it, a display that changes hands, and what runs by itself. */
async function ofTheRest(): Promise<Recorded[]> {
  const machines = desktopMachines();
  const berth = await startBerth({
    settings: { TAKEOVER_GRACE_MS: '300', MACHINE_WATCH_MS: '50', CAPACITY_RETRY_FIRST_MS: '500' },
    emulator: { machines: machines.runtime },
  });
  try {
    const on = operationsOf(berth);
    const displays = desktopsOf(berth);
    const aborted = await on.online('aborted');
    // Past the launch of its machine, so that there is something to take back.
    berth.emulator.control.faults.add({ action: 'DetachVolume', effect: 'before', delayMs: 1_000 });
    const { operation_id } = await berth.user.call('POST', `/workspaces/${aborted.id}/recreate`);
    await until(async () => {
      const path = `/workspaces/${aborted.id}/operations/${String(operation_id)}`;
      return (await berth.user.call<Operation>('GET', path)).steps.some(({ step }) => step === 'ordered');
    });
    await berth.user.call('DELETE', `/workspaces/${aborted.id}/operations/${String(operation_id)}`);
    await on.ended(aborted.id, operation_id);
    const display = await displays.online('display');
    const agent = await machines.agent(display);
    await agent.control.acquire(300);
    await displays.control(display, 'takeover');
    await until(async () => (await displays.read(display))['controller'] === 'user');
    await displays.control(display, 'release');
    await displays.call('PUT', '/admin/tenants/default/entitlements', { spot: true });
    const aws = controlClient(berth.emulator.url);
    const advised = await on.online('advised', SPOT);
    await aws.rebalance(advised.instance);
    await berth.untilEvent(advised.id, 'WORKSPACE_REBALANCE_ADVISED');
    const patient = await on.online('patient', SPOT);
    await aws.setCapacity({ type: '*', zone: '*', market: 'spot', size: 0 });
    await aws.interrupt(patient.instance, { notice_ms: 0 });
    await until(async () => (await on.read(patient.id)).phase === 'paused');
    await aws.clearCapacity();
    await until(async () => (await on.read(patient.id)).phase === 'ready');
    await displays.call('POST', '/admin/quotas/L-34B43A08/increase', { desired: 1_000 });
    for await (const { scheduleId } of berth.temporal.schedule.list()) {
      if (scheduleId.startsWith(berth.env['TASK_QUEUE']!))
        await berth.temporal.schedule.getHandle(scheduleId).trigger();
    }
    return await historiesOf(
      berth,
      new Map([
        [aborted.id, 'aborted'],
        [display, 'taken over'],
        [advised.id, 'advised'],
        [patient.id, 'out of capacity'],
      ]),
    );
  } finally {
    await berth.stop();
  }
}

async function historiesOf(berth: Berth, names: ReadonlyMap<string, string>): Promise<Recorded[]> {
  const { workflow } = berth.temporal;
  const recorded: Recorded[] = [];
  const counts = new Map<string, number>();
  for (const { workflowId, runId, type } of await settled(berth.temporal, berth.env['TASK_QUEUE']!)) {
    const history = await workflow.getHandle(workflowId, runId).fetchHistory();
    const about = names.get(workflowId.split('/')[1] ?? '') ?? 'by itself';
    const name = `${type}.${about}`.replaceAll(/[ ,]+/g, '-');
    const nth = (counts.get(name) ?? 0) + 1;
    counts.set(name, nth);
    recorded.push({ name: nth === 1 ? name : `${name}.${nth}`, workflowId, history });
  }
  return recorded;
}

/** What the server lists lags behind a little: until it says the same twice, and nothing but entities runs. */
async function settled({ workflow }: Client, taskQueue: string) {
  const since = Date.now();
  for (let before = ''; ; ) {
    const found = [];
    const query = `TaskQueue = "${taskQueue}" OR TaskQueue = "${taskQueue}/checkpoint"`;
    for await (const info of workflow.list({ query })) found.push(info);
    const running = found.filter(
      ({ status, type }) =>
        status.name === 'RUNNING' && !['workspace', 'displayControl', 'quotaIncrease'].includes(type),
    );
    const now = JSON.stringify(found.map(({ runId }) => runId).toSorted());
    if (running.length === 0 && now === before)
      return found.toSorted((a, b) => a.startTime.getTime() - b.startTime.getTime());
    if (Date.now() - since > WITHIN_MS)
      throw new Error(`it does not come to rest: ${running.map(({ workflowId }) => workflowId).join()}`);
    before = now;
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
}
