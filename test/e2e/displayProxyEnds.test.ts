// When displays are not to be seen, or no longer: no machine, no display server, no secret, no rights, no Postgres.

import { readFile } from 'node:fs/promises';
import pino from 'pino';
import { startApi } from '../../api/server.ts';
import { readSettings } from '../../config/settings.ts';
import { connect } from '../../store/pool.ts';
import { type Berth, startBerth } from '../support/berth.ts';
import { desktopsOf } from '../support/desktop.ts';
import { type TcpProxy, tcpProxy } from '../support/tcpProxy.ts';
import { DISPLAY_SETTINGS, displayMachines, openSocket, viewersOf } from '../support/viewer.ts';

const machines = displayMachines();
let berth: Berth;
let postgres: TcpProxy;
let on: ReturnType<typeof desktopsOf>;
let viewers: ReturnType<typeof viewersOf>;
beforeAll(async () => {
  berth = await startBerth({
    settings: { ...DISPLAY_SETTINGS, DISPLAY_IDLE_SECONDS: '4' },
    emulator: { machines: machines.runtime },
    async databaseUrl(url) {
      const at = new URL(url);
      postgres = await tcpProxy(Number(at.port));
      at.port = String(postgres.port);
      return at.href;
    },
  });
  on = desktopsOf(berth);
  viewers = viewersOf(berth, on.call);
});
afterAll(async () => {
  await berth.stop();
  await postgres.close();
});

const compute = { display: { mode: 'desktop-control', width: 800, height: 600 } };
async function aDesktop(name: string): Promise<string> {
  const id = await on.online(name, { compute });
  await viewers.untilReady(id);
  return id;
}

it('a viewer is gone with the machine', async () => {
  const id = await aDesktop('paused');
  const { closed } = await viewers.open(id);
  const ticket = await viewers.ticket(id);
  await on.call('POST', `/workspaces/${id}/pause`);
  expect(await closed).toMatch(/^(4001 machine_gone|1011 display_down)$/);
  expect(await openSocket(berth, id, ticket)).toMatch(/^(409 DISPLAY_UNAVAILABLE|502 DISPLAY_SERVER_DOWN)$/);
});

it('a display server that ends takes its viewers along, and is not called ready any more', async () => {
  const id = await aDesktop('server down');
  const { closed } = await viewers.open(id);
  const ticket = await viewers.ticket(id);
  await machines.newest().stop();
  expect(await closed).toBe('1011 display_down');
  expect(await openSocket(berth, id, ticket)).toBe('502 DISPLAY_SERVER_DOWN');
  for (let status: unknown = 'ready'; status === 'ready'; ) {
    status = (await on.call('GET', `/workspaces/${id}/display`)).body['status'];
    if (status !== 'ready') expect(status).toBe('ready-but-display-server-down');
  }
  expect(await viewers.mint(id)).toMatchObject({ status: 409, body: { code: 'DISPLAY_UNAVAILABLE' } });
});

it('a workspace without a display has none to open', async () => {
  const { id } = await berth.user.call<{ id: string }>('POST', '/workspaces', { name: 'headless' });
  await berth.untilEvent(id, 'WORKSPACE_ONLINE');
  expect(await viewers.mint(id)).toMatchObject({ status: 400, body: { error: 'display not enabled' } });
});

it('a viewer whose token is revoked is out within a second, and one who does nothing after the idle time', async () => {
  const id = await aDesktop('tokens');
  const { body } = await on.call('POST', '/org/tokens', { name: 'short' });
  const idle = await viewers.open(id);
  const { closed, client } = await viewers.open(id, 'view', String(body['token']));
  await on.call('DELETE', `/org/tokens/${String(body['id'])}`);
  const revokedAt = performance.now();
  expect(await closed).toBe('4001 revoked');
  expect(performance.now() - revokedAt).toBeLessThan(1_000);
  expect(client.init.name).toBe('Berth');
  expect(await idle.closed).toBe('4001 idle');
});

it('without Postgres nothing is opened and no input goes on, viewers see on, and control is there again after', async () => {
  const id = await aDesktop('no records');
  const display = machines.newest();
  await on.control(id, 'acquire');
  const { client } = await viewers.open(id, 'control');
  const ticket = await viewers.ticket(id);
  client.key(true, 0x61);
  await client.until(() => client.pixel(0, 0) === 0x000100);
  await postgres.down();
  client.key(true, 0x62);
  // Nobody can say whose input it is: it is dropped, and what was held is let go.
  await client.until(() => client.pixel(0, 0) === 0);
  expect(display.screen.lastInput).toEqual({ kind: 'key', isDown: false, keysym: 0x61 });
  expect(await openSocket(berth, id, ticket)).toBe('503 platform_unavailable');
  await postgres.up();
  while (display.screen.heldKeys.length === 0) {
    client.key(true, 0x63);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  expect(display.screen.heldKeys).toEqual([0x63]);
});

it('without its secret, or into another network, the API opens no display, and everything else works', async () => {
  const id = await aDesktop('not configured');
  const { DISPLAY_SESSION_SIGNING_SECRET: _, ...env } = berth.env;
  const ticket = await viewers.ticket(id);
  const required = ['DATABASE_URL', 'ADMIN_TOKEN', 'BERTH_SERVER_SECRET'] as const;
  const silent = pino({ level: 'silent' });
  const without = await startApi(readSettings({ ...env, PORT: '0' }, required), silent);
  const elsewhere = await startApi(
    readSettings({ ...berth.env, PORT: '0', DISPLAY_NETWORKS: '10.0.0.0/8' }, required),
    silent,
  );
  try {
    const asked = desktopsOf({ ...berth, apiUrl: without.url });
    const session = await asked.call('POST', `/workspaces/${id}/display/session`);
    expect(session).toMatchObject({ status: 503, body: { code: 'DISPLAY_SESSION_UNAVAILABLE' } });
    expect(await openSocket({ ...berth, apiUrl: without.url }, id, ticket)).toBe('503 DISPLAY_SESSION_UNAVAILABLE');
    expect(await asked.call('GET', `/workspaces/${id}/display`)).toMatchObject({ status: 200 });
    expect(await openSocket({ ...berth, apiUrl: elsewhere.url }, id, ticket)).toBe('502 DISPLAY_SERVER_DOWN');
  } finally {
    await Promise.all([without.stop(), elsewhere.stop()]);
  }
});

it('a ticket is in no row, event or log line, used or not, and neither is what is typed or a password of a display', async () => {
  const id = await aDesktop('secrets');
  const file = `${berth.folder}/api.log`;
  const log = pino({ level: 'trace' }, pino.destination({ dest: file, sync: true }));
  const required = ['DATABASE_URL', 'ADMIN_TOKEN', 'BERTH_SERVER_SECRET'] as const;
  const api = await startApi(readSettings({ ...berth.env, PORT: '0' }, required), log);
  const there = { ...berth, apiUrl: api.url };
  const theirs = viewersOf(there, desktopsOf(there).call);
  const [used, refused, unused] = [await theirs.ticket(id), await theirs.ticket(id), await theirs.ticket(id)];
  const socket = await openSocket(there, id, used);
  await openSocket(there, id, refused, { origin: 'https://evil.example' });
  if (typeof socket !== 'string') socket.terminate();
  await api.stop();

  const db = connect(berth.databaseUrl);
  const { rows: tables } = await db.query(`select tablename from pg_tables where schemaname = 'public'`);
  const { rows: passwords } = await db.query(
    `select request ->> 'UserData' as data from launches where workspace_id = $1`,
    [id],
  );
  const { display } = JSON.parse(Buffer.from(String(passwords[0].data), 'base64').toString()) as {
    display: { password: string };
  };
  let stored = '';
  for (const { tablename } of tables)
    stored += JSON.stringify((await db.query(`select t::text from ${tablename} t`)).rows);
  await db.end();
  const lines = await readFile(file, 'utf8');
  expect(lines).toContain('a display session ended');
  for (const secret of [used, refused, unused, display.password]) {
    expect(lines).not.toContain(secret);
    expect(stored).not.toContain(secret);
    expect(stored).not.toContain(Buffer.from(secret, 'base64url').toString('hex'));
  }
});
