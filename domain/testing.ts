// A workspace in each of its phases, reached by commands and facts as in life, and every end that an operation may come to.

import type { ErrorCode, ErrorContext } from './errors.ts';
import type { OperationId, TenantId, WorkspaceId } from './ids.ts';
import {
  type Change,
  type Command,
  newWorkspace,
  type Notice,
  type Outcome,
  type Profile,
  type Refusal,
  type RestoreSource,
  type WorkspaceState,
} from './workspace.ts';
import { decide } from './workspaceCommands.ts';
import { fold } from './workspaceOutcomes.ts';

export const operation = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}` as OperationId;
/** What runs in a phase, a delete that waits for it, and what nobody has asked for before. */
export const [RUNNING, DELETING, NEW] = [operation(1), operation(2), operation(3)] as const;

export const NOW = '2026-11-24T00:00:00.000Z';
export const profile: Profile = { name: 'x', role: null, runtime: null, tier: 3, compute: {} };
export const source: RestoreSource = { restorePointId: 'rp-1', snapshotId: 'snap-1', sizeGb: 20 };
export const home = { volumeId: 'vol-1', zone: 'a', sizeGb: 20 };
export const machineOf = (generation: number) =>
  ({
    instanceId: `i-${generation}`,
    instanceType: 't3.large',
    zone: 'a',
    region: 'r',
    generation,
    attempt: 1,
  }) as const;
const reason = { code: 'QUOTA_EXCEEDED', context: {}, message: 'no' } as const;
const scarce = { code: 'CAPACITY_EXHAUSTED', context: {}, message: 'no room' } as const;

export const online = (generation: number): Outcome => ({
  result: 'online',
  machine: machineOf(generation),
  home,
  registration: { url: 'http://10.0.0.1', agentCard: { name: 'a' } },
  launched: { compute: {}, imageId: 'ami-1', hourlyUsd: '0.1' },
});
export const stopped: Outcome = { result: 'paused', machine: machineOf(1), home, hourlyUsd: '0.004' };
export const homeAlone: Outcome = { ...stopped, machine: null };
export const checkpointed: Outcome = { result: 'checkpointed', restorePointId: 'rp-1', quality: 'clean' };
export const destroyed: Outcome = { result: 'destroyed', restoreUntil: NOW };
export const cancelled: Outcome = { result: 'cancelled' };
export const failed: Outcome = { result: 'failed', reason };
export const failedAs = (code: ErrorCode, context: ErrorContext): Outcome => ({
  result: 'failed',
  reason: { code, context, message: 'so' },
});
/** The old machine did not come back. */
export const failedWithHome: Outcome = { ...failed, standing: { phase: 'failed', machine: null, home } };
export const noCapacity: Outcome = {
  result: 'failed',
  reason: scarce,
  standing: { phase: 'paused', machine: null, home },
};

export const interruption = (generation: number): Notice => ({
  kind: 'interruption',
  instanceId: `i-${generation}`,
  actionAt: null,
  source: 'metadata',
});

/** One of each command. */
export const commandOf = {
  create: (operationId: OperationId) => ({ type: 'create', operationId, profile }),
  delete: (operationId: OperationId) => ({ type: 'delete', operationId, keepDays: 7 }),
  recreate: (operationId: OperationId) => ({ type: 'recreate', operationId, strategy: 'acquire-first' }),
  restart: (operationId: OperationId) => ({ type: 'restart', operationId, wipeBrowserProfile: false }),
  pause: (operationId: OperationId) => ({ type: 'pause', operationId, mode: 'stop' }),
  resume: (operationId: OperationId) => ({ type: 'resume', operationId }),
  checkpoint: (operationId: OperationId) => ({ type: 'checkpoint', operationId }),
  restore: (operationId: OperationId) => ({ type: 'restore', operationId, from: source }),
  update: (operationId: OperationId) => ({ type: 'update', operationId, change: { compute: { instance_type: 'x' } } }),
  abort: (operationId: OperationId, target = RUNNING) => ({ type: 'abort', operationId, target }),
} satisfies { [Type in Command['type']]: (operationId: OperationId) => Command & { type: Type } };
export const COMMANDS = Object.keys(commandOf) as Command['type'][];

/** The state after what must not be refused. */
export function changed(change: Change | Refusal): WorkspaceState {
  if ('refused' in change) throw new Error(`refused: ${change.refused}`);
  return change.state;
}
const take = (state: WorkspaceState, type: Command['type'], id: OperationId = RUNNING): WorkspaceState =>
  changed(decide(state, commandOf[type](id)));
export const end = (state: WorkspaceState, operationId: OperationId, outcome: Outcome): Change =>
  fold(state, { type: 'operationEnded', operationId, outcome, now: NOW });
export const notice = (state: WorkspaceState, told = interruption(1)): Change =>
  fold(state, { type: 'noticed', notice: told, now: NOW });
/** After the end of what runs. */
const ended = (state: WorkspaceState, outcome: Outcome): WorkspaceState =>
  end(state, state.operation!.id, outcome).state;

export const fresh = newWorkspace('0b0e7f5e-9a5a-4d0e-8a39-5f6d2f6f3a11' as WorkspaceId, 'acme' as TenantId);
const ready = ended(take(fresh, 'create', operation(100)), online(1));
const begun = (type: Command['type']): WorkspaceState => take(ready, type, operation(101));
const SPOT = { compute: { market: 'spot' } } as const;
const spot = { ...ready, profile: { ...profile, ...SPOT }, launched: { ...ready.launched!, ...SPOT } };
/** By its time, of the spot workspace that it is. */
export const due = (state: WorkspaceState, operationId = RUNNING): Change =>
  fold(state, { type: 'checkpointDue', operationId });
const paused = ended(begun('pause'), stopped);
const interrupted = notice(ready).state;
const recovering = ended(interrupted, checkpointed);

/** By its phase, and by what it has where that makes a difference. */
export const STATES = {
  new: fresh,
  provisioning: take(fresh, 'create'),
  ready,
  'ready, copied meanwhile': due(spot).state,
  recreating: take(ready, 'recreate'),
  restoring: take(ready, 'restore'),
  restarting: take(ready, 'restart'),
  pausing: take(ready, 'pause'),
  paused,
  'paused, home alone': ended(begun('pause'), homeAlone),
  'paused, tries again': ended(recovering, noCapacity),
  resuming: take(paused, 'resume'),
  checkpointing: take(ready, 'checkpoint'),
  interrupted,
  'interrupted, checkpoint beside': notice(take(ready, 'recreate')).state,
  'interrupted, checkpoint alone': ended(notice(take(ready, 'recreate')).state, cancelled),
  recovering,
  failed: ended(take(fresh, 'create', operation(100)), failed),
  'failed, home alone': ended(begun('recreate'), failedWithHome),
  'failed, machine left': ended(begun('delete'), failed),
  unwinding: take(take(fresh, 'create'), 'delete', DELETING),
  destroying: take(ready, 'delete'),
  gone: ended(begun('delete'), destroyed),
} satisfies Record<string, WorkspaceState>;
export type StateName = keyof typeof STATES;

/** Phase after it, effects and events; or the refusal; or that nothing changes. */
export function summary(state: WorkspaceState, change: Change | Refusal): string {
  if ('refused' in change) return `refused ${change.refused}`;
  if (change.state === state) return change.effects.length + change.events.length === 0 ? 'unchanged' : 'inconsistent';
  const effects = change.effects.map((effect) =>
    effect.type === 'start'
      ? `start ${effect.operation.kind} ${effect.operation.generation}`
      : `cancel ${kindOf(state, effect.operationId)}`,
  );
  const events = change.events.map((event) => event.type.replace(/^WORKSPACE_/, ''));
  return [change.state.phase, ...effects, ...events].join(', ');
}

const kindOf = ({ operation: running, checkpoints }: WorkspaceState, id: OperationId): string =>
  [...(running === null ? [] : [running]), ...checkpoints].find((each) => each.id === id)?.kind ?? 'unknown';
