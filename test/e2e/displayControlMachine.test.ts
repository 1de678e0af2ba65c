// Control of a display while its machine goes away: it drops or parks with it, and nothing is granted on a machine that leaves.

import { type Berth, startBerth } from '../support/berth.ts';
import { busy, desktopMachines, desktopsOf } from '../support/desktop.ts';
import { operationsOf } from '../support/operations.ts';
import { until } from '../support/until.ts';

let berth: Berth;
let on: ReturnType<typeof desktopsOf>;
let operations: ReturnType<typeof operationsOf>;
const machines = desktopMachines();
beforeAll(async () => {
  berth = await startBerth({
    settings: { TAKEOVER_GRACE_MS: '300', QUIESCE_TIMEOUT_SECONDS: '5', KEEP_DELETED_DAYS: '0' },
    emulator: { machines: machines.runtime },
  });
  on = desktopsOf(berth);
  operations = operationsOf(berth);
});
afterAll(() => berth.stop());

it('a recreate parks what a person has, and it comes back parked; the new machine needs a grant of its own', async () => {
  const id = await on.online('recreated');
  await on.control(id, 'acquire');
  expect(await operations.run(id, 'recreate')).toMatchObject({ status: 'succeeded', generation: 2 });
  expect(await on.read(id)).toMatchObject({ controller: 'none', fence: 2, parked: { reason: 'service_interrupted' } });
  const { control } = await machines.agent(id, 2);
  expect(await control.acquire(300)).toEqual({ refused: 'parked' });
  expect(await on.control(id, 'acquire')).toMatchObject({ status: 200, body: { fence: 3, parked: null } });
  await on.control(id, 'release');
  const { fence } = (await control.acquire(300)) as { fence: number };
  expect(await control.permit('pointer', fence)).toMatchObject({ fence });
});

it('a pause drops what the agent has, and a takeover that waits for it is given up', async () => {
  const id = await on.online('paused');
  const { finish } = await busy(await machines.agent(id));
  const [asked] = await Promise.all([on.control(id, 'takeover'), on.call('POST', `/workspaces/${id}/pause`)]);
  expect([202, 409]).toContain(asked.status);
  finish();
  await berth.untilEvent(id, 'WORKSPACE_PAUSED');
  // Whichever came first: nobody drives a machine that is stopped.
  await until(async () => (await on.read(id))['controller'] === 'none');
  expect(await on.control(id, 'acquire')).toMatchObject({ status: 409, body: { code: 'DISPLAY_UNAVAILABLE' } });
  expect((await on.call('GET', `/workspaces/${id}/display`)).body).toMatchObject({
    available: false,
    status: 'offline',
  });
  await on.call('POST', `/workspaces/${id}/resume`);
  await until(async () => (await operations.read(id)).phase === 'ready');
  expect(await on.control(id, 'acquire')).toMatchObject({ status: 200 });
});

it('a takeover that waits for its deadline is given up with a delete, and with a recreate', async () => {
  for (const verb of ['recreate', 'delete'] as const) {
    const id = await on.online(`asked, then ${verb}`);
    const { finish } = await busy(await machines.agent(id));
    const leaving = verb === 'delete' ? on.call('DELETE', `/workspaces/${id}`) : operations.run(id, 'recreate');
    const asked = await on.control(id, 'takeover');
    finish();
    await leaving;
    if (verb === 'delete') await berth.untilEvent(id, 'WORKSPACE_DESTROYED');
    const { events, chain_valid } = await on.audit(id);
    expect(chain_valid).toBe(true);
    // Granted in time and lost with the machine, given up, or not to be had any more: told in each case.
    const own = events.filter((line) => line['verb'] === 'takeover' && line['stage'] !== 'started');
    if (asked.status === 202) expect(own).toHaveLength(1);
    if (verb === 'recreate') expect(await on.read(id)).toMatchObject({ controller: 'none' });
  }
}, 90_000);

it.each([0, 20, 60])('a grant that races a restart by %i ms holds for no machine that leaves', async (laterMs) => {
  const id = await on.online(`restarted after ${laterMs}`);
  const restarting = operations.run(id, 'restart');
  await new Promise((resolve) => setTimeout(resolve, laterMs));
  const answer = await on.control(id, 'acquire');
  expect([200, 409]).toContain(answer.status);
  expect(await restarting).toMatchObject({ status: 'succeeded' });
  const now = await on.read(id);
  // Granted before: parked with it. Granted after it was back: the person's.
  const isParked = now['controller'] === 'none' && now['parked'] !== null;
  const isAfter = now['controller'] === 'user' && now['fence'] === 1;
  const isRefused = answer.status === 409 && now['controller'] === 'none';
  expect([isParked, isAfter, isRefused].filter(Boolean)).toHaveLength(1);
  const { events } = await on.audit(id);
  if (isParked) expect(events[0]).toMatchObject({ verb: 'park', because: 'service_interrupted' });
});

it('a delete takes it away for good, whoever has it', async () => {
  const id = await on.online('deleted');
  await on.control(id, 'acquire');
  await on.call('DELETE', `/workspaces/${id}`);
  const seen = await berth.untilEvent(id, 'WORKSPACE_DESTROYED');
  expect(seen.map(({ event }) => event)).toContain('display.control.release.completed');
  expect(await on.control(id, 'acquire')).toMatchObject({ status: 404 });
  const { events, chain_valid } = await on.audit(id);
  expect(chain_valid).toBe(true);
  expect(events.some((line) => line['because'] === 'workspace_removed')).toBe(true);
});
