// Hostile upgrades at the display proxy, byte by byte: each is answered as it should be, uses its ticket up, and keeps nobody waiting.

import { type Berth, startBerth } from '../support/berth.ts';
import { desktopsOf } from '../support/desktop.ts';
import { closeCodeOf, type Headers, headOf, rawSocket, upgradeHeaders } from '../support/rawSocket.ts';
import { DISPLAY_SETTINGS, displayMachines, ORIGIN, viewersOf } from '../support/viewer.ts';

const machines = displayMachines();
let berth: Berth;
let viewers: ReturnType<typeof viewersOf>;
let id: string;
let port: number;
beforeAll(async () => {
  berth = await startBerth({ settings: DISPLAY_SETTINGS, emulator: { machines: machines.runtime } });
  const on = desktopsOf(berth);
  viewers = viewersOf(berth, on.call);
  id = await on.online('knocked at');
  await viewers.untilReady(id);
  port = Number(new URL(berth.apiUrl).port);
});
afterAll(() => berth.stop());

const pathOf = (): string => `/workspaces/${id}/display/session/websockify`;
const headersFor = (ticket: string): Headers => upgradeHeaders(ORIGIN, ticket);

/** The status that an upgrade is answered with, and all of the answer. */
async function asked(request: string, headers: Headers, behind = ''): Promise<{ status: number; answer: string }> {
  const raw = rawSocket(port);
  raw.socket.write(headOf(request, headers) + behind);
  const heard = await raw.until((bytes) => bytes.includes('\r\n\r\n'));
  const status = Number(heard.toString('latin1').slice(9, 12));
  if (status === 101) raw.socket.destroy();
  return { status, answer: (await raw.ended).toString('latin1') };
}

const without = (headers: Headers, name: string): Headers => headers.filter(([known]) => known !== name);
const instead = (headers: Headers, name: string, ...values: string[]): Headers => [
  ...without(headers, name),
  ...values.map((value) => [name, value] as const),
];

it.each<[string, (path: string) => string]>([
  ['a slash at its end', (path) => `${path}/`],
  ['two slashes', (path) => path.replace('/display', '//display')],
  ['an encoded slash', (path) => path.replace('/display', '%2Fdisplay')],
  ['an encoded letter', (path) => path.replace('websockify', 'websockif%79')],
  ['capitals', (path) => path.replace('display', 'Display')],
  ['a dot', (path) => path.replace('/session', '/./session')],
  ['the way up', (path) => path.replace('/session', '/session/../session')],
  ['a parameter', (path) => `${path};a=b`],
  ['a fragment', (path) => `${path}#token=x`],
  ['a whole address', (path) => `http://x${path}`],
  ['something behind it', (path) => `${path}/../../../health`],
])('a path with %s opens nothing, and its ticket is used up', async (_, changed) => {
  const ticket = await viewers.ticket(id);
  const { status, answer } = await asked(`GET ${changed(pathOf())} HTTP/1.1`, headersFor(ticket));
  expect(status).toBe(404);
  expect(answer).not.toContain(ticket);
  expect((await asked(`GET ${pathOf()} HTTP/1.1`, headersFor(ticket))).status).toBe(403);
});

it.each<[string, number, (headers: Headers, ticket: string) => Headers]>([
  ['no origin', 403, (headers) => without(headers, 'Origin')],
  ['the origin null', 403, (headers) => instead(headers, 'Origin', 'null')],
  ['an origin with a slash', 403, (headers) => instead(headers, 'Origin', `${ORIGIN}/`)],
  ['an origin with a port', 403, (headers) => instead(headers, 'Origin', `${ORIGIN}:8443`)],
  ['an origin without its s', 403, (headers) => instead(headers, 'Origin', ORIGIN.replace('https', 'http'))],
  ['two origins', 403, (headers) => instead(headers, 'Origin', ORIGIN, 'https://evil.example')],
  ['no subprotocol', 400, (headers) => without(headers, 'Sec-WebSocket-Protocol')],
  ['Binary', 400, (headers, ticket) => instead(headers, 'Sec-WebSocket-Protocol', `Binary, ${named(ticket)}`)],
  ['base64', 400, (headers, ticket) => instead(headers, 'Sec-WebSocket-Protocol', `base64, ${named(ticket)}`)],
  ['the ticket twice', 403, (headers, ticket) => protocols(headers, 'binary', named(ticket), named(ticket))],
  ['a ticket without its prefix', 403, (headers, ticket) => protocols(headers, 'binary', ticket)],
  ['a ticket that goes on', 403, (headers, ticket) => protocols(headers, 'binary', `${named(ticket)}A`)],
  ['another version', 400, (headers) => instead(headers, 'Sec-WebSocket-Version', '7')],
  ['no key', 400, (headers) => without(headers, 'Sec-WebSocket-Key')],
  [
    'its ticket as a credential',
    403,
    (headers, ticket) => [...protocols(headers, 'binary'), ['Authorization', `Bearer ${ticket}`]],
  ],
  ['its ticket as a cookie', 403, (headers, ticket) => [...protocols(headers, 'binary'), ['Cookie', `t=${ticket}`]]],
])('an upgrade with %s is answered with %i', async (_, expected, changed) => {
  const ticket = await viewers.ticket(id);
  const { status, answer } = await asked(`GET ${pathOf()} HTTP/1.1`, changed(headersFor(ticket), ticket));
  expect([status, answer.includes(ticket)]).toEqual([expected, false]);
});

const named = (ticket: string): string => `molecule-display-token.${ticket}`;
const protocols = (headers: Headers, ...names: string[]): Headers =>
  instead(headers, 'Sec-WebSocket-Protocol', names.join(', '));

it('other methods, a query, headers without an end and one too many are refused', async () => {
  const ticket = await viewers.ticket(id);
  expect((await asked(`POST ${pathOf()} HTTP/1.1`, headersFor(ticket))).status).toBe(404);
  const inQuery = await asked(`GET ${pathOf()}?token=${ticket} HTTP/1.1`, headersFor(await viewers.ticket(id)));
  expect(inQuery.status).toBe(400);
  expect(inQuery.answer).not.toContain(ticket);
  const long = await asked(`GET ${pathOf()} HTTP/1.1`, [...headersFor(ticket), ['X-Long', 'a'.repeat(20_000)]]);
  expect(long.status).toBe(431);
});

it('a client that never ends its request is ended, and keeps nobody waiting', async () => {
  const slow = Array.from({ length: 100 }, () => rawSocket(port));
  for (const { socket } of slow) socket.write(`GET ${pathOf()} HTTP/1.1\r\nHost: x\r\n`);
  const startedAt = performance.now();
  await (await viewers.open(id)).client.until(() => true);
  expect(performance.now() - startedAt).toBeLessThan(5_000);
  await Promise.all(slow.map(({ ended }) => ended));
}, 40_000);

it('a request behind an upgrade is no request: refused ones have one answer, open ones end', async () => {
  const second = headOf('GET /health HTTP/1.1', [['Host', 'x']]);
  const refused = await asked(`GET ${pathOf()} HTTP/1.1`, headersFor('A'.repeat(43)), second);
  expect(refused.answer.match(/HTTP\/1\.1 /g)).toHaveLength(1);
  const raw = rawSocket(port);
  raw.socket.write(headOf(`GET ${pathOf()} HTTP/1.1`, headersFor(await viewers.ticket(id))) + second);
  const heard = await raw.ended;
  expect(heard.toString('latin1').match(/HTTP\/1\.1 /g)).toHaveLength(1);
  expect(closeCodeOf(heard)).toBe(1002);
});
