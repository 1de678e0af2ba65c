// Restore points on a schedule: nobody is disturbed by one, and none is taken where something else is under way.

import {
  cancelled,
  changed,
  checkpointed,
  commandOf,
  due,
  end,
  failed,
  NEW,
  notice,
  RUNNING,
  type StateName,
  STATES,
  stopped,
  summary,
} from './testing.ts';
import { decide } from './workspaceCommands.ts';
import { brokenInvariants } from './workspaceInvariants.ts';

const copied = STATES['ready, copied meanwhile'];
const spot = { ...STATES.ready, profile: copied.profile, launched: copied.launched };

it('is taken while the workspace is served, and nothing about it changes', () => {
  const change = due(spot);
  expect(summary(spot, change)).toBe('ready, start checkpoint 1');
  expect(change.state).toMatchObject({ status: 'online', operation: null });
  const after = end(change.state, RUNNING, checkpointed);
  expect(summary(change.state, after)).toBe('ready, CHECKPOINTED');
  expect(after.events).toMatchObject([{ payload: { restore_point_id: 'rp-1', reason: 'schedule' } }]);
  expect(after.state).toMatchObject({ status: 'online', phase: 'ready', checkpoints: [] });
});

it.each(Object.keys(STATES) as StateName[])('%s: only a spot workspace that is served and at rest gets one', (name) => {
  const state = STATES[name];
  const ofSpot = state.profile === null ? state : { ...state, profile: copied.profile };
  expect(summary(ofSpot, due(ofSpot, NEW))).toBe(name === 'ready' ? 'ready, start checkpoint 1' : 'unchanged');
});

it('an on-demand workspace gets none, nor does one that is told the same time twice', () => {
  expect(summary(STATES.ready, due(STATES.ready))).toBe('unchanged');
  const after = end(copied, RUNNING, checkpointed).state;
  expect(summary(after, due(after))).toBe('unchanged');
});

it('one that fails is told of, and one that gave way is not', () => {
  const after = end(copied, RUNNING, failed);
  expect(summary(copied, after)).toBe('ready, OPERATION_FAILED');
  expect(after.events).toMatchObject([{ payload: { code: 'QUOTA_EXCEEDED', error: 'no', status: 'online' } }]);
  expect(after.state).toMatchObject({ status: 'online', reason: null });
  expect(summary(copied, end(copied, RUNNING, cancelled))).toBe('ready');
});

it('may end while what it gave way to runs, or after that', () => {
  const pausing = changed(decide(copied, commandOf.pause(NEW)));
  const first = end(pausing, RUNNING, cancelled);
  expect(summary(pausing, first)).toBe('pausing');
  expect(summary(first.state, end(first.state, NEW, stopped))).toBe('paused, PAUSED');
  const paused = end(pausing, NEW, stopped).state;
  const last = end(paused, RUNNING, checkpointed);
  expect(summary(paused, last)).toBe('paused, CHECKPOINTED');
  for (const { state } of [first, last]) expect(brokenInvariants(state)).toEqual([]);
});

it('a delete waits for it', () => {
  const removed = changed(decide(copied, commandOf.delete(NEW)));
  expect(summary(removed, end(removed, RUNNING, cancelled))).toBe('destroying, start destroy 1');
});

it('ends without changing anything of an interruption that has begun meanwhile', () => {
  const interrupted = notice(copied).state;
  const after = end(interrupted, RUNNING, cancelled);
  expect(summary(interrupted, after)).toBe('interrupted');
  expect(after.state.interruption).toEqual(interrupted.interruption);
});

it('can be called off by its id', () => {
  const change = decide(copied, commandOf.abort(NEW, RUNNING));
  expect(summary(copied, change)).toBe('ready, cancel checkpoint, OPERATION_ABORTING');
});
