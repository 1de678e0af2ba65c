// AWS's advice to leave a machine: one restore point and one target for it, now or when nothing else is under way, and nobody evicted.

import {
  cancelled,
  changed,
  commandOf,
  end,
  failed,
  interruption,
  NEW,
  notice,
  online,
  type StateName,
  STATES,
  summary,
} from './testing.ts';
import type { Outcome, WorkspaceState } from './workspace.ts';
import { decide } from './workspaceCommands.ts';
import { brokenInvariants } from './workspaceInvariants.ts';

const ADVICE = { ...interruption(1), kind: 'rebalance' } as const;
const target = {
  instanceType: 'm6i.large',
  zone: 'b',
  market: 'spot',
  hourlyUsd: '0.1',
  expectedHourlyUsd: '0.04',
  home: 'copied',
} as const;
const saved: Outcome = {
  result: 'checkpointed',
  restorePointId: 'rp-1',
  quality: 'frozen',
  priced: { at: 'then', target },
};
const idOf = (state: WorkspaceState) => state.checkpoints.at(-1)!.id;

it('tells where the workspace would go, for how much, and what is saved', () => {
  const told = notice(STATES.ready, ADVICE);
  expect(summary(STATES.ready, told)).toBe('ready, start checkpoint 1, REBALANCE_RECOMMENDED');
  const after = end(told.state, idOf(told.state), saved);
  expect(summary(told.state, after)).toBe('ready, CHECKPOINTED, REBALANCE_ADVISED');
  expect(after.events.at(-1)!.payload).toMatchObject({
    instance_id: 'i-1',
    restore_point_id: 'rp-1',
    target: { instance_type: 'm6i.large', zone: 'b', market: 'spot', hourly_usd: '0.1', home: 'copied' },
  });
  expect(after.state).toMatchObject({ status: 'online', advice: { restorePointId: 'rp-1', priced: { target } } });
  expect(summary(after.state, notice(after.state, ADVICE))).toBe('unchanged');
});

it('tells why there is nowhere to go', () => {
  const told = notice(STATES.ready, ADVICE).state;
  const refused = { code: 'SPOT_INTERRUPTED', context: {}, message: 'its policy says so' } as const;
  const nowhere: Outcome = { ...saved, priced: { at: 'then', refused } } as Outcome;
  expect(end(told, idOf(told), nowhere).events.at(-1)!.payload).toMatchObject({
    target: null,
    no_target: { code: 'SPOT_INTERRUPTED', error: 'its policy says so' },
  });
});

it.each<[StateName, Outcome]>([
  ['recreating', failed],
  ['restarting', cancelled],
  ['checkpointing', saved],
  ['ready, copied meanwhile', cancelled],
])('%s: it waits, and is followed where the machine is still there', (name, outcome) => {
  const state = STATES[name];
  const told = notice(state, ADVICE);
  expect(summary(state, told)).toBe(`${state.phase}, REBALANCE_RECOMMENDED`);
  expect(summary(told.state, notice(told.state, ADVICE))).toBe('unchanged');
  const running = state.operation ?? state.checkpoints[0]!;
  const after = end(told.state, running.id, outcome);
  expect(summary(told.state, after)).toContain('ready, start checkpoint 1');
  expect(after.state.version).toBe(told.state.version + 1);
  expect(brokenInvariants(after.state)).toEqual([]);
});

it('a machine that has been replaced meanwhile needs no advice any more', () => {
  const told = notice(STATES.recreating, ADVICE).state;
  expect(summary(told, end(told, told.operation!.id, online(2)))).toBe('ready, ONLINE');
});

it('whatever is asked for comes before it', () => {
  const told = notice(STATES.ready, ADVICE).state;
  const restarting = decide(told, commandOf.restart(NEW));
  expect(summary(told, restarting)).toBe('restarting, cancel checkpoint, start restart 1, OPERATION_STARTED');
  const after = end(changed(restarting), idOf(told), cancelled);
  expect(summary(changed(restarting), after)).toBe('restarting');
});
