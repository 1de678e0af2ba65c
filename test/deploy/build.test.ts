// What `npm run build` makes runs by itself: compiled code, the files that it reads, and the bundle.

import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Part, startPart } from '../../cli/stack/part.ts';
import { testDatabase, type TestDatabase } from '../support/database.ts';
import { shared } from '../support/servers.ts';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const MAIN = join(ROOT, 'dist', 'cli', 'main.js');
const MINUTE_MS = 60_000;

let folder: string;
let database: TestDatabase;
const parts: Part[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'berth-build-'));
  database = await testDatabase();
  await run(process.execPath, [join(ROOT, 'build', 'build.mjs')], { env: { ...process.env, NODE_OPTIONS: '' } });
}, MINUTE_MS);
afterAll(async () => {
  await Promise.all(parts.map((part) => part.stop()));
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

it('has the workflow bundle in it', async () => {
  expect(await readFile(join(ROOT, 'dist', 'workers', 'workflow-bundle.js'), 'utf8')).toContain(
    '/workflows/provision.js',
  );
});

it.each([
  [['migrate'], /the schema is up to date/],
  [['emulator', '--data', 'DATA'], /emulator listening on/],
  [['api'], /api listening on/],
  [['worker'], /worker polling built/],
])('%j runs compiled', async (command, readyLine) => {
  const part = await startPart({
    name: command[0]!,
    args: [MAIN, ...command.map((word) => (word === 'DATA' ? join(folder, 'data') : word))],
    env: {
      DATABASE_URL: database.url,
      TEMPORAL_ADDRESS: shared('TEMPORAL_ADDRESS'),
      TASK_QUEUE: 'built',
      PLATFORM_URL: 'http://127.0.0.1:9',
      PORT: '0',
      ADMIN_TOKEN: 'a'.repeat(16),
      BERTH_SERVER_SECRET: 's'.repeat(32),
      AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
      // Its own bundle, not the tests'.
      BERTH_WORKFLOW_BUNDLE: '',
    },
    readyLine,
    logFile: join(folder, `${command[0]}.log`),
  });
  parts.push(part);
  expect(part.told).toMatch(readyLine);
});
