// Starts a Temporal dev server with the settings that make it quick on one host (facts/temporal-measured.md).

import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { onFreePorts } from './freePort.ts';
import { type Part, startPart, tail } from './part.ts';

export type RunningTemporal = { readonly address: string; readonly uiUrl: string | null; readonly part: Part };

/** Why each: facts/temporal-measured.md, but for the one that says it here. The timer's shift is for a single host only. */
const DYNAMIC_CONFIG = [
  'matching.enableFairness=true',
  'system.enableActivityEagerExecution=true',
  'history.transferProcessorMaxPollRPS=100',
  'history.timerProcessorMaxPollRPS=100',
  'history.timerProcessorMaxTimeShift="10ms"',
  // A run that continues as new within a second of its start waits that second out; the emulator's machines boot faster.
  'history.workflowIdReuseMinimalInterval="0s"',
  // What is stuck is found by what the server says of it (workers/entities.ts); usual is after five tries, which is after a minute.
  'system.numConsecutiveWorkflowTaskProblemsToTriggerSearchAttribute=2',
  'frontend.enableServerVersionCheck=false',
];

const READY_TIMEOUT_MS = 60_000;
const LOOK_AGAIN_MS = 100;

export type TemporalServerOptions = {
  /** The `temporal` binary. */
  readonly cli: string;
  readonly logDir: string;
  readonly headless: boolean;
  readonly namespace: string;
};

export const startTemporalServer = (options: TemporalServerOptions): Promise<RunningTemporal> =>
  onFreePorts(4, (ports) => startOn(ports, options));

async function startOn(
  [port, httpPort, metricsPort, uiPort]: readonly number[],
  { cli, logDir, headless, namespace }: TemporalServerOptions,
): Promise<RunningTemporal> {
  const logFile = join(logDir, 'temporal.log');
  const part = await startPart({
    name: 'temporal',
    args: [
      fileURLToPath(new URL('./tether.mjs', import.meta.url)),
      cli,
      ...['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(port), '--namespace', namespace],
      ...['--http-port', String(httpPort), '--metrics-port', String(metricsPort), '--log-level', 'error'],
      ...(headless ? ['--headless'] : ['--ui-port', String(uiPort), '--ui-disable-news-fetch']),
      ...DYNAMIC_CONFIG.flatMap((setting) => ['--dynamic-config-value', setting]),
    ],
    logFile,
  });
  const address = `127.0.0.1:${port}`;
  try {
    await untilServing(address, namespace, part);
  } catch (error) {
    await part.stop();
    throw new Error(`Temporal did not start: ${String(error)}\n${await tail(logFile)}`, { cause: error });
  }
  return { address, uiUrl: headless ? null : `http://127.0.0.1:${uiPort}`, part };
}

async function untilServing(address: string, namespace: string, part: Part): Promise<void> {
  const deadline = Date.now() + READY_TIMEOUT_MS;
  let hasEnded = false;
  void part.exited.then(() => (hasEnded = true));
  for (;;) {
    try {
      const connection = await Connection.connect({ address, connectTimeout: 1_000 });
      try {
        await connection.workflowService.describeNamespace({ namespace });
        // Whoever has taken the port before it may be a Temporal, too.
        if (hasEnded) throw new Error('somebody else answers');
        return;
      } finally {
        await connection.close();
      }
    } catch (error) {
      if (hasEnded) throw new Error('its process ended', { cause: error });
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    }
  }
}
