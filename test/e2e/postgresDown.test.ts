// Postgres goes away for ten seconds in the middle of a provision: it waits and goes on.

import { setTimeout as pause } from 'node:timers/promises';
import { type Berth, startBerth } from '../support/berth.ts';
import { type TcpProxy, tcpProxy } from '../support/tcpProxy.ts';
import { until } from '../support/until.ts';

let proxy: TcpProxy;
let berth: Berth;
beforeAll(async () => {
  berth = await startBerth({
    async databaseUrl(url) {
      const target = new URL(url);
      proxy = await tcpProxy(Number(target.port));
      target.port = String(proxy.port);
      return target.href;
    },
  });
});
afterAll(async () => {
  await berth.stop();
  await proxy.close();
});

const OUTAGE_MS = 10_000;

it('the workspace goes online on one machine once Postgres is back', async () => {
  // The launch has taken effect and its answer is on the way when Postgres goes: it can't be written down.
  berth.emulator.control.faults.add({ action: 'RunInstances', effect: 'after', delayMs: 500 });
  const { id } = await berth.user.call<{ id: string }>('POST', '/workspaces', { name: 'patient' });
  await until(() => berth.instances().length > 0, Boolean, 5);
  await proxy.down();
  const refused = await fetch(`${berth.apiUrl}/workspaces/${id}`, {
    headers: { authorization: `Bearer ${berth.adminToken}` },
  });
  expect(refused.status).toBe(503);
  expect(await refused.json()).toMatchObject({ code: 'platform_unavailable' });
  await pause(OUTAGE_MS);
  await proxy.up();

  const events = await berth.untilEvent(id, 'WORKSPACE_ONLINE');
  expect(events.map(({ payload }) => payload['step']).filter(Boolean)).toEqual([
    'planned',
    'launched',
    'home_created',
    'home_attached',
  ]);
  expect(berth.instances()).toHaveLength(1);
}, 90_000);
