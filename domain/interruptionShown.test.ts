// Each stage of an interruption is told by an event that needs no question after it: what happens, until when, with what, and what can be done.

import { checkpointed, end, failed, interruption, noCapacity, notice, NOW, online, STATES } from './testing.ts';
import type { Change, OnlineOutcome, Outcome, WorkspaceState } from './workspace.ts';
import { fold } from './workspaceOutcomes.ts';

const DEADLINE = '2026-11-24T00:02:00.000Z';
const noticed = notice(STATES.ready, { ...interruption(1), actionAt: DEADLINE });
const told = ({ events }: Change, type: string) =>
  events.find((event) => event.type === `WORKSPACE_${type}`)?.payload as Record<string, unknown> | undefined;
const running = ({ operation }: WorkspaceState) => operation!.id;
const saved = end(noticed.state, running(noticed.state), checkpointed);
const recoverEnds = (outcome: Outcome) => end(saved.state, running(saved.state), outcome);
const recovered = { ...online(2), homeSource: { from: 'volume' } } as OnlineOutcome;

it('noticed: of which machine, and until when it is there', () => {
  expect(told(noticed, 'INTERRUPTION_NOTICED')).toMatchObject({
    source: 'metadata',
    interruption: { instance_id: 'i-1', noticed_at: NOW, deadline: DEADLINE, stage: 'checkpointing', attempts: 0 },
  });
});

it('checkpointed: the restore point, and how good it is; recovering: to which generation', () => {
  expect(told(saved, 'CHECKPOINTED')).toMatchObject({
    restore_point_id: 'rp-1',
    quality: 'clean',
    reason: 'interruption',
    interruption: { stage: 'checkpointed', restore_point_id: 'rp-1', deadline: DEADLINE },
  });
  expect(told(saved, 'RECOVERING')).toMatchObject({
    from_instance_id: 'i-1',
    to_generation: 2,
    interruption: { stage: 'recovering', restore_point_id: 'rp-1', attempts: 1 },
  });
});

it('a checkpoint that failed says why, and the workspace goes on with what it has', () => {
  const change = end(noticed.state, running(noticed.state), failed);
  expect(told(change, 'OPERATION_FAILED')).toMatchObject({
    code: 'QUOTA_EXCEEDED',
    error: 'no',
    interruption: { stage: 'checkpointed', restore_point_id: null },
  });
  expect(told(change, 'RECOVERING')).toMatchObject({ interruption: { stage: 'recovering' } });
});

it('recovered: where it is, and which of the three its home is', () => {
  expect(told(recoverEnds(recovered), 'ONLINE')).toMatchObject({
    instance_id: 'i-2',
    zone: 'a',
    home_from: 'volume',
    operation: 'recover',
    interruption: { instance_id: 'i-1', noticed_at: NOW, stage: 'recovered', restore_point_id: 'rp-1', actions: [] },
  });
  const ofPoint: OnlineOutcome = { ...recovered, homeSource: { from: 'restore-point', restorePointId: 'rp-1' } };
  expect(told(recoverEnds(ofPoint), 'ONLINE')).toMatchObject({ home_from: 'restore-point', restore_point_id: 'rp-1' });
});

it('served again before the operation has ended it says the same', () => {
  const operationId = running(saved.state);
  const served = fold(saved.state, { type: 'serviceRestored', operationId, outcome: recovered, now: NOW });
  expect(told(served, 'ONLINE')).toEqual(told(recoverEnds(recovered), 'ONLINE'));
});

it('waiting: for what and why, at what price, until when, and what would end it', () => {
  const reason = { code: 'CAPACITY_EXHAUSTED', message: 'no room', context: { paused_hourly_usd: '0.002' } } as const;
  const change = recoverEnds({ ...noCapacity, reason } as Outcome);
  expect(told(change, 'RECOVER_FAILED')).toMatchObject({
    code: 'CAPACITY_EXHAUSTED',
    interruption: {
      stage: 'waiting',
      waits_for: 'capacity',
      waits_because: 'no room',
      waits_at_hourly_usd: '0.002',
      tries_again_at: '2026-11-24T00:01:00.000Z',
      actions: [{ action: 'resume', method: 'POST' }, { action: 'configure' }, { action: 'delete' }],
    },
  });
});

it('an end without a notice has no deadline', () => {
  const change = fold(STATES.ready, { type: 'machineEnded', instanceId: 'i-1', stateReason: null, now: NOW });
  expect(told(change, 'MACHINE_ENDED')).toMatchObject({
    was_noticed: false,
    interruption: { instance_id: 'i-1', deadline: null, restore_point_id: null },
  });
});

it('where there is no interruption nothing is said of one', () => {
  const change = end(STATES.recreating, running(STATES.recreating), online(2));
  expect(told(change, 'ONLINE')).not.toHaveProperty('interruption');
  expect(told(change, 'ONLINE')).not.toHaveProperty('home_from');
});
