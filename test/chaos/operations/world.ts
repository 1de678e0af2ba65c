// Berth with a worker that can be stopped at every boundary, killed and cut off from Postgres; the rest of it runs on.

import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { ownModule, type Part, startPart } from '../../../cli/stack/part.ts';
import { type ControlClient, controlClient } from '../../../emulator/control/client.ts';
import { inlineMachines } from '../../../emulator/machines/inline.ts';
import { type Berth, startBerth } from '../../support/berth.ts';
import { operationsOf } from '../../support/operations.ts';
import { shared } from '../../support/servers.ts';
import { type TcpProxy, tcpProxy } from '../../support/tcpProxy.ts';
import type { DefectName } from './defects.ts';
import { type Gate, startGate } from './gate.ts';
import { DEFECT, GATE_URL } from './visits.ts';

export type World = {
  readonly berth: Berth;
  readonly on: ReturnType<typeof operationsOf>;
  readonly gate: Gate;
  readonly aws: ControlClient;
  /** Between the worker and Postgres. */
  readonly postgres: TcpProxy;
  /** SIGKILL, and another one. */
  replaceWorker(): Promise<void>;
  stop(): Promise<void>;
};

/** One type for each zone, in which there is none of it: a recreate to it has to move. */
export const ELSEWHERE: Readonly<Record<string, string>> = {
  'us-east-1a': 'm6i.large',
  'us-east-1b': 'c6i.large',
  'us-east-1c': 'r6i.large',
  'us-east-1d': 'm7i.large',
  'us-east-1f': 'c7i.large',
};

/** From the notice of an interruption to the machine's end: in it a worker is killed, missed and replaced. */
const NOTICE_MS = 15_000;

const SETTINGS = {
  SWEEP_INTERVAL_MS: '500',
  MACHINE_WATCH_MS: '1000',
  // What is asked is whether a fault is made good, not how soon: a held worker runs into no deadline.
  PROVISION_TIMEOUT_SECONDS: '600',
  QUIESCE_TIMEOUT_SECONDS: '300',
  DETACH_TIMEOUT_SECONDS: '300',
  QUOTA_MAX_AGE_SECONDS: '86400',
  FREE_HOURLY_USD: '100000',
  INSTANCE_TYPES: ['t3.large', ...Object.values(ELSEWHERE)].join(','),
};

export async function openWorld(defect?: DefectName): Promise<World> {
  const berth = await startBerth({
    worker: false,
    settings: SETTINGS,
    emulator: {
      machines: inlineMachines({ noticePollMs: 2_000 }),
      settings: { snapshotRate: 'off', noticeMs: NOTICE_MS },
    },
  });
  const aws = controlClient(berth.emulator.url);
  for (const code of ['L-1216C47A', 'L-34B43A08']) await aws.setQuota({ code, value: 100_000 });
  for (const [zone, type] of Object.entries(ELSEWHERE)) berth.emulator.control.capacity.empty(type, zone);
  const entitlements = await fetch(`${berth.apiUrl}/admin/tenants/default/entitlements`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${berth.adminToken}` },
    body: JSON.stringify({ spot: true }),
  });
  if (!entitlements.ok) throw new Error(await entitlements.text());
  const gate = await startGate();
  const target = new URL(berth.databaseUrl);
  const postgres = await tcpProxy(Number(target.port));
  target.port = String(postgres.port);
  const start = (): Promise<Part> =>
    startPart({
      name: 'worker',
      args: ownModule('../../test/chaos/operations/worker.ts'),
      env: {
        ...berth.env,
        DATABASE_URL: target.href,
        [GATE_URL]: gate.url,
        BERTH_WORKFLOW_BUNDLE: shared('WORKFLOW_BUNDLE'),
        ...(defect === undefined ? {} : { [DEFECT]: defect }),
      },
      readyLine: /worker polling/,
      logFile: process.env['CHAOS_LOG'] ?? join(berth.folder, `worker-${randomBytes(3).toString('hex')}.log`),
    });
  let worker = await start();

  return {
    berth,
    on: operationsOf(berth),
    gate,
    aws,
    postgres,
    async replaceWorker() {
      await worker.kill();
      worker = await start();
    },
    async stop() {
      await worker.kill();
      await gate.close();
      await berth.stop();
      await postgres.close();
    },
  };
}
