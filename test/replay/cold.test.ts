// A worker that has died leaves its successor everything at once: signals, and a command that nobody has accepted yet. What that one
// makes of them has to be what a replay makes of them, else the workspace is stuck for good.

import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Runtime, Worker } from '@temporalio/worker';
import pino from 'pino';
import type { OperationId, TenantId, WorkspaceId } from '../../domain/ids.ts';
import { type Command, newWorkspace, type WorkspaceState } from '../../domain/workspace.ts';
import {
  commandUpdate,
  machineEndedSignal,
  WORKSPACE_WORKFLOW,
  type WorkspaceWorkflow,
  workspaceWorkflowId,
} from '../../workflows/messages.ts';
import { registerSearchAttributes } from '../../workers/searchAttributes.ts';
import { temporalLogger } from '../../workers/temporalLogger.ts';
import { shared } from '../support/servers.ts';
import { until } from '../support/until.ts';

const taskQueue = `cold-${crypto.randomUUID()}`;
const workflowBundle = { codePath: shared('WORKFLOW_BUNDLE') };
let connection: Connection;
let native: NativeConnection;
let client: Client;

beforeAll(async () => {
  const address = shared('TEMPORAL_ADDRESS');
  Runtime.install({ logger: temporalLogger(pino({ level: 'silent' })), shutdownSignals: [] });
  [connection, native] = await Promise.all([Connection.connect({ address }), NativeConnection.connect({ address })]);
  client = new Client({ connection });
  await registerSearchAttributes(connection, 'default');
});
afterAll(async () => {
  await native.close();
  await connection.close();
});

/** Of the entity alone: what its operation does comes later. */
async function whileServed(act: () => Promise<unknown>): Promise<void> {
  const activities = { publishWorkspace: async () => {} };
  const worker = await Worker.create({ connection: native, taskQueue, workflowBundle, activities });
  await worker.runUntil(act);
}

it('a signal that came after a command was asked for, and before a worker had it', async () => {
  const workspaceId = crypto.randomUUID() as WorkspaceId;
  const tenantId = 'default' as TenantId;
  const profile = { name: 'cold', role: null, runtime: null, tier: 1, compute: {} } as const;
  // As a run that has continued as new, which does nothing at first.
  const state: WorkspaceState = { ...newWorkspace(workspaceId, tenantId), profile, phase: 'failed', version: 3 };
  const handle = await client.workflow.start<WorkspaceWorkflow>(WORKSPACE_WORKFLOW, {
    taskQueue,
    workflowId: workspaceWorkflowId(workspaceId),
    args: [{ workspaceId, tenantId, state }],
  });
  const eventTypes = async () => ((await handle.fetchHistory()).events ?? []).map((event) => attributesOf(event));
  await whileServed(() => until(eventTypes, (types) => types.includes('workflowTaskCompleted')));

  const operationId = crypto.randomUUID() as OperationId;
  const recreate: Command = { type: 'recreate', operationId, strategy: 'acquire-first' };
  const answer = handle.executeUpdate(commandUpdate, { args: [recreate] });
  await until(
    () => handle.describe(),
    ({ raw }) => (raw.pendingWorkflowTask ?? null) !== null,
  );
  await handle.signal(machineEndedSignal, { instanceId: 'i-0123456789abcdef0', stateReason: null });
  await whileServed(() => answer);
  await handle.terminate();

  const history = await handle.fetchHistory();
  // An empty task and the next one in a row: on a cold worker they are one, in a replay they are two.
  const types = await eventTypes();
  const next = types.indexOf('workflowTaskCompleted') + 1;
  expect(types.slice(next, next + 2)).toEqual(['workflowTaskScheduled', 'workflowExecutionSignaled']);
  await expect(Worker.runReplayHistory({ workflowBundle }, history, handle.workflowId)).resolves.toBeUndefined();
});

/** `workflowTaskCompleted` and so on. */
const attributesOf = (event: object): string =>
  Object.entries(event)
    .find(([name, value]) => name.endsWith('EventAttributes') && (value ?? null) !== null)![0]
    .replace(/EventAttributes$/, '');
