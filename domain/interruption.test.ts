// What the cloud takes away: what a notice and an unasked end lead to in each phase, and what follows of it by itself.

import {
  cancelled,
  changed,
  checkpointed,
  commandOf,
  destroyed,
  end,
  failed,
  failedAs,
  failedWithHome,
  home,
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
import type { Change, OnlineOutcome, Operation, Outcome, WorkspaceState } from './workspace.ts';
import { decide } from './workspaceCommands.ts';
import { nextRetryAt, retryAt } from './interruption.ts';
import { brokenInvariants } from './workspaceInvariants.ts';
import { fold } from './workspaceOutcomes.ts';

const left = { phase: 'paused', machine: null, home } as const;
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
  ['provisioning', 'provisioning', 'unchanged'],
  [
    'ready',
    'interrupted, start checkpoint 1, INTERRUPTION_NOTICED',
    'recovering, start recover 2, MACHINE_ENDED, RECOVERING',
  ],
  [
    'ready, copied meanwhile',
    'interrupted, cancel checkpoint, start checkpoint 1, INTERRUPTION_NOTICED',
    'recovering, cancel checkpoint, start recover 2, MACHINE_ENDED, RECOVERING',
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

it.each<[StateName, string]>([
  ['provisioning', 'i-1'],
  ['recreating', 'i-2'],
  ['restoring', 'i-2'],
  ['recovering', 'i-2'],
])('%s: a notice of the machine that is being made is kept until that is known', (name, instanceId) => {
  const state = STATES[name];
  const told = { ...interruption(1), instanceId };
  const early = notice(state, told).state;
  expect(early).toMatchObject({ phase: state.phase, early: [told] });
  expect(notice(early, told).state).toBe(early);
  const generation = Number(instanceId.slice(2));
  const after = end(early, early.operation!.id, online(generation));
  expect(follow(early, after)).toBe(`interrupted, start checkpoint ${generation}, ONLINE, INTERRUPTION_NOTICED`);
  expect(after.state).toMatchObject({ early: [], interruption: { instanceId }, version: early.version + 1 });
});

it('a machine that serves before what was there has been put away is saved beside that', () => {
  const early = notice(STATES.recreating, interruption(2)).state;
  const outcome = online(2) as OnlineOutcome;
  const restored = { type: 'serviceRestored', operationId: early.operation!.id, outcome, now: NOW } as const;
  expect(follow(early, fold(early, restored))).toBe(
    'recreating, cancel recreate, start checkpoint 2, ONLINE, INTERRUPTION_NOTICED',
  );
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

it('a machine that somebody has started anew, and that is noticed once more, is saved once more', () => {
  const ended = end(STATES.recovering, STATES.recovering.operation!.id, failed).state;
  const restarted = changed(decide(ended, commandOf.restart(NEW)));
  const again = notice(restarted);
  expect(follow(restarted, again)).toBe('restarting, cancel restart, start checkpoint 1, INTERRUPTION_NOTICED');
  expect(again.state.checkpoints[0]!.id).not.toBe(STATES.interrupted.operation!.id);
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
  expect(nextRetryAt(state)).toBe(retryAt(NOW, 1));
  expect(retryDue(copying).state).toBe(copying);
  expect(nextRetryAt(copying)).toBeNull();
  const beside = { ...copying.operation!, reason: 'interruption' } as Operation;
  expect(nextRetryAt({ ...state, checkpoints: [beside] })).toBeNull();
  const copied = end(copying, NEW, checkpointed).state;
  expect(copied.reason).toMatchObject({ code: 'CAPACITY_EXHAUSTED' });
  const tried = retryDue(copied).state;
  const again = end(tried, tried.operation!.id, noCapacity).state;
  expect(again.interruption).toMatchObject({ retryAt: retryAt(NOW, 2), attempts: 2 });
});

it.each(['CAPACITY_EXHAUSTED', 'AWS_QUOTA_INSUFFICIENT', 'QUOTA_EXCEEDED', 'BUDGET_EXCEEDED'] as const)(
  'after %s it is tried again by itself where nobody has to do anything about it',
  (code) => {
    const retry = { firstMs: 1_000, longestMs: 2_000 };
    const outcome = { ...noCapacity, reason: { code, context: {}, message: 'no' }, standing: { ...left, retry } };
    const after = end(STATES.recovering, STATES.recovering.operation!.id, outcome as Outcome).state;
    const at = code === 'BUDGET_EXCEEDED' ? null : retryAt(NOW, 1, retry);
    expect(after.interruption).toMatchObject({ stage: 'waiting', retryAt: at });
  },
);

it('whoever acts takes over from the next look for capacity', () => {
  const resuming = changed(decide(STATES['paused, tries again'], commandOf.resume(NEW)));
  const paused = end(resuming, NEW, failed).state;
  expect(paused).toMatchObject({ phase: 'paused', interruption: null });
  expect(retryDue(paused).state).toBe(paused);
});

it('an operation that has lost the machine after its notice is followed by another machine for the home', () => {
  const state = STATES['interrupted, checkpoint beside'];
  const lost = end(state, state.operation!.id, failedWithHome).state;
  const saved = end(lost, lost.checkpoints[0]!.id, checkpointed);
  expect(follow(lost, saved)).toBe('recovering, start recover 3, CHECKPOINTED, RECOVERING');
});

it('nobody is served any more from the notice on, while its machine is brought to rest', () => {
  expect(STATES.ready.status).toBe('online');
  expect(notice(STATES.ready).state.status).toBe('provisioning');
});

it('a machine that a recovery has made, and that is taken while the recovery ends, is copied before another one is made', () => {
  const recovery = STATES.recovering.operation!.id;
  const outcome = online(2) as OnlineOutcome;
  const serving = fold(STATES.recovering, { type: 'serviceRestored', operationId: recovery, outcome, now: NOW }).state;
  const taken = notice(serving, interruption(2)).state;
  const over = end(taken, recovery, outcome).state;
  expect(over).toMatchObject({ phase: 'interrupted', status: 'provisioning' });
  const gone = fold(over, { type: 'machineEnded', instanceId: 'i-2', stateReason: null, now: NOW });
  expect(follow(over, gone)).toBe('interrupted, MACHINE_ENDED');
  expect(follow(gone.state, end(gone.state, over.checkpoints[0]!.id, checkpointed))).toBe(
    'recovering, start recover 3, CHECKPOINTED, RECOVERING',
  );
});

it('an operation that fails as its machine has died is followed by another machine, whoever tells of it first', () => {
  const died = failedAs('MACHINE_DIED', { instance_id: 'i-1', state_reason: 'x' });
  const state = STATES.restarting;
  const bySaying = end(state, state.operation!.id, died);
  expect(follow(state, bySaying)).toBe('recovering, start recover 2, OPERATION_FAILED, RECOVERING');
  expect(bySaying.state.interruption).toMatchObject({ instanceId: 'i-1', hasEnded: true });
  expect(machineEnded(bySaying.state).state).toBe(bySaying.state);
  const told = machineEnded(state).state;
  expect(follow(told, end(told, state.operation!.id, died))).toBe(
    'recovering, start recover 2, OPERATION_FAILED, RECOVERING',
  );
  const ofAnother = failedAs('MACHINE_DIED', { instance_id: 'i-2', state_reason: 'x' });
  expect(follow(state, end(state, state.operation!.id, ofAnother))).toBe('ready, OPERATION_FAILED');
});

it('a machine that ends while its workspace has failed is forgotten', () => {
  const state = STATES['failed, machine left'];
  expect(machineEnded(state).state).toMatchObject({ phase: 'failed', machine: null, interruption: null });
});
