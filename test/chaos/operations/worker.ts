// A worker of Berth that asks at every boundary of every activity whether it may go on; otherwise it is the real one.

import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { type ActivityInterceptors, Runtime } from '@temporalio/worker';
import pino from 'pino';
import { type Ec2Clients, ec2Clients } from '../../../activities/ec2/clients.ts';
import { endOrderly } from '../../../cli/lifetime.ts';
import { readSettings } from '../../../config/settings.ts';
import { temporalLogger } from '../../../workers/temporalLogger.ts';
import { startWorker } from '../../../workers/worker.ts';
import { type DefectName, defects } from './defects.ts';
import { DEFECT, GATE_URL, type Moment, type Order, type Visit } from './visits.ts';

const gate = process.env[GATE_URL]!;
const BEAT_MS = 2_000;
/** Some stand still in a local activity, for as long as that may take. */
const WORKFLOW_TASKS = 30;
const FORCE_MS = 10_000;

async function post(path: string, body: unknown): Promise<string> {
  const answer = await fetch(`${gate}${path}`, { method: 'POST', body: JSON.stringify(body) });
  return answer.text();
}

/** Returns when it may go on; throws where it is told to fail. */
async function pass(moment: Moment, call?: string): Promise<void> {
  const { info } = Context.current();
  const workflowId = info.workflowExecution?.workflowId ?? '';
  const [, workspaceId, kind = 'entity'] = /^workspace\/([0-9a-f-]{36})(?:\/([a-z-]+))?/i.exec(workflowId) ?? [];
  if (workspaceId === undefined) return;
  const { activityType: activity, activityId, attempt } = info;
  const visit: Visit = {
    workspaceId,
    kind,
    workflowId,
    activity,
    activityId,
    attempt,
    moment,
    ...(call === undefined ? {} : { call }),
  };
  const order = (await post('/visit', visit)) as Order;
  if (order === 'fail') throw ApplicationFailure.retryable(`the answer of ${activity} was lost`, 'CHAOS');
  if (order === 'go') return;
  const beat = order === 'hold' ? setInterval(() => Context.current().heartbeat(), BEAT_MS) : undefined;
  try {
    await post('/held', visit);
  } finally {
    clearInterval(beat);
  }
}

const interceptor = (): ActivityInterceptors => ({
  inbound: {
    async execute(input, next) {
      await pass('before');
      const result = await next(input);
      await pass('after');
      return result;
    },
  },
});

/** Each call that changes something stops once it has taken effect. */
function stopping(clients: Ec2Clients): Ec2Clients {
  for (const client of [clients.mutate, clients.launch]) {
    client.middlewareStack.add(
      (next, { commandName = '' }) =>
        async (args) => {
          const answer = await next(args);
          if (!commandName.startsWith('Describe')) await pass('call', commandName.replace(/Command$/, ''));
          return answer;
        },
      { step: 'initialize', name: 'chaosGate' },
    );
  }
  return clients;
}

const settings = readSettings(process.env, ['DATABASE_URL', 'PLATFORM_URL', 'BERTH_SERVER_SECRET']);
const log = pino({ level: process.env['TEST_LOG_LEVEL'] ?? 'warn' });
Runtime.install({ logger: temporalLogger(log), shutdownSignals: [] });
const defect = process.env[DEFECT] as DefectName | undefined;
const clients = stopping(ec2Clients({ region: settings.AWS_REGION, endpoint: settings.AWS_ENDPOINT_URL }));
if (defect !== undefined) defects[defect](clients);
const worker = await startWorker(settings, log, {
  ec2: clients,
  interceptors: [interceptor],
  slots: { maxConcurrentWorkflowTaskExecutions: WORKFLOW_TASKS },
});
endOrderly(() => worker.stop(), FORCE_MS);
console.log(`worker polling ${settings.TASK_QUEUE}`);
await worker.done;
