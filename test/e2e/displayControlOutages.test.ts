// Control of a display while parts of Berth are away: a grant may come late, and comes never early and never twice.

import { setTimeout as pause } from 'node:timers/promises';
import { type Berth, startBerth } from '../support/berth.ts';
import { busy, desktopMachines, desktopsOf } from '../support/desktop.ts';
import { type TcpProxy, tcpProxy } from '../support/tcpProxy.ts';
import { startWorkerProcess } from '../support/worker.ts';

const GRACE_MS = 700;
let proxy: TcpProxy;
let berth: Berth;
let on: ReturnType<typeof desktopsOf>;
const machines = desktopMachines();
beforeAll(async () => {
  berth = await startBerth({
    worker: false,
    settings: { TAKEOVER_GRACE_MS: String(GRACE_MS) },
    emulator: { machines: machines.runtime },
    async databaseUrl(url) {
      const target = new URL(url);
      proxy = await tcpProxy(Number(target.port));
      target.port = String(proxy.port);
      return target.href;
    },
  });
  on = desktopsOf(berth);
});
afterAll(async () => {
  await berth.stop();
  await proxy.close();
});

const MINUTE_MS = 60_000;

/** Forced once, not before the deadline that was told; and nothing of the agent's began after it. */
async function expectOneForcedGrant(id: string, deadlineAt: number): Promise<void> {
  const events = await berth.untilEvent(id, 'display.control.takeover.completed');
  expect(Date.parse(events.at(-1)!.timestamp)).toBeGreaterThanOrEqual(deadlineAt);
  const { events: lines, chain_valid } = await on.audit(id);
  expect(chain_valid).toBe(true);
  const grants = lines.filter((line) => line['verb'] === 'takeover' && line['stage'] === 'completed');
  expect(grants).toMatchObject([{ because: 'forced' }]);
  expect(await on.read(id)).toMatchObject({ controller: 'user', controlled_by: 'admin-token' });
}

it(
  'the worker is away across the deadline: granted when it is back',
  async () => {
    const first = await startWorkerProcess(berth);
    const id = await on.online('worker away');
    const { control, fence, finish } = await busy(await machines.agent(id));
    const asked = await on.control(id, 'takeover');
    expect(asked.body).toMatchObject({ status: 'pending' });
    const deadlineAt = Date.parse(String(asked.body['deadline_at']));
    await first.kill();
    await pause(GRACE_MS * 2);
    // The deadline is over, and nobody could decide: the agent may not act, and the person does not have it yet.
    expect(await on.read(id)).toMatchObject({ controller: 'agent', fence });
    expect(await control.permit('pointer', fence)).toEqual({ refused: 'control_lost' });
    const second = await startWorkerProcess(berth);
    await expectOneForcedGrant(id, deadlineAt);
    finish();
    await second.stop();
  },
  2 * MINUTE_MS,
);

it(
  'a takeover that is asked for while no worker is up is not lost, and the agent has its whole grace from then',
  async () => {
    const first = await startWorkerProcess(berth);
    const id = await on.online('asked of nobody');
    const { finish } = await busy(await machines.agent(id));
    await first.kill();
    const asked = await on.control(id, 'takeover');
    expect(asked).toMatchObject({ status: 202, body: { status: 'requested', controller: 'agent' } });
    const backAt = Date.now();
    const second = await startWorkerProcess(berth);
    await expectOneForcedGrant(id, backAt + GRACE_MS);
    finish();
    await second.stop();
  },
  2 * MINUTE_MS,
);

it(
  'Postgres is away for ten seconds across the deadline, and the API is started anew: granted once, late',
  async () => {
    const worker = await startWorkerProcess(berth);
    const id = await on.online('no records');
    const { control, fence, finish } = await busy(await machines.agent(id));
    const asked = await on.control(id, 'takeover');
    const deadlineAt = Date.parse(String(asked.body['deadline_at']));
    await proxy.down();
    const refused = await control.permit('pointer', fence);
    expect(refused).toEqual({ refused: 'control_lost' });
    await pause(10_000);
    await proxy.up();
    await berth.restartApi();
    await expectOneForcedGrant(id, deadlineAt);
    finish();
    await worker.stop();
  },
  2 * MINUTE_MS,
);

it(
  'the API is started anew during the grace: the takeover goes on',
  async () => {
    const worker = await startWorkerProcess(berth);
    const id = await on.online('api away');
    const { finish } = await busy(await machines.agent(id));
    const asked = await on.control(id, 'takeover');
    await berth.restartApi();
    expect(asked.status).toBe(202);
    await expectOneForcedGrant(id, Date.parse(String(asked.body['deadline_at'])));
    finish();
    await worker.stop();
  },
  2 * MINUTE_MS,
);
