// An operator ends what looks after a workspace, in Temporal's UI: it is taken up again, and nothing is left behind.

import { type Berth, startBerth } from '../support/berth.ts';
import { operationsOf } from '../support/operations.ts';
import { brokenAt } from '../support/soundness.ts';
import { until } from '../support/until.ts';

let berth: Berth;
let on: ReturnType<typeof operationsOf>;
beforeAll(async () => {
  berth = await startBerth({
    settings: { NOT_FOUND_GRACE_SECONDS: '0' },
    emulator: { settings: { snapshotRate: 'off' } },
  });
  on = operationsOf(berth);
});
afterAll(() => berth.stop());
afterEach(() => berth.emulator.control.faults.clear());

const entity = (id: string) => berth.temporal.workflow.getHandle(`workspace/${id}`);
/** Runs it until it has something to do: a workspace whose operation is on its way back is left alone. */
async function reconciled(): Promise<void> {
  const run = () =>
    berth.temporal.workflow.execute('reconcile', {
      taskQueue: berth.env['TASK_QUEUE']!,
      workflowId: `reconcile-${crypto.randomUUID()}`,
    });
  await until(run, (said) => said !== '0 taken up');
}
const untilPhase = (id: string, phase: string) => on.untilRead(id, (read) => read.phase === phase);

it('one that rests serves on, and takes commands again', async () => {
  const { id, instance } = await on.online('ended at rest');
  await entity(id).terminate('by hand');
  // Whoever asks for something is told, and it is taken up at once.
  await expect(berth.user.call('POST', `/workspaces/${id}/recreate`)).rejects.toThrow('is being taken up again');
  await berth.untilEvent(id, 'WORKSPACE_TAKEN_UP');
  expect(await on.read(id)).toMatchObject({ status: 'online', phase: 'ready', machine: { instance_id: instance } });
  expect(await on.run(id, 'recreate')).toMatchObject({ status: 'succeeded', generation: 2 });
  expect(await brokenAt(berth, id)).toEqual([]);
});

it('one that is paused stays so, and is resumed', async () => {
  const { id, instance } = await on.online('ended while paused');
  await on.run(id, 'pause');
  await entity(id).terminate('by hand');
  await reconciled();
  await berth.untilEvent(id, 'WORKSPACE_TAKEN_UP');
  expect(await on.read(id)).toMatchObject({ status: 'paused', machine: { instance_id: instance } });
  expect(await on.run(id, 'resume')).toMatchObject({ status: 'succeeded' });
  expect(await brokenAt(berth, id)).toEqual([]);
});

it('one that is in the middle of a recreate goes back, and is taken up as it was', async () => {
  const { id, instance } = await on.online('ended in the middle');
  berth.emulator.control.faults.add({ action: 'AttachVolume', effect: 'before', delayMs: 1_500 });
  const { operation_id } = await berth.user.call('POST', `/workspaces/${id}/recreate`);
  const steps = async () =>
    (
      await berth.user.call<{ steps: { step: string }[] }>(
        'GET',
        `/workspaces/${id}/operations/${String(operation_id)}`,
      )
    ).steps.map(({ step }) => step);
  await until(steps, (all) => all.includes('home_detached'));
  await entity(id).terminate('by hand');
  await reconciled();
  await untilPhase(id, 'ready');
  expect(await on.read(id)).toMatchObject({ status: 'online', machine: { instance_id: instance } });
  expect(await brokenAt(berth, id)).toEqual([]);
  expect(await on.run(id, 'recreate')).toMatchObject({ status: 'succeeded' });
  expect(await brokenAt(berth, id)).toEqual([]);
});

it('a deletion goes on to its end', async () => {
  const { id } = await on.online('ended while deleted');
  berth.emulator.control.faults.add({ action: 'TerminateInstances', effect: 'before', delayMs: 1_000 });
  await berth.user.call('DELETE', `/workspaces/${id}`);
  await entity(id).terminate('by hand');
  await reconciled();
  await berth.untilEvent(id, 'WORKSPACE_DESTROYED');
  expect(berth.billable().filter(({ tags }) => tags['WorkspaceID'] === id)).toEqual([]);
});

it('one that is stuck is ended and taken up', async () => {
  const { id, instance } = await on.online('stuck');
  // Nobody can make sense of it, neither now nor at any later try.
  await entity(id).signal('interruptionNotice');
  await until(
    () => entity(id).describe(),
    ({ raw }) => (raw.pendingWorkflowTask?.attempt ?? 0) > 3,
  );
  await expect(berth.user.call('POST', `/workspaces/${id}/recreate`)).rejects.toThrow('is being taken up again');
  await reconciled();
  await berth.untilEvent(id, 'WORKSPACE_TAKEN_UP');
  expect(await on.read(id)).toMatchObject({ status: 'online', machine: { instance_id: instance } });
  expect(await on.run(id, 'restart')).toMatchObject({ status: 'succeeded' });
  expect(await brokenAt(berth, id)).toEqual([]);
}, 90_000);

it('one that runs is left alone', async () => {
  const { id } = await on.online('as ever');
  const run = await berth.temporal.workflow.execute('reconcile', {
    taskQueue: berth.env['TASK_QUEUE']!,
    workflowId: `reconcile-${crypto.randomUUID()}`,
  });
  expect(run).toBe('0 taken up');
  const events = await berth.user.call<{ event_type: string }[]>('GET', `/events/${id}`);
  expect(events.map(({ event_type: type }) => type)).not.toContain('WORKSPACE_TAKEN_UP');
});
