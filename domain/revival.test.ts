// What an entity that is taken up again finds, and does.

import { type Remains, stateOf, takenUp } from './revival.ts';
import type { OperationId, TenantId, WorkspaceId } from './ids.ts';
import { brokenInvariants } from './workspaceInvariants.ts';

const machine = { instanceId: 'i-1', instanceType: 't3.large', zone: 'a', region: 'r', generation: 3, attempt: 1 };
const home = { volumeId: 'vol-1', zone: 'a', sizeGb: 20 };
const remains = (more: Partial<Remains> = {}): Remains => ({
  workspaceId: '00000000-0000-4000-8000-000000000001' as WorkspaceId,
  tenantId: 'default' as TenantId,
  profile: { name: 'x', role: null, runtime: null, tier: 3, compute: {} },
  status: 'online',
  version: 7,
  generation: 2,
  generations: 2,
  launched: null,
  url: null,
  pausedHourlyUsd: null,
  machine,
  isRunning: true,
  home,
  ...more,
});

it.each<[string, Partial<Remains>, string, number]>([
  ['its machine serves', {}, 'ready', 3],
  ['it was in the middle of something, and a machine serves', { status: 'provisioning' }, 'ready', 3],
  ['it was paused with its machine', { status: 'paused', isRunning: false }, 'paused', 3],
  ['it was paused without one', { status: 'paused', isRunning: false, machine: null }, 'paused', 2],
  ['it was paused, and somebody has started it', { status: 'paused' }, 'ready', 3],
  ['its machine does not run', { isRunning: false }, 'failed', 3],
  ['it has none', { isRunning: false, machine: null }, 'failed', 2],
  ['it has no home', { home: null }, 'failed', 3],
  ['it was being deleted', { status: 'removed' }, 'failed', 3],
])('%s', (_, found, phase, generation) => {
  const state = stateOf(remains(found));
  expect(state).toMatchObject({ phase, generation, generations: Math.max(2, generation), version: 7 });
  expect(brokenInvariants(state)).toEqual([]);
  const change = takenUp(state, null);
  expect(change).toMatchObject({ state: { version: 8 }, effects: [], events: [{ type: 'WORKSPACE_TAKEN_UP' }] });
});

it('a deletion begins again', () => {
  const operationId = '00000000-0000-4000-8000-000000000002' as OperationId;
  const change = takenUp(stateOf(remains({ status: 'removed' })), { operationId, keepDays: 7 });
  expect(change.effects).toMatchObject([
    { type: 'start', operation: { id: operationId, kind: 'destroy', keepDays: 7 } },
  ]);
  expect(change.state).toMatchObject({ status: 'removed', phase: 'destroying' });
  expect(brokenInvariants(change.state)).toEqual([]);
});
