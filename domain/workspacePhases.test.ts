// Every command and every end of an operation, in every phase: where it leads, and what it starts, cancels and tells.

import type { OperationId, TenantId, WorkspaceId } from './ids.ts';
import {
  type Change,
  newWorkspace,
  type Outcome,
  type Profile,
  type WorkspacePhase,
  type WorkspaceState,
} from './workspace.ts';
import { decide } from './workspaceCommands.ts';
import { brokenInvariants } from './workspaceInvariants.ts';
import { fold } from './workspaceOutcomes.ts';

const id = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}` as OperationId;
const [PROVISION, DESTROY, ANOTHER] = [id(1), id(2), id(3)] as const;
const profile: Profile = { name: 'x', role: null, runtime: null, tier: 3, compute: {} };
const OUTCOMES = {
  online: {
    result: 'online',
    machine: { instanceId: 'i-1', instanceType: 't3.large', zone: 'a', region: 'r', generation: 1, attempt: 1 },
    home: { volumeId: 'vol-1', zone: 'a', sizeGb: 20 },
    registration: { url: null, agentCard: null },
  },
  destroyed: { result: 'destroyed', restoreUntil: null },
  cancelled: { result: 'cancelled' },
  failed: { result: 'failed', reason: { code: 'QUOTA_EXCEEDED', context: {}, message: 'no' } },
} satisfies Record<string, Outcome>;

const changed = (change: ReturnType<typeof decide>): WorkspaceState => (change as Change).state;
const end = (state: WorkspaceState, operationId: OperationId, outcome: Outcome): Change =>
  fold(state, { type: 'operationEnded', operationId, outcome, now: '2026-11-24T00:00:00.000Z' });

const fresh = newWorkspace('0b0e7f5e-9a5a-4d0e-8a39-5f6d2f6f3a11' as WorkspaceId, 'acme' as TenantId);
const provisioning = changed(decide(fresh, { type: 'create', operationId: PROVISION, profile }));
const ready = end(provisioning, PROVISION, OUTCOMES.online).state;
const destroying = changed(decide(ready, { type: 'delete', operationId: DESTROY, keepDays: 7 }));
const STATES = {
  new: fresh,
  provisioning,
  ready,
  failed: end(provisioning, PROVISION, OUTCOMES.failed).state,
  unwinding: changed(decide(provisioning, { type: 'delete', operationId: DESTROY, keepDays: 7 })),
  destroying,
  gone: end(destroying, DESTROY, OUTCOMES.destroyed).state,
} satisfies Partial<Record<WorkspacePhase, WorkspaceState>>;
type Phase = keyof typeof STATES;

/** Phase after it, effects, events; or the refusal; or that nothing changes. */
const summary = (state: WorkspaceState, change: ReturnType<typeof decide>): string => {
  if ('refused' in change) return `refused ${change.refused}`;
  if (change.state === state) return change.effects.length + change.events.length === 0 ? 'unchanged' : 'inconsistent';
  const effects = change.effects.map((effect) =>
    effect.type === 'start'
      ? `start ${effect.operation.kind}`
      : `cancel ${effect.operationId === PROVISION ? 'it' : '?'}`,
  );
  return [change.state.phase, ...effects, ...change.events.map((event) => event.type)].join(', ');
};

it('the states that the tables start from are what they are called, and sound', () => {
  for (const [phase, state] of Object.entries(STATES)) {
    expect(state.phase).toBe(phase);
    expect(brokenInvariants(state)).toEqual([]);
  }
});

it.each<[Phase, string, string]>([
  ['new', 'provisioning, start provision, WORKSPACE_PROVISIONING', 'refused WORKSPACE_NOT_FOUND'],
  ['provisioning', 'refused OPERATION_IN_PROGRESS', 'unwinding, cancel it, WORKSPACE_REMOVED'],
  ['ready', 'refused OPERATION_IN_PROGRESS', 'destroying, start destroy, WORKSPACE_REMOVED'],
  ['failed', 'refused OPERATION_IN_PROGRESS', 'destroying, start destroy, WORKSPACE_REMOVED'],
  ['unwinding', 'refused OPERATION_IN_PROGRESS', 'unchanged'],
  ['destroying', 'refused OPERATION_IN_PROGRESS', 'unchanged'],
  ['gone', 'refused WORKSPACE_REMOVED', 'refused WORKSPACE_REMOVED'],
])('in phase %s a create is: %s; a delete is: %s', (phase, onCreate, onDelete) => {
  const state = STATES[phase];
  expect(summary(state, decide(state, { type: 'create', operationId: ANOTHER, profile }))).toBe(onCreate);
  expect(summary(state, decide(state, { type: 'delete', operationId: ANOTHER, keepDays: 7 }))).toBe(onDelete);
});

it.each<[Phase, keyof typeof OUTCOMES, string]>([
  ['provisioning', 'online', 'ready, WORKSPACE_ONLINE'],
  ['provisioning', 'failed', 'failed, WORKSPACE_PROVISION_FAILED'],
  ['provisioning', 'cancelled', 'failed, WORKSPACE_PROVISION_FAILED'],
  // The delete waits for the end, whichever it is.
  ['unwinding', 'online', 'destroying, start destroy'],
  ['unwinding', 'failed', 'destroying, start destroy'],
  ['unwinding', 'cancelled', 'destroying, start destroy'],
  ['destroying', 'destroyed', 'gone, WORKSPACE_DESTROYED'],
  ['destroying', 'failed', 'failed, WORKSPACE_DESTROY_FAILED'],
  ['destroying', 'cancelled', 'failed, WORKSPACE_DESTROY_FAILED'],
])('in phase %s the end of what runs as %s leads to: %s', (phase, result, expected) => {
  const state = STATES[phase];
  const change = end(state, state.operation!.id, OUTCOMES[result]);
  expect(summary(state, change)).toBe(expected);
  expect(change.state.version).toBe(state.version + 1);
  expect(brokenInvariants(change.state)).toEqual([]);
});

describe.each(Object.entries(STATES))('in phase %s', (_, state) => {
  it.each(Object.keys(OUTCOMES) as (keyof typeof OUTCOMES)[])('%s of what does not run changes nothing', (result) => {
    const idle = [PROVISION, DESTROY, ANOTHER].filter((operationId) => operationId !== state.operation?.id);
    for (const operationId of idle) expect(summary(state, end(state, operationId, OUTCOMES[result]))).toBe('unchanged');
  });

  it('a command that was taken before changes nothing, whatever it asks for', () => {
    const known = [state.operation?.id, state.next?.id, ...state.recorded.map((entry) => entry.operation.id)];
    for (const operationId of known) {
      if (operationId === undefined) continue;
      expect(summary(state, decide(state, { type: 'create', operationId, profile }))).toBe('unchanged');
      expect(summary(state, decide(state, { type: 'delete', operationId, keepDays: 7 }))).toBe('unchanged');
    }
  });
});

it('a delete that failed keeps what may still exist, and takes another try to its end', () => {
  const failed = end(STATES.destroying, DESTROY, OUTCOMES.failed).state;
  expect(failed).toMatchObject({ status: 'failed', machine: { instanceId: 'i-1' }, home: { volumeId: 'vol-1' } });
  const again = changed(decide(failed, { type: 'delete', operationId: ANOTHER, keepDays: 7 }));
  expect(again).toMatchObject({ status: 'removed', phase: 'destroying', reason: null, operation: { id: ANOTHER } });
  expect(summary(again, end(again, ANOTHER, OUTCOMES.destroyed))).toBe('gone, WORKSPACE_DESTROYED');
});
