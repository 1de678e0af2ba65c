// The whole of Berth for one test file: its own database, emulator, task queue, worker and API, on the shared servers.

import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { Runtime } from '@temporalio/worker';
import pino from 'pino';
import { type RunningApi, startApi } from '../../api/server.ts';
import { canvas, type Canvas, type StreamedEvent } from '../../cli/demo/canvas.ts';
import { freePort } from '../../cli/stack/freePort.ts';
import { readSettings } from '../../config/settings.ts';
import { type Emulator, type EmulatorOptions, startEmulator } from '../../emulator/server.ts';
import type { LedgerEntry } from '../../emulator/control/ledger.ts';
import { temporalLogger } from '../../workers/temporalLogger.ts';
import { type RunningWorker, startWorker } from '../../workers/worker.ts';
import { testDatabase } from './database.ts';
import { inlineMachines } from '../../emulator/machines/inline.ts';
import { shared } from './servers.ts';

export type BerthOptions = {
  readonly settings?: Readonly<Record<string, string>>;
  readonly emulator?: Partial<EmulatorOptions>;
  /** False: the test starts its own. */
  readonly worker?: boolean;
  /** Where Berth finds Postgres, given where it is: a test may stand in between. */
  readonly databaseUrl?: (url: string) => Promise<string>;
};

export type Berth = {
  readonly user: Canvas;
  readonly apiUrl: string;
  readonly adminToken: string;
  readonly emulator: Emulator;
  readonly temporal: Client;
  readonly databaseUrl: string;
  /** Where the emulator keeps volumes and machines. */
  readonly folder: string;
  /** The environment that its processes run with. */
  readonly env: Readonly<Record<string, string>>;
  restartApi(): Promise<void>;
  /** Follows the workspace's events until one of that type comes; all that were seen. */
  untilEvent(workspaceId: string, type: string): Promise<StreamedEvent[]>;
  /** What still costs money. */
  billable(): readonly LedgerEntry[];
  instances(): readonly LedgerEntry[];
  stop(): Promise<void>;
};

let isRuntimeInstalled = false;

export async function startBerth(options: BerthOptions = {}): Promise<Berth> {
  const log = pino({ level: process.env['TEST_LOG_LEVEL'] ?? 'silent' });
  if (!isRuntimeInstalled) Runtime.install({ logger: temporalLogger(log), shutdownSignals: [] });
  isRuntimeInstalled = true;
  const folder = await mkdtemp(join(tmpdir(), 'berth-e2e-'));
  const database = await testDatabase();
  const databaseUrl = (await options.databaseUrl?.(database.url)) ?? database.url;
  const emulator = await startEmulator({
    dataDir: folder,
    machines: inlineMachines(),
    delays: { pendingMs: 20, shuttingDownMs: 20, stoppingMs: 20, creatingVolumeMs: 10, attachingMs: 10 },
    ...options.emulator,
  });
  const adminToken = randomBytes(16).toString('hex');
  const port = await freePort();
  const env: Record<string, string> = {
    PORT: String(port),
    PLATFORM_URL: `http://127.0.0.1:${port}`,
    DATABASE_URL: databaseUrl,
    TEMPORAL_ADDRESS: shared('TEMPORAL_ADDRESS'),
    TASK_QUEUE: `test-${randomBytes(6).toString('hex')}`,
    AWS_ENDPOINT_URL: emulator.url,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    ADMIN_TOKEN: adminToken,
    BERTH_SERVER_SECRET: randomBytes(32).toString('hex'),
    SWEEP_INTERVAL_MS: '30',
    NOT_FOUND_GRACE_SECONDS: '1',
    PROVISION_TIMEOUT_SECONDS: '60',
    // Most tests ask whether nothing is left; those of restores say otherwise.
    KEEP_DELETED_DAYS: '0',
    // The emulator's machines are on this one.
    DISPLAY_NETWORKS: '127.0.0.0/8',
    BERTH_WORKFLOW_BUNDLE: shared('WORKFLOW_BUNDLE'),
    ...options.settings,
  };
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' });
  const settings = readSettings(env, ['DATABASE_URL', 'PLATFORM_URL', 'ADMIN_TOKEN', 'BERTH_SERVER_SECRET']);
  let api: RunningApi = await startApi(settings, log);
  let worker: RunningWorker | null = null;
  if (options.worker !== false)
    worker = await startWorker(settings, log, { bundle: { codePath: shared('WORKFLOW_BUNDLE') } });
  const connection = await Connection.connect({ address: settings.TEMPORAL_ADDRESS });
  const temporal = new Client({ connection });
  const user = canvas(api.url, adminToken);

  return {
    user,
    apiUrl: api.url,
    adminToken,
    emulator,
    temporal,
    databaseUrl: database.url,
    folder,
    env,
    async restartApi() {
      await api.stop();
      api = await startApi(settings, log);
    },
    async untilEvent(workspaceId, type) {
      const watching = new AbortController();
      const seen: StreamedEvent[] = [];
      try {
        for await (const event of user.events(workspaceId, watching.signal)) {
          seen.push(event);
          if (event.event === type) return seen;
        }
        throw new Error(`the stream ended without ${type}`);
      } finally {
        watching.abort();
      }
    },
    billable: () => emulator.ledger().entries.filter((entry) => entry.billable),
    instances: () => emulator.ledger().entries.filter((entry) => entry.kind === 'instance'),
    async stop() {
      await emulator.close();
      await worker?.stop();
      await api.stop();
      // The server is everybody's: what would go on for nobody would slow the others down.
      for await (const { scheduleId } of temporal.schedule.list())
        if (scheduleId.startsWith(env['TASK_QUEUE']!)) await temporal.schedule.getHandle(scheduleId).delete();
      await connection.close();
      await database.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
