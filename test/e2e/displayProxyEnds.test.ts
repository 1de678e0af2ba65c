// When displays are not to be seen, or no longer: no machine, no display server, no secret, no rights, no Postgres.

import { join } from 'node:path';
import pino from 'pino';
import { startApi } from '../../api/server.ts';
import { freePort } from '../../cli/stack/freePort.ts';
import { ownModule, startPart } from '../../cli/stack/part.ts';
import { readSettings } from '../../config/settings.ts';
import { type Berth, startBerth } from '../support/berth.ts';
import { desktopsOf } from '../support/desktop.ts';
import { type TcpProxy, tcpProxy } from '../support/tcpProxy.ts';
import { DISPLAY_SETTINGS, displayMachines, openSocket, viewersOf } from '../support/viewer.ts';
import { until } from '../support/until.ts';

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

it('a viewer whose token is revoked is told so and is out, and one who does nothing after the idle time', async () => {
  const id = await aDesktop('tokens');
  const { body } = await on.call('POST', '/org/tokens', { name: 'short' });
  const idle = await viewers.open(id);
  const { closed, client } = await viewers.open(id, 'view', String(body['token']));
  await on.call('DELETE', `/org/tokens/${String(body['id'])}`);
  // How soon is measured by `npm run bench display`.
  expect(await closed).toBe('4001 revoked');
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
  await until(() => {
    if (display.screen.heldKeys.length === 0) client.key(true, 0x63);
    return display.screen.heldKeys.length > 0;
  });
  expect(display.screen.heldKeys).toEqual([0x63]);
});

it('what is held down does not stay so where the API is killed, nor where it stops', async () => {
  const id = await aDesktop('killed');
  const display = machines.newest();
  await on.control(id, 'acquire');
  for (const ending of ['kill', 'stop'] as const) {
    const port = await freePort();
    const part = await startPart({
      name: 'api',
      args: [...ownModule('../main.ts'), 'api'],
      env: { ...berth.env, PORT: String(port) },
      readyLine: /listening on (\S+)/,
      logFile: join(berth.folder, `api-${port}.log`),
    });
    const there = { ...berth, apiUrl: `http://127.0.0.1:${port}` };
    const { client } = await viewersOf(there, desktopsOf(there).call).open(id, 'control');
    client.key(true, 0xffe1);
    client.pointer(1, 5, 100);
    await until(() => display.screen.buttons > 0);
    await part[ending]();
    await until(() => display.screen.heldKeys.length + display.screen.buttons === 0);
    expect(display.screen.lastInput).toEqual({ kind: 'key', isDown: false, keysym: 0xffe1 });
  }
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
