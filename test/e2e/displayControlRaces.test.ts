// Two things at once, about control of one display: whatever comes first, one holder, one grant, and everybody is told.

import { WithStartWorkflowOperation } from '@temporalio/client';
import type { ControlRequest } from '../../domain/control-lock.ts';
import { controlUpdate, displayControlWorkflowId } from '../../workflows/messages.ts';
import type { WorkspaceId } from '../../domain/ids.ts';
import { type Berth, startBerth } from '../support/berth.ts';
import { busy, desktopMachines, desktopsOf } from '../support/desktop.ts';

let berth: Berth;
let on: ReturnType<typeof desktopsOf>;
const machines = desktopMachines();
beforeAll(async () => {
  berth = await startBerth({ settings: { TAKEOVER_GRACE_MS: '300' }, emulator: { machines: machines.runtime } });
  on = desktopsOf(berth);
});
afterAll(() => berth.stop());

/** As the API asks, with a lease so short that it ends within the test. */
async function ask(id: string, request: Exclude<ControlRequest, { type: 'takeover' }>): Promise<unknown> {
  const startWorkflowOperation = new WithStartWorkflowOperation('displayControl', {
    workflowId: displayControlWorkflowId(id as WorkspaceId),
    taskQueue: berth.env['TASK_QUEUE']!,
    args: [{ workspaceId: id, tenantId: 'default' }],
    workflowIdConflictPolicy: 'USE_EXISTING',
  });
  return berth.temporal.workflow.executeUpdateWithStart(controlUpdate, { startWorkflowOperation, args: [request] });
}

const SHORT = { ttlSeconds: 1, generation: 1 };
const agentOf = (id: string) => ({ type: 'acquire', controller: 'agent', actor: `workspace:${id}`, ...SHORT }) as const;
const completed = (events: readonly Record<string, unknown>[], verb: string) =>
  events.filter((line) => line['verb'] === verb && line['stage'] === 'completed');

it.each([0, 10, 30])('a takeover and a release of the agent %i ms later: the person has it, once', async (laterMs) => {
  const id = await on.online(`release after ${laterMs}`);
  const { actions, control, finish } = await busy(await machines.agent(id));
  // What is in flight is waited for: the agent says that nothing runs any more.
  expect(await control.release(actions, 1)).toBe(false);
  const release = async (): Promise<boolean> => {
    await new Promise((resolve) => setTimeout(resolve, laterMs));
    finish();
    return control.release(actions, 10_000);
  };
  const [asked] = await Promise.all([on.control(id, 'takeover'), release()]);
  expect(asked.status).toBe(202);
  await berth.untilEvent(id, 'display.control.takeover.completed');
  expect(await on.read(id)).toMatchObject({ controller: 'user', controlled_by: 'admin-token' });
  const { events, chain_valid } = await on.audit(id);
  expect(chain_valid).toBe(true);
  expect(completed(events, 'takeover')).toHaveLength(1);
});

it("a takeover and the end of the agent's lease: the person has it, once, and never before a permit has run out", async () => {
  const id = await on.online('expiry');
  await ask(id, agentOf(id));
  await new Promise((resolve) => setTimeout(resolve, 850));
  expect(await on.control(id, 'takeover')).toMatchObject({ status: 202 });
  await berth.untilEvent(id, 'display.control.takeover.completed');
  const { events } = await on.audit(id);
  expect(completed(events, 'takeover')).toHaveLength(1);
  expect(await on.read(id)).toMatchObject({ controller: 'user' });
});

it('two people at once: one has it, and the other is told that it is not theirs', async () => {
  const id = await on.online('two at once');
  const { finish } = await busy(await machines.agent(id));
  const other = await on.orgToken('two at once');
  const answers = await Promise.all([on.control(id, 'takeover'), on.control(id, 'takeover', {}, other)]);
  await berth.untilEvent(id, 'display.control.takeover.completed');
  finish();
  const [mine, theirs] = [await on.read(id), await on.read(id, other)];
  expect([mine['is_you'], theirs['is_you']].filter(Boolean)).toHaveLength(1);
  const { events } = await on.audit(id);
  expect(completed(events, 'takeover')).toHaveLength(1);
  // Refused at once by the API, or by the workflow as an event.
  const refusals = events.filter((line) => line['verb'] === 'takeover' && line['stage'] === 'failed');
  expect(refusals).toMatchObject([{ because: 'DISPLAY_TAKEOVER_PENDING' }]);
  expect(answers.some(({ status }) => status === 202)).toBe(true);
});

it('the agent wants it back during the grace: refused, and the takeover stands', async () => {
  const id = await on.online('wants it back');
  const { control, finish, fence } = await busy(await machines.agent(id));
  await on.control(id, 'takeover');
  expect(await control.acquire(300)).toEqual({ refused: 'control_lost' });
  expect(await control.permit('pointer', fence)).toEqual({ refused: 'control_lost' });
  await berth.untilEvent(id, 'display.control.takeover.completed');
  expect(await control.acquire(300)).toEqual({ refused: 'human_in_control' });
  expect(await control.permit('screenshot', fence)).toEqual({ refused: 'human_in_control' });
  finish();
});

it('a person whose lease ends parks it: the agent is kept out until a person says otherwise', async () => {
  const id = await on.online('lost in a login');
  await ask(id, { type: 'acquire', controller: 'user', actor: 'session:somebody', ...SHORT });
  const events = await berth.untilEvent(id, 'display.control.park.completed');
  expect(events.at(-1)!.payload).toMatchObject({ controller: 'none', because: 'lease_lost', controlled_by: 'session' });
  const { control } = await machines.agent(id);
  expect(await control.acquire(300)).toEqual({ refused: 'parked' });
  expect(await control.permit('screenshot', 2)).toEqual({ refused: 'parked' });
  expect(await on.read(id)).toMatchObject({ controller: 'none', parked: { reason: 'lease_lost' } });
  await on.control(id, 'resume');
  expect(await control.acquire(300)).toMatchObject({ fence: 3 });
});

it('a lease that is renewed in Postgres is not lost when its first time is over', async () => {
  const id = await on.online('renewed');
  await ask(id, { type: 'acquire', controller: 'user', actor: 'admin-token', ...SHORT });
  expect(await on.control(id, 'renew', { ttl_seconds: 300, fence: 1 })).toMatchObject({ status: 200 });
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  expect(await on.read(id)).toMatchObject({ controller: 'user', fence: 1, parked: null });
});

it('acquire and release of a workflow that ends each time: none is lost, and the fence never falls', async () => {
  const id = await on.online('on and off');
  let last = 0;
  for (let turn = 0; turn < 20; turn++) {
    const taken = await on.control(id, 'acquire');
    expect(taken.status).toBe(200);
    expect(taken.body['fence']).toBeGreaterThan(last);
    last = Number(taken.body['fence']);
    await on.control(id, 'release');
  }
  expect(last).toBe(39);
  expect((await on.audit(id)).chain_valid).toBe(true);
});

it('an operator takes over with the Temporal CLI, saying nothing but the workspace', async () => {
  const id = await on.online('by hand');
  const { control } = await machines.agent(id);
  await control.acquire(300);
  await berth.temporal.workflow.getHandle(displayControlWorkflowId(id as WorkspaceId)).signal('takeoverRequested');
  await berth.untilEvent(id, 'display.control.takeover.completed');
  expect(await on.read(id)).toMatchObject({ controller: 'user', controlled_by: 'operator' });
});
