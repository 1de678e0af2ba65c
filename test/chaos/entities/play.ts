// What comes to one entity, drawn from its seed: commands that nobody waits long for, and facts, most of them of no machine of its own.

import { setTimeout as pause } from 'node:timers/promises';
import { type Client, WithStartWorkflowOperation } from '@temporalio/client';
import fc from 'fast-check';
import type { OperationId, TenantId, WorkspaceId } from '../../../domain/ids.ts';
import type { Command } from '../../../domain/workspace.ts';
import {
  checkpointDueSignal,
  commandUpdate,
  interruptionNoticeSignal,
  machineEndedSignal,
  WORKSPACE_WORKFLOW,
  workspaceWorkflowId,
} from '../../../workflows/messages.ts';

type Asked = Command extends infer Each ? (Each extends Command ? Omit<Each, 'operationId'> : never) : never;
type Step = { readonly afterMs: number; readonly patienceMs: number } & (
  | { readonly does: 'command'; readonly command: Asked }
  | { readonly does: 'ended' | 'noticed'; readonly instanceId: string }
  | { readonly does: 'due' }
);

const LONGEST_MS = 1_200;
const PATIENCE_MS = 4_000;

const command = (asked: Asked) => fc.constant({ does: 'command' as const, command: asked });
const own = fc.integer({ min: 1, max: 5 }).map((generation) => `i-${generation}`);
const what = fc.oneof(
  ...[
    { type: 'restart', wipeBrowserProfile: false },
    { type: 'pause', mode: 'stop' },
    { type: 'pause', mode: 'terminate' },
    { type: 'resume' },
    { type: 'checkpoint' },
    { type: 'recreate', strategy: 'acquire-first' },
    { type: 'update', change: { name: 'renamed' } },
  ].map((asked) => command(asked as Asked)),
  {
    weight: 5,
    arbitrary: fc.record({ does: fc.constant('ended' as const), instanceId: fc.oneof(fc.constant('i-0'), own) }),
  },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('noticed' as const), instanceId: fc.constant('i-0') }) },
  fc.constant({ does: 'due' as const }),
);
const times = fc.record({ afterMs: fc.nat(LONGEST_MS), patienceMs: fc.nat(PATIENCE_MS) });
const step: fc.Arbitrary<Step> = fc.tuple(times, what).map(([when, does]) => ({ ...when, ...does }));

/** Answers its workflow's id once all has been sent; what became of it is not waited for. */
export async function playEntity(client: Client, taskQueue: string, seed: number, length: number): Promise<string> {
  const [steps] = fc.sample(fc.array(step, { minLength: length, maxLength: length }), { seed, numRuns: 1 });
  const workspaceId = crypto.randomUUID() as WorkspaceId;
  const workflowId = workspaceWorkflowId(workspaceId);
  const handle = client.workflow.getHandle(workflowId);
  const operationId = () => crypto.randomUUID() as OperationId;
  const profile = { name: `seed ${seed}`, role: null, runtime: null, tier: 1, compute: {} } as const;
  const start = new WithStartWorkflowOperation(WORKSPACE_WORKFLOW, {
    taskQueue,
    workflowId,
    args: [{ workspaceId, tenantId: 'default' as TenantId }],
    workflowIdConflictPolicy: 'USE_EXISTING',
  });
  const create: Command = { type: 'create', operationId: operationId(), profile };
  await client.workflow.executeUpdateWithStart(commandUpdate, { startWorkflowOperation: start, args: [create] });
  for (const each of steps!) {
    await pause(each.afterMs);
    const sent = send(each);
    // A refusal is an answer, too.
    await Promise.race([sent.catch(() => null), pause(each.patienceMs)]);
  }
  return workflowId;

  async function send(each: Step): Promise<unknown> {
    switch (each.does) {
      case 'command':
        return handle.executeUpdate(commandUpdate, {
          args: [{ ...each.command, operationId: operationId() } as Command],
        });
      case 'ended':
        return handle.signal(machineEndedSignal, { instanceId: each.instanceId, stateReason: null });
      case 'noticed': {
        const { instanceId } = each;
        return handle.signal(interruptionNoticeSignal, {
          kind: 'interruption',
          instanceId,
          actionAt: null,
          source: 'events',
        });
      }
      case 'due':
        return handle.signal(checkpointDueSignal, { operationId: operationId() });
    }
  }
}
