// What the cloud takes away: what a notice and an unasked end lead to in each phase, and what follows of it by itself.

import {
  cancelled,
  changed,
  checkpointed,
  commandOf,
  destroyed,
  end,
  failed,
  homeAlone,
  interruption,
  NEW,
  noCapacity,
  notice,
  NOW,
  online,
  type StateName,
  STATES,
  stopped,
  summary,
} from './testing.ts';
import type { Change, WorkspaceState } from './workspace.ts';
import { decide } from './workspaceCommands.ts';
import { retryAt } from './interruption.ts';
import { brokenInvariants } from './workspaceInvariants.ts';
import { fold } from './workspaceOutcomes.ts';

const machineEnded = (state: WorkspaceState): Change =>
  fold(state, { type: 'machineEnded', instanceId: 'i-1', stateReason: null, now: NOW });
const retryDue = (state: WorkspaceState): Change => fold(state, { type: 'retryDue' });
const atRest = (name: StateName): WorkspaceState => {
  const state = STATES[name];
  return fold(state, { type: 'serviceInterrupted', operationId: state.operation!.id }).state;
};
const follow = (state: WorkspaceState, change: Change): string => {
  expect(brokenInvariants(change.state)).toEqual([]);
  return summary(state, change);
};

it.each<[StateName, string, string]>([
  ['new', 'unchanged', 'unchanged'],
  ['provisioning', 'unchanged', 'unchanged'],
  [
    'ready',
    'interrupted, start checkpoint 1, INTERRUPTION_NOTICED',
    'recovering, start recover 2, MACHINE_ENDED, RECOVERING',
  ],
  ['recreating', 'recreating, cancel recreate, start checkpoint 1, INTERRUPTION_NOTICED', 'recreating, MACHINE_ENDED'],
  ['restoring', 'restoring, cancel restore, start checkpoint 1, INTERRUPTION_NOTICED', 'restoring, MACHINE_ENDED'],
  ['restarting', 'restarting, cancel restart, start checkpoint 1, INTERRUPTION_NOTICED', 'restarting, MACHINE_ENDED'],
  ['pausing', 'pausing, cancel pause, start checkpoint 1, INTERRUPTION_NOTICED', 'pausing, MACHINE_ENDED'],
  ['paused', 'unchanged', 'paused, MACHINE_ENDED'],
  ['paused, home alone', 'unchanged', 'unchanged'],
  ['paused, tries again', 'unchanged', 'unchanged'],
  ['resuming', 'resuming, cancel resume, start checkpoint 1, INTERRUPTION_NOTICED', 'resuming, MACHINE_ENDED'],
  [
    'checkpointing',
    'checkpointing, cancel checkpoint, start checkpoint 1, INTERRUPTION_NOTICED',
    'checkpointing, MACHINE_ENDED',
  ],
  ['interrupted', 'unchanged', 'interrupted, MACHINE_ENDED'],
  ['interrupted, checkpoint beside', 'unchanged', 'recreating, MACHINE_ENDED'],
  ['interrupted, checkpoint alone', 'unchanged', 'interrupted, MACHINE_ENDED'],
  ['recovering', 'unchanged', 'recovering, MACHINE_ENDED'],
  ['failed', 'unchanged', 'unchanged'],
  ['failed, home alone', 'unchanged', 'unchanged'],
  ['failed, machine left', 'unchanged', 'failed, MACHINE_ENDED'],
  ['unwinding', 'unchanged', 'unchanged'],
  ['destroying', 'unchanged', 'unchanged'],
  ['gone', 'unchanged', 'unchanged'],
])('%s: a notice leads to: %s; an end without one to: %s', (name, onNotice, onEnd) => {
  const state = STATES[name];
  expect(follow(state, notice(state))).toBe(onNotice);
  expect(follow(state, machineEnded(state))).toBe(onEnd);
});

it('a notice of another machine, and the same one again, change nothing', () => {
  expect(follow(STATES.ready, notice(STATES.ready, interruption(7)))).toBe('unchanged');
  expect(follow(STATES.interrupted, notice(STATES.interrupted))).toBe('unchanged');
});

it('a recommendation is worth one restore point, and evicts nobody', () => {
  const advice = { ...interruption(1), kind: 'rebalance' } as const;
  const advised = notice(STATES.ready, advice);
  expect(follow(STATES.ready, advised)).toBe('checkpointing, start checkpoint 1, REBALANCE_RECOMMENDED');
  const after = end(advised.state, advised.state.operation!.id, checkpointed).state;
  expect(after).toMatchObject({ phase: 'ready', status: 'online' });
  expect(follow(after, notice(after, advice))).toBe('unchanged');
});

it.each<StateName>(['recreating', 'restoring', 'pausing'])(
  '%s: once the home is at rest a notice stops nothing',
  (name) => {
    const state = atRest(name);
    expect(follow(state, notice(state))).toBe(`${name}, INTERRUPTION_NOTICED`);
  },
);

it('a pause that a notice met stays a pause', () => {
  for (const outcome of [stopped, homeAlone]) {
    const noticed = notice(atRest('pausing')).state;
    const paused = end(noticed, noticed.operation!.id, outcome);
    expect(follow(noticed, paused)).toBe('paused, PAUSED');
    expect(paused.state.interruption).toBeNull();
  }
});

it('a paused machine that ends while something is tried with it leaves its workspace paused', () => {
  const ended = machineEnded(STATES.resuming).state;
  const after = end(ended, ended.operation!.id, failed);
  expect(follow(ended, after)).toBe('paused, OPERATION_FAILED');
  expect(after.state).toMatchObject({ machine: null, interruption: null });
});

it('the checkpoint beside ends first: another machine is looked for once the other operation has ended', () => {
  const state = STATES['interrupted, checkpoint beside'];
  const saved = end(state, state.checkpoints[0]!.id, checkpointed);
  expect(follow(state, saved)).toBe('recreating, CHECKPOINTED');
  expect(follow(saved.state, end(saved.state, state.operation!.id, cancelled))).toBe(
    'recovering, start recover 3, OPERATION_FAILED, RECOVERING',
  );
});

it('the checkpoint beside ends last: another machine is looked for then', () => {
  const state = STATES['interrupted, checkpoint alone'];
  expect(follow(state, end(state, state.checkpoints[0]!.id, checkpointed))).toBe(
    'recovering, start recover 3, CHECKPOINTED, RECOVERING',
  );
});

it('the end of a checkpoint is recorded also where its machine has been replaced meanwhile', () => {
  const state = STATES['interrupted, checkpoint beside'];
  const replaced = end(state, state.operation!.id, online(2)).state;
  const after = end(replaced, state.checkpoints[0]!.id, failed);
  expect(follow(replaced, after)).toBe('ready, OPERATION_FAILED');
  expect(after.operations).toHaveLength(1);
  expect(after.state).toMatchObject({ checkpoints: [], status: 'online', machine: { instanceId: 'i-2' } });
});

it('a delete waits for the checkpoint, too, and nothing is recovered after it', () => {
  const state = STATES['interrupted, checkpoint beside'];
  const asked = changed(decide(state, commandOf.delete(NEW)));
  const half = end(asked, state.operation!.id, cancelled);
  expect(follow(asked, half)).toBe('unwinding');
  const destroying = end(half.state, state.checkpoints[0]!.id, cancelled);
  expect(follow(half.state, destroying)).toBe('destroying, start destroy 2');
  expect(follow(destroying.state, end(destroying.state, NEW, failed))).toBe('failed, DESTROY_FAILED');
});

it('a delete that fails after the machine has ended recovers nothing', () => {
  const ended = machineEnded(STATES['failed, machine left']).state;
  const again = changed(decide(ended, commandOf.delete(NEW)));
  expect(follow(again, end(again, NEW, failed))).toBe('failed, DESTROY_FAILED');
  expect(follow(again, end(again, NEW, destroyed))).toBe('gone, DESTROYED');
});

it('where there was no capacity it is looked for again at its time, also after a copy of the home', () => {
  const state = STATES['paused, tries again'];
  expect(state.interruption).toMatchObject({ retryAt: retryAt(NOW, 1), attempts: 1 });
  expect(follow(state, retryDue(state))).toBe('recovering, start recover 3, RECOVERING');
  const copying = changed(decide(state, commandOf.checkpoint(NEW)));
  expect(retryDue(copying).state).toBe(copying);
  const copied = end(copying, NEW, checkpointed).state;
  expect(copied.reason).toMatchObject({ code: 'CAPACITY_EXHAUSTED' });
  const tried = retryDue(copied).state;
  const again = end(tried, tried.operation!.id, noCapacity).state;
  expect(again.interruption).toMatchObject({ retryAt: retryAt(NOW, 2), attempts: 2 });
});

it('whoever acts takes over from the next look for capacity', () => {
  const resuming = changed(decide(STATES['paused, tries again'], commandOf.resume(NEW)));
  const paused = end(resuming, NEW, failed).state;
  expect(paused).toMatchObject({ phase: 'paused', interruption: null });
  expect(retryDue(paused).state).toBe(paused);
});
