// A worker that dies at the worst moment: after AWS has launched, before anybody wrote it down.

import { type Berth, startBerth } from '../support/berth.ts';
import { startWorkerProcess } from '../support/worker.ts';

let berth: Berth;
beforeAll(async () => {
  berth = await startBerth({ worker: false });
});
afterAll(() => berth.stop());

const MINUTE_MS = 60_000;

it.each([
  ['RunInstances', 'instance', 'm6i.large'],
  ['CreateVolume', 'volume', '20 GiB gp3'],
] as const)(
  'a worker killed after %s took effect leaves one %s, and the workspace goes online',
  async (action, kind, detail) => {
    const first = await startWorkerProcess(berth);
    berth.emulator.control.faults.add({ action, effect: 'after', delayMs: MINUTE_MS, dropConnection: true });
    const compute = { instance_type: 'm6i.large' };
    const { id } = await berth.user.call<{ id: string }>('POST', '/workspaces', {
      name: `killed at ${action}`,
      compute,
    });
    const made = () =>
      berth.emulator
        .ledger()
        .entries.filter((entry) => entry.tags['WorkspaceID'] === id && entry.kind === kind && entry.detail === detail);
    while (made().length === 0) await new Promise((resolve) => setImmediate(resolve));
    await first.kill();

    const second = await startWorkerProcess(berth);
    await berth.untilEvent(id, 'WORKSPACE_ONLINE');
    expect(made()).toHaveLength(1);
    expect(berth.instances().filter((instance) => instance.tags['WorkspaceID'] === id)).toHaveLength(1);

    await berth.user.call('DELETE', `/workspaces/${id}`);
    await berth.untilEvent(id, 'WORKSPACE_DESTROYED');
    expect(berth.billable()).toEqual([]);
    await second.stop();
  },
  2 * MINUTE_MS,
);
