// The operations under test: what a workspace is before one, how it is asked for, and when it has come to rest.

import type { OperationId, WorkspaceId } from '../../../domain/ids.ts';
import { checkpointDueSignal, workspaceWorkflowId } from '../../../workflows/messages.ts';
import { ask, type Workspace } from './workspaces.ts';
import type { Rests } from './rest.ts';
import { ELSEWHERE, type World } from './world.ts';

/** How a workspace rests: serving, its machine stopped, its machine gone. */
export type Standing = 'online' | 'stopped' | 'home alone';

export type Life = {
  readonly name: string;
  /** Of the operation whose boundaries are gone through. */
  readonly kind: string;
  /** Of the workspace, when it is made. */
  readonly body?: typeof SPOT;
  /** As what the operation finds it; absent = online. */
  readonly finds?: Standing;
  /** Of a workspace that is online, so that the operation finds what it needs; absent = nothing. */
  prepare?(world: World, workspace: Workspace): Promise<void>;
  /** Absent = its making is what is tested. */
  perform?(world: World, workspace: Workspace): Promise<void>;
  readonly rests: Outcome;
  /** AWS has told its machine something, or has taken it: what it would tell it next would not be new. */
  readonly isMarked?: true;
};

/** Like `Rests`, and counted from where the operation began. */
type Outcome = Pick<Rests, 'phase' | 'hasMachine'> & {
  /** Whether it has another machine; absent = either. */
  readonly isReplaced?: boolean;
  /** It has one restore point more. */
  readonly isCopied?: boolean;
};

/** Of a workspace that stands as it was last looked at. */
export function restsOf({ rests }: Life, { generation, machines, copies }: Workspace): Rests {
  const { isReplaced, isCopied, ...asItIs } = rests;
  const more = isReplaced === true ? 1 : 0;
  return {
    ...asItIs,
    ...(isReplaced === undefined ? {} : { generation: generation + more, machines: machines + more }),
    ...(isCopied === true ? { copies: copies + 1 } : {}),
  };
}

export const SPOT = { compute: { market: 'spot' }, max_hourly_usd: '1' };

const command =
  (name: string, body: object | ((workspace: Workspace) => object) = {}) =>
  async (world: World, workspace: Workspace): Promise<void> => {
    await ask(
      world,
      workspace,
      'POST',
      `/workspaces/${workspace.id}/${name}`,
      typeof body === 'function' ? body(workspace) : body,
    );
  };
/** Asks and waits for its end. */
const done =
  (name: string, body: object = {}) =>
  async ({ on }: World, { id }: Workspace): Promise<void> => {
    const operation = await on.run(id, name, body);
    if (operation.status !== 'succeeded') throw new Error(`${name}: ${JSON.stringify(operation.failure)}`);
  };

export const LIVES: readonly Life[] = [
  { name: 'provision', kind: 'provision', rests: { phase: 'ready', isReplaced: true } },
  { name: 'recreate', kind: 'recreate', perform: command('recreate'), rests: { phase: 'ready', isReplaced: true } },
  {
    name: 'recreate in another zone',
    kind: 'recreate',
    perform: command('recreate', ({ zone }) => ({ compute: { instance_type: ELSEWHERE[zone] } })),
    rests: { phase: 'ready', isReplaced: true },
  },
  {
    name: 'recreate, old machine first',
    kind: 'recreate',
    perform: command('recreate', { strategy: 'replace' }),
    rests: { phase: 'ready', isReplaced: true },
  },
  { name: 'restart', kind: 'restart', perform: command('restart'), rests: { phase: 'ready', isReplaced: false } },
  {
    name: 'checkpoint',
    kind: 'checkpoint',
    perform: command('checkpoint'),
    rests: { phase: 'ready', isReplaced: false },
  },
  {
    name: 'restore',
    kind: 'restore',
    prepare: done('checkpoint'),
    perform: command('restore'),
    rests: { phase: 'ready', isReplaced: true },
  },
  { name: 'pause', kind: 'pause', perform: command('pause'), rests: { phase: 'paused', hasMachine: true } },
  {
    name: 'pause by ending the machine',
    kind: 'pause',
    perform: command('pause', { mode: 'terminate' }),
    rests: { phase: 'paused', hasMachine: false },
  },
  {
    name: 'resume',
    kind: 'resume',
    finds: 'stopped',
    prepare: done('pause'),
    perform: command('resume'),
    rests: { phase: 'ready', isReplaced: false },
  },
  {
    name: 'resume of a home alone',
    kind: 'resume',
    finds: 'home alone',
    prepare: done('pause', { mode: 'terminate' }),
    perform: command('resume'),
    rests: { phase: 'ready', isReplaced: true },
  },
  {
    name: 'checkpoint by schedule',
    kind: 'checkpoint',
    body: SPOT,
    perform: async ({ berth }, { id }) => {
      const operationId = crypto.randomUUID() as OperationId;
      const entity = berth.temporal.workflow.getHandle(workspaceWorkflowId(id as WorkspaceId));
      await entity.signal(checkpointDueSignal, { operationId });
    },
    rests: { phase: 'ready', isReplaced: false, isCopied: true },
  },
  {
    name: 'checkpoint on advice to leave',
    kind: 'checkpoint',
    body: SPOT,
    perform: async ({ aws }, { instanceId }) => void (await aws.rebalance(instanceId)),
    isMarked: true,
    rests: { phase: 'ready', isReplaced: false, isCopied: true },
  },
  {
    name: 'checkpoint before an interruption',
    kind: 'checkpoint',
    body: SPOT,
    perform: async ({ aws }, { instanceId }) => void (await aws.interrupt(instanceId)),
    isMarked: true,
    rests: { phase: 'ready', isReplaced: true },
  },
  {
    name: 'recover from an interruption',
    kind: 'recover',
    body: SPOT,
    perform: async ({ aws }, { instanceId }) => void (await aws.interrupt(instanceId, { notice_ms: 5_000 })),
    isMarked: true,
    rests: { phase: 'ready', isReplaced: true },
  },
  {
    name: 'recover without a notice',
    kind: 'recover',
    body: SPOT,
    perform: async ({ aws }, { instanceId }) => void (await aws.interrupt(instanceId, { notice_ms: 0 })),
    isMarked: true,
    rests: { phase: 'ready', isReplaced: true },
  },
  {
    name: 'destroy',
    kind: 'destroy',
    perform: async (world, workspace) => void (await ask(world, workspace, 'DELETE', `/workspaces/${workspace.id}`)),
    rests: { phase: 'gone' },
  },
];
