// After a full run on a display, what is secret is nowhere: in no row, event, log line, audit, workflow history or answer of the API.
// Berth has no endpoint for metrics that it could be in; the day there is one it belongs here.

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DescribeInstanceAttributeCommand, EC2Client } from '@aws-sdk/client-ec2';
import pino from 'pino';
import { startApi } from '../../api/server.ts';
import { readSettings } from '../../config/settings.ts';
import { connect } from '../../store/pool.ts';
import { type Berth, startBerth } from '../support/berth.ts';
import { desktopMachines, desktopsOf } from '../support/desktop.ts';
import { keptByTemporal } from '../support/histories.ts';
import { DISPLAY_SETTINGS, openSocket, viewersOf } from '../support/viewer.ts';
import { startWorkerProcess } from '../support/worker.ts';

/** What a person types, and an agent. */
const TYPED = 'Correct-Horse-9';
const TYPED_BY_AGENT = 'battery staple 7';

const machines = desktopMachines();
let berth: Berth;
beforeAll(async () => {
  const settings = { ...DISPLAY_SETTINGS, TAKEOVER_GRACE_MS: '400', LOG_LEVEL: 'debug' };
  berth = await startBerth({ worker: false, settings, emulator: { machines: machines.runtime } });
});
afterAll(() => berth.stop());

it('tickets, passwords, tokens, secrets and typed text are kept nowhere', async () => {
  const worker = await startWorkerProcess(berth);
  const logFile = join(berth.folder, 'api.log');
  const log = pino({ level: 'trace' }, pino.destination({ dest: logFile, sync: true }));
  const required = ['DATABASE_URL', 'ADMIN_TOKEN', 'BERTH_SERVER_SECRET'] as const;
  const api = await startApi(readSettings({ ...berth.env, PORT: '0' }, required), log);
  const there = { ...berth, apiUrl: api.url };
  const on = desktopsOf(there);
  const viewers = viewersOf(there, on.call);

  const id = await on.online('a full run');
  await viewers.untilReady(id);
  const person = await on.orgToken('a person');
  const { actions, control } = await machines.agent(id);
  const { fence } = (await control.acquire(300)) as { fence: number };
  actions.granted(fence);
  await actions.submit([
    { kind: 'screenshot', run: async () => 'pixels' },
    { kind: 'keyboard', isSensitive: true, run: async () => TYPED_BY_AGENT },
    {
      kind: 'keyboard',
      run: async () => {
        throw new Error(`could not type ${TYPED_BY_AGENT}`);
      },
    },
  ]);
  // The agent yields, the person drives, loses it to an admin, who lets go; tickets used, refused, revoked and never used.
  await on.control(id, 'takeover', {}, person);
  await berth.untilEvent(id, 'display.control.takeover.completed');
  const { client, socket } = await viewers.open(id, 'control', person);
  for (const letter of TYPED) {
    client.key(true, letter.codePointAt(0)!);
    client.key(false, letter.codePointAt(0)!);
  }
  await client.until(() => client.updates > 0);
  const tickets = await Promise.all(
    ['view', 'view', 'control'].map((role) => viewers.ticket(id, role as 'view', person)),
  );
  const [refused, inAddress, unused] = tickets as [string, string, string];
  await openSocket(there, id, refused, { origin: 'https://evil.example' });
  const path = `/workspaces/${id}/display/session/websockify`;
  await openSocket(there, id, inAddress, { path: `${path}?token=${inAddress}` });
  // As an ordinary request, which is logged.
  await on.call('GET', `${path}?token=${inAddress}`);
  await on.control(id, 'acquire', { force: true });
  await on.control(id, 'acquire', {}, person);
  await on.control(id, 'release');
  await on.call('DELETE', `/workspaces/${id}/display/session`);
  socket.terminate();
  await on.call('POST', `/workspaces/${id}/pause`);
  await berth.untilEvent(id, 'WORKSPACE_PAUSED');

  const told = await userDataOf(berth.instances()[0]!.id);
  const secrets: Record<string, string> = {
    'a refused ticket': refused,
    'a ticket in an address': inAddress,
    'a ticket that was not used': unused,
    "a person's token": person,
    "the admin's token": berth.adminToken,
    "the server's secret": berth.env['BERTH_SERVER_SECRET']!,
    'the secret of displays': DISPLAY_SETTINGS.DISPLAY_SESSION_SIGNING_SECRET,
    "the display's password": told.display.password,
    'the boot credential': told.boot_credential,
    'what a person typed': TYPED,
    'its keysyms': Array.from(TYPED, (letter) => letter.codePointAt(0)).join(','),
    'what an agent typed': TYPED_BY_AGENT,
  };

  const histories = await keptByTemporal(berth, ['workspace', 'provision', 'displayControl', 'pause']);
  const places: Record<string, string> = {
    'the answers of reads': await answers(),
    ...(await tables()),
    ...Object.fromEntries(histories.map(({ workflowId, text }) => [`history of ${workflowId}`, text])),
  };
  await api.stop();
  await worker.stop();
  for (const file of await readdir(berth.folder))
    if (file.endsWith('.log')) places[file] = await readFile(join(berth.folder, file), 'utf8');

  // What is looked for would be found: names that have to be there are.
  expect(places['api.log']).toContain('a display session ended');
  expect(Object.keys(places).filter((place) => place.startsWith('worker-'))).toHaveLength(1);
  expect(places['rows of launches']).toContain('sealed1.');
  const display = histories.find(({ type }) => type === 'displayControl')!;
  expect(display.text).toContain(`org-token:${person.slice(0, 8)}`);
  // As the Temporal UI shows the timer.
  expect(display.text).toContain('grace until org-token:');

  const found = Object.entries(places).flatMap(([place, text]) =>
    Object.entries(secrets).flatMap(([what, secret]) =>
      formsOf(secret).some((form) => text.includes(form)) ? `${what} is in ${place}` : [],
    ),
  );
  expect(found).toEqual([]);

  /** As the machine reads it. */
  async function userDataOf(instanceId: string): Promise<{ boot_credential: string; display: { password: string } }> {
    const client = new EC2Client({ endpoint: berth.emulator.url, region: 'us-east-1' });
    const command = new DescribeInstanceAttributeCommand({ InstanceId: instanceId, Attribute: 'userData' });
    const { UserData } = await client.send(command);
    return JSON.parse(Buffer.from(UserData!.Value!, 'base64').toString());
  }

  async function tables(): Promise<Record<string, string>> {
    const db = connect(berth.databaseUrl);
    const { rows } = await db.query(`select tablename from pg_tables where schemaname = 'public'`);
    const found: Record<string, string> = {};
    for (const { tablename } of rows) {
      const { rows: lines } = await db.query(`select t::text as line from ${tablename} t`);
      found[`rows of ${tablename}`] = lines.map(({ line }) => line).join('\n');
    }
    await db.end();
    return found;
  }

  async function answers(): Promise<string> {
    const reads = ['', '/state', '/display', '/display/control', '/display/control/audit', '/operations'];
    const told = await Promise.all(reads.map((read) => on.call('GET', `/workspaces/${id}${read}`)));
    const events = await on.call('GET', `/events/${id}?limit=1000`);
    return JSON.stringify([...told, events]);
  }
}, 120_000);

/** A secret as it is, and in what it may be wrapped: base64 at each of its three places, hex. */
function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const shifted = [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    // The letters at either end depend on the neighbours.
    return text.slice(before === 0 ? 0 : 4, -4);
  });
  // A ticket as the bytes that it stands for.
  const decoded = /^[\w-]{43}$/.test(secret) ? [Buffer.from(secret, 'base64url').toString('hex')] : [];
  return [secret, bytes.toString('hex'), ...decoded, ...shifted.filter((text) => text.length >= 8)];
}
