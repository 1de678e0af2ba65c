// Every end that an operation may come to: where it leads, what is kept, and what follows by itself.

import {
  cancelled,
  changed,
  checkpointed,
  commandOf,
  destroyed,
  end,
  failed,
  failedWithHome,
  home,
  homeAlone,
  machineOf,
  NEW,
  noCapacity,
  NOW,
  online,
  operation,
  type StateName,
  STATES,
  stopped,
  summary,
} from './testing.ts';
import type { Outcome, WorkspaceState } from './workspace.ts';
import { decide } from './workspaceCommands.ts';
import { fold } from './workspaceOutcomes.ts';
import { brokenInvariants } from './workspaceInvariants.ts';

const restarted: Outcome = { ...online(1), launched: STATES.ready.launched! } as Outcome;
/** The machine is there still, and nobody knows what it does. */
const failedWithMachine: Outcome = {
  result: 'failed',
  reason: { code: 'HOME_NOT_RETURNED', context: {}, message: 'no' },
  standing: { phase: 'failed', machine: machineOf(1), home },
};
const cancelledWithHome: Outcome = { result: 'cancelled', standing: { phase: 'paused', machine: null, home } };

const ENDS: Partial<Record<StateName, readonly (readonly [string, Outcome, string, object])[]>> = {
  provisioning: [
    ['online', online(1), 'ready, ONLINE', { machine: machineOf(1), generation: 1 }],
    ['failed', failed, 'failed, PROVISION_FAILED', { machine: null, home: null }],
    ['cancelled', cancelled, 'failed, PROVISION_FAILED', { reason: { code: 'OPERATION_CANCELLED' } }],
  ],
  recreating: [
    ['online', online(2), 'ready, ONLINE', { machine: machineOf(2), generation: 2, reason: null }],
    ['failed as before', failed, 'ready, OPERATION_FAILED', { machine: machineOf(1), generation: 1, generations: 2 }],
    ['failed, home left', failedWithHome, 'failed, OPERATION_FAILED', { machine: null, home, url: null }],
    ['failed, machine left', failedWithMachine, 'failed, OPERATION_FAILED', { machine: machineOf(1), generation: 1 }],
    ['cancelled', cancelled, 'ready, OPERATION_FAILED', { status: 'online', url: 'http://10.0.0.1' }],
  ],
  restoring: [
    ['online', online(2), 'ready, ONLINE', { machine: machineOf(2) }],
    ['failed as before', failed, 'ready, OPERATION_FAILED', { machine: machineOf(1) }],
    ['failed, home left', failedWithHome, 'failed, OPERATION_FAILED', { machine: null, home }],
    ['cancelled', cancelled, 'ready, OPERATION_FAILED', { machine: machineOf(1) }],
  ],
  restarting: [
    ['online', restarted, 'ready, ONLINE', { machine: machineOf(1), generation: 1, generations: 1 }],
    ['failed, machine left', failedWithMachine, 'failed, OPERATION_FAILED', { machine: machineOf(1) }],
    ['cancelled', cancelled, 'ready, OPERATION_FAILED', { machine: machineOf(1) }],
  ],
  pausing: [
    ['stopped', stopped, 'paused, PAUSED', { machine: machineOf(1), pausedHourlyUsd: '0.004' }],
    ['ended', homeAlone, 'paused, PAUSED', { machine: null, home }],
    ['failed', failed, 'ready, OPERATION_FAILED', { status: 'online', reason: { code: 'QUOTA_EXCEEDED' } }],
    ['cancelled', cancelled, 'ready, OPERATION_FAILED', { status: 'online' }],
  ],
  resuming: [
    ['online as it was', restarted, 'ready, ONLINE', { machine: machineOf(1), generation: 1, pausedHourlyUsd: null }],
    ['online on another', online(2), 'ready, ONLINE', { machine: machineOf(2), generation: 2 }],
    ['failed', failed, 'paused, OPERATION_FAILED', { machine: machineOf(1), pausedHourlyUsd: '0.004' }],
    ['failed, home left', failedWithHome, 'failed, OPERATION_FAILED', { machine: null, home }],
    ['cancelled', cancelled, 'paused, OPERATION_FAILED', { machine: machineOf(1) }],
  ],
  checkpointing: [
    ['checkpointed', checkpointed, 'ready, CHECKPOINTED', { reason: null }],
    ['failed', failed, 'ready, OPERATION_FAILED', { status: 'online', reason: { code: 'QUOTA_EXCEEDED' } }],
    ['cancelled', cancelled, 'ready, OPERATION_FAILED', { status: 'online' }],
  ],
  interrupted: [
    ['checkpointed', checkpointed, 'recovering, start recover 2, CHECKPOINTED, RECOVERING', { generations: 2 }],
    ['failed', failed, 'recovering, start recover 2, OPERATION_FAILED, RECOVERING', { status: 'provisioning' }],
    ['cancelled', cancelled, 'recovering, start recover 2, OPERATION_FAILED, RECOVERING', {}],
  ],
  'interrupted, checkpoint beside': [
    ['online', online(2), 'ready, ONLINE', { machine: machineOf(2), interruption: null }],
    ['failed as before', failed, 'interrupted, OPERATION_FAILED', { status: 'provisioning', operation: null }],
    ['failed, home left', failedWithHome, 'interrupted, OPERATION_FAILED', { machine: null, home }],
    ['cancelled', cancelled, 'interrupted, OPERATION_FAILED', { status: 'provisioning', operation: null }],
  ],
  recovering: [
    ['online', online(2), 'ready, ONLINE', { machine: machineOf(2), interruption: null }],
    ['no capacity', noCapacity, 'paused, RECOVER_FAILED', { interruption: { stage: 'waiting', attempts: 1 } }],
    ['cancelled', cancelledWithHome, 'paused, RECOVER_FAILED', { interruption: { retryAt: null }, home }],
    // It has been tried: trying again at once would go on for ever.
    ['failed as before', failed, 'failed, RECOVER_FAILED', { operation: null, home }],
    ['called off before it began', cancelled, 'failed, RECOVER_FAILED', { operation: null, home }],
  ],
  // The delete waits for the end, whichever it is.
  unwinding: [
    ['online', online(1), 'destroying, start destroy 1', { machine: machineOf(1), status: 'removed' }],
    ['failed', failed, 'destroying, start destroy 1', { status: 'removed', reason: null }],
    ['cancelled', cancelled, 'destroying, start destroy 1', { status: 'removed', reason: null }],
  ],
  destroying: [
    ['destroyed', destroyed, 'gone, DESTROYED', { machine: null, home: null, restoreUntil: NOW }],
    ['failed', failed, 'failed, DESTROY_FAILED', { machine: machineOf(1), home }],
    ['cancelled', cancelled, 'failed, DESTROY_FAILED', { machine: machineOf(1), home }],
  ],
};
const cases = Object.entries(ENDS).flatMap(([name, rows]) => rows.map((row) => [name as StateName, ...row] as const));

it.each(cases)('%s, and what runs ends %s', (name, _, outcome, expected, kept) => {
  const state: WorkspaceState = STATES[name];
  const change = end(state, state.operation!.id, outcome);
  expect(summary(state, change)).toBe(expected);
  expect(change.state).toMatchObject({ ...kept, version: state.version + 1 });
  expect(change.state.recorded.at(-1)).toMatchObject({
    operation: { id: state.operation!.id },
    result: outcome.result,
  });
  expect(change.operations[0]).toEqual({ operation: state.operation, outcome });
  expect(brokenInvariants(change.state)).toEqual([]);
});

it.each(Object.entries(STATES))('%s: the end of what does not run changes nothing', (_, state) => {
  for (const outcome of [online(1), failed, cancelled, checkpointed, destroyed, stopped, noCapacity]) {
    for (const idle of [operation(50), NEW, ...state.recorded.map((entry) => entry.operation.id)]) {
      expect(summary(state, end(state, idle, outcome))).toBe('unchanged');
    }
  }
});

it('a recreate that succeeded has made its compute the stored one; one that failed has changed nothing', () => {
  const { recreating } = STATES;
  const other = { ...recreating, operation: { ...recreating.operation!, compute: { instance_type: 'm6i.large' } } };
  const after = (outcome: Outcome) => end(other as WorkspaceState, other.operation.id, outcome).state.profile?.compute;
  expect(after(online(2))).toEqual({ instance_type: 'm6i.large' });
  expect(after(failed)).toEqual({});
});

it('a copy of its home changes nothing of why a workspace has failed', () => {
  for (const name of ['failed, home alone', 'failed, machine left'] as const) {
    const copying = changed(decide(STATES[name], commandOf.checkpoint(NEW)));
    expect(copying.reason).toEqual(STATES[name].reason);
    expect(end(copying, NEW, checkpointed).state).toMatchObject({ phase: 'failed', reason: STATES[name].reason });
  }
});

it('a delete that failed keeps what may still exist, and takes another try to its end', () => {
  const again = changed(decide(STATES['failed, machine left'], commandOf.delete(NEW)));
  expect(again).toMatchObject({ status: 'removed', phase: 'destroying', reason: null, operation: { id: NEW } });
  expect(summary(again, end(again, NEW, destroyed))).toBe('gone, DESTROYED');
});

it.each(Object.entries(STATES))('idle, %s: it pauses where it serves and nothing runs', (name, state) => {
  const change = fold(state, { type: 'idle', operationId: NEW, mode: 'stop', since: NOW });
  if (name.split(',')[0] !== 'ready') return expect(change.state).toBe(state);
  // A spot machine can't be stopped.
  const mode = state.launched!.compute.market === 'spot' ? 'terminate' : 'stop';
  expect(change.operations).toMatchObject([{ operation: { kind: 'pause', mode, because: 'idle' } }]);
  // Told again, by a look that was repeated.
  return expect(fold(change.state, { type: 'idle', operationId: NEW, mode: 'stop', since: NOW }).state).toBe(
    change.state,
  );
});
