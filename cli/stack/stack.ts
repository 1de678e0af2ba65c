// The whole of Berth on one machine, as separate real processes: Postgres, Temporal, the emulator, the API and a worker.

import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { migrate } from '../../store/migrate.ts';
import { type AwsTarget, awsTarget } from './aws.ts';
import { ownModule, type Part, startPart } from './part.ts';
import { makeEventQueue } from './eventQueue.ts';
import { startPostgres } from './postgres.ts';
import { makeRunFolder } from './runFolder.ts';
import { startTemporalServer } from './temporalServer.ts';

export type PartName = 'postgres' | 'temporal' | 'emulator' | 'api' | 'worker';

export type Stack = {
  readonly apiUrl: string;
  readonly temporalAddress: string;
  readonly temporalUiUrl: string | null;
  readonly emulatorUrl: string | null;
  readonly databaseUrl: string;
  readonly adminToken: string;
  readonly aws: AwsTarget;
  readonly runFolder: string;
  pids(): Record<string, number>;
  /** Resolves with the name of the first part that ended without being asked to. */
  readonly broken: Promise<string>;
  stop(): Promise<void>;
};

export type StackOptions = {
  /** Called when a part begins to start and when it is up. */
  readonly onStep: (step: string, state: 'starting' | 'up') => void;
  /** Settings of the parts, over the environment's. */
  readonly settings?: Readonly<Record<string, string>>;
};

const SECRETS = ['ADMIN_TOKEN', 'BERTH_SERVER_SECRET', 'DISPLAY_SESSION_SIGNING_SECRET'] as const;

/** Starts what the environment does not point at already. Whatever fails, nothing is left running. */
export async function startStack({ onStep, settings = {} }: StackOptions): Promise<Stack> {
  const env = { ...process.env, ...settings };
  const runFolder = await makeRunFolder(resolve(env['BERTH_DATA_DIR'] || '.berth'));
  const parts: Part[] = [];
  const secrets = Object.fromEntries(SECRETS.map((name) => [name, env[name] || randomBytes(32).toString('hex')]));
  const aws = awsTarget(env);

  async function started<Result>(step: string, start: () => Promise<Result>): Promise<Result> {
    onStep(step, 'starting');
    const result = await start();
    onStep(step, 'up');
    return result;
  }
  const command = async (
    name: PartName,
    args: readonly string[],
    readyLine: RegExp,
    extra: Record<string, string>,
  ): Promise<string> =>
    started(name, async () => {
      const part = await startPart({
        name,
        args: [...ownModule('../main.ts'), ...args],
        env: { ...settings, ...extra },
        readyLine,
        logFile: join(runFolder, `${name}.log`),
      });
      parts.push(part);
      return part.told;
    });
  const stop = async (): Promise<void> => {
    // Those that use the others first.
    for (const group of [['worker', 'api'], ['emulator'], ['temporal', 'postgres']]) {
      await Promise.all(parts.filter((part) => group.includes(part.name)).map((part) => part.stop()));
    }
    await rm(runFolder, { recursive: true, force: true });
  };

  const database = async (): Promise<string> => {
    if (env['DATABASE_URL']) return env['DATABASE_URL'];
    return started('postgres', async () => {
      const { url, part } = await startPostgres({ logDir: runFolder, durable: true });
      parts.push(part);
      return url;
    });
  };
  const temporal = async (): Promise<{ address: string; uiUrl: string | null }> => {
    if (env['TEMPORAL_ADDRESS']) return { address: env['TEMPORAL_ADDRESS'], uiUrl: null };
    const cli = env['BERTH_TEMPORAL_CLI'];
    if (!cli)
      throw new Error(
        'Temporal was not found: start this through `npm run dev` or `npm run demo`, or set TEMPORAL_ADDRESS.',
      );
    return started('temporal', async () => {
      const namespace = env['TEMPORAL_NAMESPACE'] || 'default';
      const server = await startTemporalServer({ cli, logDir: runFolder, headless: false, namespace });
      parts.push(server.part);
      return server;
    });
  };
  const emulator = async (): Promise<string | null> => {
    if (aws.kind !== 'emulator') return null;
    return command(
      'emulator',
      ['emulator', '--port', '0', '--data', join(runFolder, 'emulator')],
      /listening on (\S+)/,
      {},
    );
  };

  try {
    // All three are waited for even where one fails, so that none is left behind.
    const [first, second, third] = await Promise.allSettled([database(), temporal(), emulator()]);
    const databaseUrl = unwrap(first);
    const { address, uiUrl } = unwrap(second);
    const emulatorUrl = unwrap(third);
    await migrate(databaseUrl);
    const awsEnv: Record<string, string> =
      emulatorUrl === null
        ? {}
        : {
            AWS_ENDPOINT_URL: emulatorUrl,
            AWS_ACCESS_KEY_ID: 'emulator',
            AWS_SECRET_ACCESS_KEY: 'emulator',
            SWEEP_INTERVAL_MS: env['SWEEP_INTERVAL_MS'] || '100',
            MACHINE_WATCH_MS: env['MACHINE_WATCH_MS'] || '1000',
            EC2_EVENT_QUEUE: env['EC2_EVENT_QUEUE'] || (await makeEventQueue(emulatorUrl)),
            // Its machines are on this one.
            DISPLAY_NETWORKS: env['DISPLAY_NETWORKS'] || '127.0.0.0/8',
            WEBHOOK_NETWORKS: env['WEBHOOK_NETWORKS'] || '127.0.0.0/8,::1/128',
          };
    const common = { DATABASE_URL: databaseUrl, TEMPORAL_ADDRESS: address, ...secrets, ...awsEnv };
    const apiUrl = await command('api', ['api'], /listening on (\S+)/, { PORT: env['PORT'] || '0', ...common });
    await command('worker', ['worker'], /worker polling/, { PLATFORM_URL: env['PLATFORM_URL'] || apiUrl, ...common });

    return {
      apiUrl,
      temporalAddress: address,
      temporalUiUrl: uiUrl,
      emulatorUrl,
      databaseUrl,
      adminToken: secrets['ADMIN_TOKEN']!,
      aws,
      runFolder,
      pids: () => Object.fromEntries(parts.map((part) => [part.name, part.pid])),
      broken: Promise.race(parts.map((part) => part.exited.then(() => part.name))),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function unwrap<Result>(outcome: PromiseSettledResult<Result>): Result {
  if (outcome.status === 'rejected') throw outcome.reason;
  return outcome.value;
}
