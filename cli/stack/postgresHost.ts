// Hosts an embedded Postgres in a process of its own, which ends it and removes its data when the parent is gone.
// Usage: node postgresHost.ts <port> <durable|fast>; the password comes in POSTGRES_HOST_PASSWORD.

import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { loadEmbeddedPostgres } from './embeddedPostgres.ts';

const [port, durability] = process.argv.slice(2);
// Under the system's temporary folder, because root's Postgres runs as another user, who must be able to reach it.
const databaseDir = join(tmpdir(), `berth-postgres-${process.pid}-${randomBytes(4).toString('hex')}`);

/** For databases that live as long as a test run: a crash of the machine may cost them. */
const FAST = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off'];
const settings = [
  'listen_addresses=127.0.0.1',
  // No socket file: two stacks would need two folders for it.
  'unix_socket_directories=',
  'max_connections=300',
  ...(durability === 'fast' ? FAST : []),
];

const EmbeddedPostgres = await loadEmbeddedPostgres();
const postgres = new EmbeddedPostgres({
  databaseDir,
  port: Number(port),
  user: 'berth',
  password: process.env['POSTGRES_HOST_PASSWORD'] ?? '',
  authMethod: 'scram-sha-256',
  persistent: false,
  createPostgresUser: process.getuid?.() === 0,
  initdbFlags: ['--encoding=UTF8', '--no-locale', '--no-sync'],
  postgresFlags: settings.flatMap((setting) => ['-c', setting]),
  onLog: (message) => process.stderr.write(`${message}\n`),
  onError: (message) => process.stderr.write(`${message}\n`),
});

// The library's own exit hook may end this process while its stop is still removing the data.
process.on('exit', () => rmSync(databaseDir, { recursive: true, force: true }));

const starting = postgres.initialise().then(() => postgres.start());
let ending: Promise<void> | null = null;
const end = (): void => {
  // Not before it runs: a server that is still starting can't be stopped, and would outlive this process.
  ending ??= starting
    .catch(() => {})
    .then(() => postgres.stop())
    .then(() => process.exit(0));
};
process.on('disconnect', end);
process.on('SIGTERM', end);
process.on('SIGINT', () => {});
if (process.connected === false) end();

await starting;
console.log('postgres ready');
