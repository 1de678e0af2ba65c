// Each of our services' own commands, run outside of a container as the compose file gives them.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ownModule, type Part, startPart } from '../../cli/stack/part.ts';
import { testDatabase, type TestDatabase } from '../support/database.ts';
import { shared } from '../support/servers.ts';
import { ownServices, readCompose } from './composeFile.ts';

let folder: string;
let database: TestDatabase;
const parts: Part[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'berth-commands-'));
  database = await testDatabase();
});
afterAll(async () => {
  await Promise.all(parts.map((part) => part.stop()));
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

/** In place of the addresses inside of the compose network. */
const outside = (): Record<string, string> => ({
  DATABASE_URL: database.url,
  TEMPORAL_ADDRESS: shared('TEMPORAL_ADDRESS'),
  TEMPORAL_NAMESPACE: 'default',
  TASK_QUEUE: 'compose-commands',
  PLATFORM_URL: 'http://127.0.0.1:9',
  PORT: '0',
  HOST: '127.0.0.1',
  ADMIN_TOKEN: 'a'.repeat(16),
  BERTH_SERVER_SECRET: 's'.repeat(32),
  AWS_REGION: 'us-east-1',
  LOG_LEVEL: 'warn',
  AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
  BERTH_WORKFLOW_BUNDLE: shared('WORKFLOW_BUNDLE'),
});

/** The command of a service, with what only a container has put elsewhere. */
async function commandOf(service: string): Promise<string[]> {
  const [, found] = ownServices(await readCompose()).find(([name]) => name === service)!;
  const elsewhere: Record<string, string> = { '4566': '0', '/data': join(folder, 'data') };
  return found.command!.map((word) => elsewhere[word] ?? word);
}

async function start(service: string, readyLine: RegExp, env: Record<string, string>): Promise<Part> {
  const args = [...ownModule('../main.ts'), ...(await commandOf(service))];
  const part = await startPart({ name: service, args, env, readyLine, logFile: join(folder, `${service}.log`) });
  parts.push(part);
  return part;
}

it.each([
  ['berth-migrate', /the schema is up to date/],
  ['berth-api', /api listening on http:/],
  ['berth-worker', /worker polling compose-commands/],
  ['emulator', /emulator listening on http:/],
])('%s starts with what the compose file gives it', async (service, readyLine) => {
  const part = await start(service, readyLine, outside());
  expect(part.told).toMatch(readyLine);
});

it('the worker that polls is healthy, and one that does not is not', async () => {
  const check = (taskQueue: string, readyLine: RegExp) =>
    startPart({
      name: 'check',
      args: [...ownModule('../main.ts'), 'worker', '--check'],
      env: { ...outside(), TASK_QUEUE: taskQueue },
      readyLine,
      logFile: join(folder, `check-${taskQueue}.log`),
    });
  parts.push(await check('compose-commands', /a worker of \S+ polls compose-commands/));
  await expect(check('nobody-polls-this', /a worker of/)).rejects.toThrow('no worker of');
});

it('the emulator ends with 0 when it is told to stop', async () => {
  const args = [...ownModule('../main.ts'), ...(await commandOf('emulator'))];
  const emulator = spawn(process.execPath, args, {
    env: { ...process.env, NODE_OPTIONS: '' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(emulator, 'exit');
  try {
    await Promise.race([once(createInterface({ input: emulator.stdout }), 'line'), exited]);
    emulator.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
  } finally {
    emulator.kill('SIGKILL');
  }
});

it.each([
  ['berth-api', ['DATABASE_URL', 'ADMIN_TOKEN', 'BERTH_SERVER_SECRET']],
  ['berth-worker', ['DATABASE_URL', 'PLATFORM_URL', 'BERTH_SERVER_SECRET']],
  ['berth-migrate', ['DATABASE_URL']],
])('%s without its settings names each of them', async (service, names) => {
  const nothing = Object.fromEntries(Object.keys(outside()).map((name) => [name, '']));
  const refused = await start(service, /never/, nothing).catch((error: Error) => error.message);
  expect(refused).toContain('it ended with 1');
  for (const name of names) expect(refused).toContain(`${name} is not set`);
});
