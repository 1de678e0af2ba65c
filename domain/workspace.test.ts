// The entity's rules: what each command does in each phase, and what holds whatever comes in whatever order.

import type { OperationId, TenantId, WorkspaceId } from './ids.ts';
import {
  type Change,
  type Command,
  newWorkspace,
  type Outcome,
  type Profile,
  RECORDED_OPERATIONS,
} from './workspace.ts';
import { decide } from './workspaceCommands.ts';
import { brokenInvariants } from './workspaceInvariants.ts';
import { fold } from './workspaceOutcomes.ts';

const operation = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}` as OperationId;
const FRESH = { now: '2026-11-24T00:00:00.000Z' };
const profile: Profile = { name: 'x', role: null, runtime: null, tier: 3, compute: {} };
const fresh = newWorkspace('0b0e7f5e-9a5a-4d0e-8a39-5f6d2f6f3a11' as WorkspaceId, 'acme' as TenantId);
const create = (n: number): Command => ({ type: 'create', operationId: operation(n), profile });
const remove = (n: number): Command => ({ type: 'delete', operationId: operation(n), keepDays: 7 });

const online = (generation = 1): Outcome => ({
  result: 'online',
  machine: { instanceId: 'i-1', instanceType: 't3.large', zone: 'a', region: 'r', generation, attempt: 1 },
  home: { volumeId: 'vol-1', zone: 'a', sizeGb: 20 },
  registration: { url: 'http://10.0.0.1', agentCard: { name: 'a' } },
});
const failed: Outcome = {
  result: 'failed',
  reason: { code: 'BOOT_TIMEOUT', context: { instance_id: 'i-1' }, message: 'too late' },
};

function after(...steps: readonly (Command | [number, Outcome])[]): Change {
  let change: Change = { state: fresh, effects: [], events: [], operations: [] };
  for (const step of steps) {
    const next = Array.isArray(step)
      ? fold(change.state, { type: 'operationEnded', operationId: operation(step[0]), outcome: step[1], ...FRESH })
      : decide(change.state, step as Command);
    if ('refused' in next) throw new Error(next.refused);
    change = next;
  }
  return change;
}

describe('create', () => {
  it('begins the first generation and starts its provision', () => {
    const { state, effects, events } = after(create(1));
    expect(state).toMatchObject({ status: 'provisioning', phase: 'provisioning', generation: 1, version: 1 });
    expect(effects).toMatchObject([
      { type: 'start', operation: { id: operation(1), kind: 'provision', generation: 1 } },
    ]);
    expect(events.map((event) => event.type)).toEqual(['WORKSPACE_PROVISIONING']);
  });

  it('by another operation is refused while one runs, and names it', () => {
    expect(decide(after(create(1)).state, create(2))).toMatchObject({
      refused: 'OPERATION_IN_PROGRESS',
      context: { operation: 'provision', operation_id: operation(1) },
    });
  });

  it('repeated changes nothing, now or later', () => {
    for (const { state } of [after(create(1)), after(create(1), [1, online()]), after(create(1), [1, failed])]) {
      expect(decide(state, create(1))).toEqual({ state, effects: [], events: [], operations: [] });
    }
  });
});

describe('the end of a provision', () => {
  it('puts the workspace online with its machine and home', () => {
    const { state, events } = after(create(1), [1, online()]);
    expect(state).toMatchObject({
      status: 'online',
      phase: 'ready',
      operation: null,
      url: 'http://10.0.0.1',
      reason: null,
    });
    expect(events).toMatchObject([
      { type: 'WORKSPACE_ONLINE', payload: { instance_id: 'i-1', agent_card: { name: 'a' } } },
    ]);
  });

  it('in failure gives the workspace its reason', () => {
    const { state, events } = after(create(1), [1, failed]);
    expect(state).toMatchObject({ status: 'failed', phase: 'failed', machine: null, reason: { code: 'BOOT_TIMEOUT' } });
    expect(events).toMatchObject([
      { type: 'WORKSPACE_PROVISION_FAILED', payload: { code: 'BOOT_TIMEOUT', instance_id: 'i-1' } },
    ]);
  });

  it('told twice, or of an operation that nobody waits for, changes nothing', () => {
    const { state } = after(create(1), [1, online()]);
    expect(fold(state, { type: 'operationEnded', operationId: operation(1), outcome: failed, ...FRESH }).state).toBe(
      state,
    );
    expect(fold(state, { type: 'operationEnded', operationId: operation(9), outcome: failed, ...FRESH }).state).toBe(
      state,
    );
  });
});

describe('delete', () => {
  it('of a workspace that is online destroys it', () => {
    const { state, effects } = after(create(1), [1, online()], remove(2));
    expect(state).toMatchObject({ status: 'removed', phase: 'destroying' });
    expect(effects).toMatchObject([{ type: 'start', operation: { id: operation(2), kind: 'destroy' } }]);
  });

  it('while it is provisioned cancels, waits for the unwind, then destroys', () => {
    const asked = after(create(1), remove(2));
    expect(asked.state).toMatchObject({ status: 'removed', phase: 'unwinding' });
    expect(asked.effects).toEqual([{ type: 'cancel', operationId: operation(1) }]);
    const unwound = after(create(1), remove(2), [1, { result: 'cancelled' }]);
    expect(unwound.effects).toMatchObject([{ type: 'start', operation: { id: operation(2), kind: 'destroy' } }]);
    expect(unwound.events).toEqual([]);
  });

  it('that comes too late to cancel destroys the machine that went online meanwhile', () => {
    const { state, effects } = after(create(1), remove(2), [1, online()]);
    expect(state).toMatchObject({ status: 'removed', phase: 'destroying', machine: { instanceId: 'i-1' } });
    expect(effects).toHaveLength(1);
  });

  it('asked for twice joins the one under way', () => {
    const { state } = after(create(1), [1, online()], remove(2));
    expect(decide(state, remove(3))).toEqual({ state, effects: [], events: [], operations: [] });
  });

  it('that failed may be asked for again', () => {
    const { state, events } = after(create(1), [1, online()], remove(2), [2, failed]);
    expect(state).toMatchObject({ status: 'failed', machine: { instanceId: 'i-1' } });
    expect(events).toMatchObject([{ type: 'WORKSPACE_DESTROY_FAILED' }]);
    expect(decide(state, remove(3))).toMatchObject({ effects: [{ type: 'start' }] });
  });

  it('leaves nothing, and no command is taken after it', () => {
    const { state } = after(create(1), [1, online()], remove(2), [2, { result: 'destroyed', restoreUntil: null }]);
    expect(state).toMatchObject({ status: 'removed', phase: 'gone', machine: null, home: null });
    expect(decide(state, remove(3))).toMatchObject({ refused: 'WORKSPACE_REMOVED' });
    expect(decide(state, create(4))).toMatchObject({ refused: 'WORKSPACE_REMOVED' });
  });

  it('of what was never created is refused', () => {
    expect(decide(fresh, remove(1))).toMatchObject({ refused: 'WORKSPACE_NOT_FOUND' });
  });
});

it('keeps a bounded record', () => {
  let state = after(create(1), [1, failed]).state;
  for (let n = 2; n < RECORDED_OPERATIONS * 2; n++) {
    state = (decide(state, remove(n)) as Change).state;
    state = fold(state, { type: 'operationEnded', operationId: operation(n), outcome: failed, ...FRESH }).state;
  }
  expect(state.recorded).toHaveLength(RECORDED_OPERATIONS);
  expect(brokenInvariants(state)).toEqual([]);
});
