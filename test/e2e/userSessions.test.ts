// People who come with the session of their browser: they hold control as anybody else, and no page but the platform's acts for them.

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Berth, startBerth } from '../support/berth.ts';
import { desktopsOf } from '../support/desktop.ts';
import { DISPLAY_SETTINGS, displayMachines, ORIGIN, ticketOf, viewersOf } from '../support/viewer.ts';

let controlPlane: Server;
let berth: Berth;
let on: ReturnType<typeof desktopsOf>;
let id: string;
const machines = displayMachines();
beforeAll(async () => {
  // Knows those whose cookie names them, as members of every tenant.
  controlPlane = createServer((request, response) => {
    const [, name] = /^member=(\w+)$/.exec(request.headers.cookie ?? '') ?? [];
    response.writeHead(name === undefined ? 401 : 200).end(JSON.stringify({ user_id: name }));
  });
  controlPlane.listen(0, '127.0.0.1');
  await once(controlPlane, 'listening');
  const { port } = controlPlane.address() as AddressInfo;
  const settings = { ...DISPLAY_SETTINGS, SESSION_CHECK_URL: `http://127.0.0.1:${port}/cp/auth/tenant-member` };
  berth = await startBerth({ settings, emulator: { machines: machines.runtime } });
  on = desktopsOf(berth);
  id = await on.online('of people');
});
afterAll(async () => {
  await berth.stop();
  controlPlane.close();
});

async function ask(
  method: string,
  path: string,
  cookie: string,
  origin: string | null = ORIGIN,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(`${berth.apiUrl}/workspaces/${id}/display${path}`, {
    method,
    headers: { cookie, ...(origin === null ? {} : { origin }) },
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

it('a member has control by their session, is named to themselves alone, and sees the display', async () => {
  await viewersOf(berth, on.call).untilReady(id);
  const taken = await ask('POST', '/control/acquire', 'member=ada');
  expect(taken).toMatchObject({ status: 200, body: { controlled_by: 'session:ada', is_you: true } });
  expect((await ask('GET', '/control', 'member=bob', null)).body).toMatchObject({
    controller: 'user',
    controlled_by: 'session',
    is_you: false,
  });
  const refused = await ask('POST', '/control/acquire', 'member=bob');
  expect(refused).toMatchObject({ status: 409, body: { current: { controlled_by: 'session' } } });
  expect(JSON.stringify(refused.body)).not.toContain('ada');
  expect(await ask('POST', '/control/release', 'member=bob')).toMatchObject({ status: 409 });
  const minted = await ask('POST', '/session', 'member=bob');
  const { client, socket } = await viewersOf(berth, on.call).enter(id, ticketOf(minted.body));
  await client.until(() => client.updates > 0);
  socket.terminate();
  const { events } = await on.audit(id);
  expect(new Set(events.map(({ actor }) => actor))).toEqual(new Set(['session:ada', 'session:bob']));
  expect(await ask('POST', '/control/release', 'member=ada')).toMatchObject({ status: 200 });
});

it.each([
  ['another page', 'member=ada', 'https://evil.example', 403, 'DISPLAY_ORIGIN_FORBIDDEN'],
  ['no page', 'member=ada', null, 403, 'DISPLAY_ORIGIN_FORBIDDEN'],
  ['a stranger', 'nobody=1', ORIGIN, 401, 'SESSION_INVALID'],
])('%s changes nothing', async (_, cookie, origin, status, code) => {
  expect(await ask('POST', '/control/acquire', cookie, origin)).toMatchObject({ status, body: { code } });
  expect(await on.read(id)).toMatchObject({ controller: 'none' });
});
