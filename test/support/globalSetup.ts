// One Postgres, one Temporal server and one workflow bundle for a whole run of the tests.

import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startPostgres } from '../../cli/stack/postgres.ts';
import { startTemporalServer } from '../../cli/stack/temporalServer.ts';
import { migrate } from '../../store/migrate.ts';
import { bundleSource } from '../../workers/bundle.ts';
import type { TestServers } from './servers.ts';

export default async function globalSetup(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'berth-test-'));
  const servers: TestServers = { folder, parts: [] };
  globalThis.berthTestServers = servers;
  const settled = await Promise.allSettled([postgres(servers), temporal(servers), bundle(folder)]);
  for (const outcome of settled) if (outcome.status === 'rejected') throw outcome.reason;
}

async function postgres(servers: TestServers): Promise<void> {
  const { url, part } = await startPostgres({ logDir: servers.folder, durable: false });
  servers.parts.push(part);
  const admin = new pg.Client({ connectionString: url });
  await admin.connect();
  await admin.query('create database berth_template');
  await admin.end();
  await migrate(url.replace(/\/postgres$/, '/berth_template'));
  process.env['BERTH_TEST_DATABASE_URL'] = url;
}

async function temporal(servers: TestServers): Promise<void> {
  const given = process.env['TEMPORAL_ADDRESS'];
  if (given) {
    process.env['BERTH_TEST_TEMPORAL_ADDRESS'] = given;
    return;
  }
  const cli = process.env['BERTH_TEMPORAL_CLI'];
  if (!cli) throw new Error('Temporal was not found: run the tests through `npm test`, or set TEMPORAL_ADDRESS.');
  const { address, part } = await startTemporalServer({
    cli,
    logDir: servers.folder,
    headless: true,
    namespace: 'default',
  });
  servers.parts.push(part);
  process.env['BERTH_TEST_TEMPORAL_ADDRESS'] = address;
}

async function bundle(folder: string): Promise<void> {
  const file = join(folder, 'workflow-bundle.js');
  await writeFile(file, (await bundleSource()).code);
  process.env['BERTH_TEST_WORKFLOW_BUNDLE'] = file;
}
