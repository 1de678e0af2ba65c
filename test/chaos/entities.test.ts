// Entities whose worker is killed again and again: what each one has taken in, in whatever order, a replay takes in in the same one, so
// that none is ever stuck. A few here; `npm run chaos` has many.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { bundleWorkflowCode, Runtime, Worker } from '@temporalio/worker';
import pino from 'pino';
import { ownModule, type Part, startPart } from '../../cli/stack/part.ts';
import { temporalLogger } from '../../workers/temporalLogger.ts';
import { registerSearchAttributes } from '../../workers/searchAttributes.ts';
import { stateQuery } from '../../workflows/messages.ts';
import { shared } from '../support/servers.ts';
import { playEntity } from './entities/play.ts';
import { ENV } from './entities/environment.ts';

const IS_FULL = process.env['CHAOS'] === 'full';
const [ENTITIES, STEPS] = IS_FULL ? [60, 60] : [8, 8];
/** From the start of a worker to its death. */
const [SHORTEST_MS, LONGEST_MS] = [500, 4_000];

const taskQueue = `entities-${crypto.randomUUID()}`;
const address = shared('TEMPORAL_ADDRESS');
let folder: string;
let bundle: string;
let connection: Connection;
let client: Client;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'berth-entities-'));
  bundle = join(folder, 'bundle.js');
  const workflowsPath = fileURLToPath(new URL('./entities/standIns.ts', import.meta.url));
  const logger = temporalLogger(pino({ level: 'silent' }));
  Runtime.install({ logger, shutdownSignals: [] });
  const { code } = await bundleWorkflowCode({ workflowsPath, logger });
  await writeFile(bundle, code);
  connection = await Connection.connect({ address });
  client = new Client({ connection });
  await registerSearchAttributes(connection, 'default');
}, 60_000);
afterAll(async () => {
  await connection.close();
  await rm(folder, { recursive: true, force: true });
});

const start = (): Promise<Part> =>
  startPart({
    name: 'worker',
    args: ownModule('../../test/chaos/entities/worker.ts'),
    env: { [ENV.address]: address, [ENV.queue]: taskQueue, [ENV.bundle]: bundle },
    readyLine: /worker polling/,
    logFile: join(folder, 'worker.log'),
  });

it('survives that its worker is killed again and again', async () => {
  let isPlaying = true;
  const killing = (async () => {
    let worker = await start();
    while (isPlaying) {
      await pause(SHORTEST_MS + Math.random() * (LONGEST_MS - SHORTEST_MS));
      await worker.kill();
      worker = await start();
    }
    return worker;
  })();
  const seeds = Array.from({ length: ENTITIES }, (_, index) => index + 1);
  const ids = await Promise.all(seeds.map((seed) => playEntity(client, taskQueue, seed, STEPS)));
  isPlaying = false;
  const worker = await killing;
  try {
    // Whoever has not ended answers; a task that a killed worker had is missed first.
    const answers = await Promise.all(
      ids.map((id) =>
        client.workflow
          .getHandle(id)
          .query(stateQuery)
          .then(() => null, String),
      ),
    );
    const found = answers.filter((answer) => answer !== null);
    for (const id of ids) found.push(...(await replayed(id)));
    expect(found).toEqual([]);
  } finally {
    await worker.kill();
    await Promise.all(
      ids.map((id) =>
        client.workflow
          .getHandle(id)
          .terminate()
          .catch(() => null),
      ),
    );
  }
}, 1_200_000);

/** Why a run of it can't be, each. */
async function replayed(workflowId: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { runId } of client.workflow.list({ query: `WorkflowId = '${workflowId}'` })) {
    const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    await Worker.runReplayHistory({ workflowBundle: { codePath: bundle } }, history, workflowId).catch(
      (error: unknown) => found.push(`${workflowId} ${runId}: ${String(error)}`),
    );
  }
  return found;
}
