// What goes wrong in AWS: the workspace goes online all the same, or fails with a reason and leaves nothing.

import type { MachineRuntime } from '../../emulator/machines/runtime.ts';
import { type Berth, startBerth } from '../support/berth.ts';
import { inlineMachines } from '../../emulator/machines/inline.ts';

/** Machines boot unless a test says that the next ones don't. */
let boots = true;
const machines: MachineRuntime = {
  boot: (machine) => (boots ? inlineMachines().boot(machine) : { stop: async () => {} }),
};

let berth: Berth;
beforeAll(async () => {
  // A refusal for the quota must not keep later tests from launching.
  const settings = { PROVISION_TIMEOUT_SECONDS: '3', QUOTA_MAX_AGE_SECONDS: '0' };
  berth = await startBerth({ emulator: { machines }, settings });
});
afterEach(() => {
  boots = true;
  berth.emulator.control.faults.clear();
  berth.emulator.control.capacity.clear();
});
afterAll(() => berth.stop());

const create = async (body: object = {}): Promise<string> =>
  (await berth.user.call<{ id: string }>('POST', '/workspaces', { name: 'faulty', ...body })).id;
const instancesOf = (id: string) => berth.instances().filter((instance) => instance.tags['WorkspaceID'] === id);
const billableOf = (id: string) => berth.billable().filter((entry) => entry.tags['WorkspaceID'] === id);
const failureOf = async (id: string) => {
  const failed = (await berth.untilEvent(id, 'WORKSPACE_PROVISION_FAILED')).at(-1)!.payload;
  const read = await berth.user.call('GET', `/workspaces/${id}`);
  expect(read).toMatchObject({ status: 'failed', failure: { code: failed['code'], error: failed['error'] } });
  return failed;
};

it('a machine that never boots is unwound within the boot timeout, with a reason, and nothing is left', async () => {
  boots = false;
  const id = await create();
  expect(await failureOf(id)).toMatchObject({ code: 'BOOT_TIMEOUT', instance_id: instancesOf(id)[0]!.id });
  expect(billableOf(id)).toEqual([]);
  const { operation_id: operationId } = (await berth.untilEvent(id, 'WORKSPACE_PROVISION_FAILED')).at(-1)!.payload;
  const operation = await berth.temporal.workflow.getHandle(`workspace/${id}/provision/${operationId}`).describe();
  expect(operation.status.name).toBe('FAILED');
});

it('a failed workspace can be deleted', async () => {
  boots = false;
  const id = await create();
  await failureOf(id);
  expect(await berth.user.call('DELETE', `/workspaces/${id}`)).toMatchObject({ status: 'removed' });
  await berth.untilEvent(id, 'WORKSPACE_DESTROYED');
});

it('deleting while it is provisioned cancels, unwinds and removes', async () => {
  boots = false;
  const id = await create();
  await untilStep(id, 'home_attached');
  expect(await berth.user.call('DELETE', `/workspaces/${id}`)).toMatchObject({ status: 'removed' });
  expect(await berth.user.call('GET', '/workspaces')).not.toContainEqual(expect.objectContaining({ id }));
  const events = await berth.untilEvent(id, 'WORKSPACE_DESTROYED');
  expect(events.map(({ event }) => event)).not.toContain('WORKSPACE_PROVISION_FAILED');
  expect(billableOf(id)).toEqual([]);
});

it('an answer that was lost is found again: one launch, one home', async () => {
  for (const action of ['RunInstances', 'CreateVolume', 'AttachVolume']) {
    berth.emulator.control.faults.add({ action, effect: 'after', dropConnection: true });
  }
  const id = await create();
  await berth.untilEvent(id, 'WORKSPACE_ONLINE');
  expect(instancesOf(id)).toHaveLength(1);
  expect(billableOf(id).filter((entry) => entry.kind === 'volume')).toHaveLength(2);
});

it('throttling and internal errors are waited out', async () => {
  berth.emulator.control.faults.add({
    action: 'RunInstances',
    effect: 'before',
    code: 'InternalError',
    httpStatus: 500,
  });
  berth.emulator.control.faults.add({ action: 'CreateVolume', effect: 'before', code: 'Unavailable', httpStatus: 503 });
  const id = await create();
  await berth.untilEvent(id, 'WORKSPACE_ONLINE');
  expect(instancesOf(id)).toHaveLength(1);
});

it('a zone without capacity is passed over for the next', async () => {
  const zones = ['us-east-1a', 'us-east-1b', 'us-east-1c', 'us-east-1d'];
  for (const zone of zones) berth.emulator.control.capacity.empty('t3.large', zone);
  const id = await create();
  const online = (await berth.untilEvent(id, 'WORKSPACE_ONLINE')).at(-1)!.payload;
  expect(zones).not.toContain(online['zone']);
  expect(instancesOf(id)).toHaveLength(1);
  expect(billableOf(id).every((entry) => entry.zone === online['zone'])).toBe(true);
});

it('no capacity anywhere is a reason that names what was tried', async () => {
  berth.emulator.control.capacity.empty('t3.large', '*');
  // One that is named has no other to stand in for it.
  const id = await create({ compute: { instance_type: 't3.large' } });
  const failed = await failureOf(id);
  expect(failed).toMatchObject({ code: 'CAPACITY_EXHAUSTED' });
  expect(failed['tried']).toContain('t3.large in us-east-1a');
  expect(instancesOf(id)).toEqual([]);
});

it('a launch that fails later for lack of capacity is tried elsewhere, and its home goes with it', async () => {
  const reason = { code: 'Server.InsufficientInstanceCapacity', message: 'no capacity' };
  berth.emulator.control.failLaunch('test', 'us-east-1', reason);
  const id = await create();
  await berth.untilEvent(id, 'WORKSPACE_ONLINE');
  const [dead, alive] = instancesOf(id);
  expect(dead).toMatchObject({ state: 'terminated' });
  expect(alive!.zone).not.toBe(dead!.zone);
  expect(billableOf(id).filter((entry) => entry.detail.startsWith('20 GiB'))).toMatchObject([{ zone: alive!.zone }]);
});

it('a quota that is used up stops the provision at once', async () => {
  berth.emulator.control.faults.add({
    action: 'RunInstances',
    effect: 'before',
    code: 'VcpuLimitExceeded',
    httpStatus: 400,
    message: 'You have requested more vCPU capacity than your current limit',
  });
  const id = await create();
  expect(await failureOf(id)).toMatchObject({ code: 'QUOTA_EXCEEDED', aws_code: 'VcpuLimitExceeded' });
  expect(berth.emulator.ledger().entries.filter((entry) => entry.tags['WorkspaceID'] === id)).toEqual([]);
});

it('a refused parameter fails with what AWS said', async () => {
  berth.emulator.control.faults.add({
    action: 'CreateVolume',
    effect: 'before',
    code: 'UnauthorizedOperation',
    httpStatus: 403,
    message: 'not yours',
  });
  const id = await create();
  expect(await failureOf(id)).toMatchObject({ code: 'AWS_UNAUTHORIZED', aws_message: 'not yours' });
  expect(billableOf(id)).toEqual([]);
});

async function untilStep(id: string, step: string): Promise<void> {
  const watching = new AbortController();
  for await (const { payload } of berth.user.events(id, watching.signal)) {
    if (payload['step'] === step) break;
  }
  watching.abort();
}
