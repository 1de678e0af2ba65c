// The display proxy: real viewers over WebSockets, a real machine's display behind it, and control under the live fence alone.

import { connect } from 'node:net';
import { keyEvent, pointerEvent } from '../../rfb/clientBytes.ts';
import type { Display } from '../../sidecar/display/display.ts';
import { colourOf, STRIP_HEIGHT } from '../../sidecar/display/screen.ts';
import { type Berth, startBerth } from '../support/berth.ts';
import { desktopsOf } from '../support/desktop.ts';
import { closingOf, DISPLAY_SETTINGS, displayMachines, openSocket, ORIGIN, viewersOf } from '../support/viewer.ts';
import { until } from '../support/until.ts';

const machines = displayMachines();
let berth: Berth;
let on: ReturnType<typeof desktopsOf>;
let viewers: ReturnType<typeof viewersOf>;
let id: string;
let display: Display;
let other: string;
beforeAll(async () => {
  berth = await startBerth({
    settings: { ...DISPLAY_SETTINGS, DISPLAY_VIEWERS_MAX: '8' },
    emulator: { machines: machines.runtime },
  });
  on = desktopsOf(berth);
  viewers = viewersOf(berth, on.call);
  id = await on.online('seen', { compute: { display: { mode: 'desktop-control', width: 800, height: 600 } } });
  display = machines.newest();
  await viewers.untilReady(id);
  other = await on.orgToken('other');
});
afterAll(() => berth.stop());
afterEach(async () => {
  await on.control(id, 'release', { force: true });
  await on.call('DELETE', `/workspaces/${id}/display/session`);
});

it('shows the desktop without a password, under another name than its own', async () => {
  const { client, socket } = await viewers.open(id);
  expect(socket.protocol).toBe('binary');
  expect(client.init).toMatchObject({ width: 800, height: 600, name: 'Berth' });
  display.screen.take({ kind: 'key', isDown: true, keysym: 0x7a });
  display.screen.take({ kind: 'key', isDown: false, keysym: 0x7a });
  await client.until(() => client.pixel(0, STRIP_HEIGHT) === colourOf(0x7a));
});

it('drops what an observer types and clicks, and goes on showing', async () => {
  const { client } = await viewers.open(id);
  const before = display.screen.lastInput;
  client.key(true, 0x61);
  client.pointer(1, 10, 100);
  display.screen.take({ kind: 'pointer', buttons: 1, x: 400, y: 400 });
  display.screen.take({ kind: 'pointer', buttons: 0, x: 401, y: 401 });
  await client.until(() => client.pixel(400, 400) === colourOf(1));
  expect(display.screen.lastInput).toEqual({ kind: 'pointer', buttons: 0, x: 401, y: 401 });
  expect(before).not.toEqual(display.screen.lastInput);
});

it('the controller types, and is demoted without losing the picture; what they held is let go', async () => {
  expect(await viewers.mint(id, 'control')).toMatchObject({
    status: 409,
    body: { code: 'DISPLAY_CONTROL_REQUIRED', error: 'display control required' },
  });
  await on.control(id, 'acquire');
  const { client } = await viewers.open(id, 'control');
  client.key(true, 0xffe1);
  client.key(true, 0x61);
  client.pointer(1, 300, 300);
  await client.until(() => client.pixel(300, 300) === colourOf(1));
  expect(display.screen.heldKeys).toEqual([0xffe1, 0x61]);

  await on.control(id, 'release');
  await until(() => display.screen.heldKeys.length === 0 && display.screen.buttons === 0);
  const released = display.screen.lastInput;
  client.key(true, 0x62);
  display.screen.take({ kind: 'pointer', buttons: 4, x: 500, y: 500 });
  display.screen.take({ kind: 'pointer', buttons: 0, x: 500, y: 500 });
  await client.until(() => client.pixel(500, 500) === colourOf(4));
  expect(released).toMatchObject({ kind: 'key', isDown: false });
  expect(display.screen.heldKeys).toEqual([]);
});

it('a new grant to the same person is another fence: what the old session still sends is dropped', async () => {
  await on.control(id, 'acquire');
  const old = await viewers.open(id, 'control');
  await on.control(id, 'release');
  await on.control(id, 'acquire');
  const now = await viewers.open(id, 'control');
  old.client.key(true, 0x31);
  now.client.key(true, 0x32);
  now.client.key(false, 0x32);
  await until(() => {
    const { lastInput } = display.screen;
    return lastInput?.kind === 'key' && lastInput.keysym === 0x32 && !lastInput.isDown;
  });
  expect(display.screen.heldKeys).toEqual([]);
});

it('lets go of what was held when the connection is cut', async () => {
  await on.control(id, 'acquire');
  const { client, socket } = await viewers.open(id, 'control');
  client.key(true, 0x61);
  client.pointer(2, 1, 100);
  await until(() => display.screen.heldKeys.length === 1 && display.screen.buttons === 2);
  socket.terminate();
  await until(() => display.screen.heldKeys.length === 0);
  // Buttons first: nothing is dropped with a modifier gone.
  expect(display.screen.buttons).toBe(0);
  expect(display.screen.lastInput).toEqual({ kind: 'key', isDown: false, keysym: 0x61 });
});

it('only whoever has control may ask for a session with it, and no agent for any', async () => {
  await on.control(id, 'acquire', {}, other);
  expect(await viewers.mint(id, 'control')).toMatchObject({ status: 409 });
  const { client } = await viewers.open(id, 'control', other);
  client.key(true, 0x63);
  await until(() => display.screen.heldKeys.includes(0x63));
});

it('closes within a second of a revoke, of one session or of all', async () => {
  const minted = await viewers.mint(id);
  const socket = await openSocket(berth, id, String(minted.body['session_url']).split('#token=')[1]!);
  const closed = closingOf(socket as Exclude<typeof socket, string>);
  const another = await viewers.open(id);
  const startedAt = performance.now();
  const path = `/workspaces/${id}/display/session/${String(minted.body['session_id'])}`;
  expect(await on.call('DELETE', path, undefined, other)).toMatchObject({ body: { revoked: 0 } });
  expect(await on.call('DELETE', path)).toMatchObject({ body: { revoked: 1 } });
  expect(await closed).toBe('4001 revoked');
  expect(performance.now() - startedAt).toBeLessThan(1_000);
  expect(await on.call('DELETE', `/workspaces/${id}/display/session`)).toMatchObject({ body: { revoked: 1 } });
  expect(await another.closed).toBe('4001 revoked');
});

it('a ticket opens one connection, and is used up by whatever it was tried for', async () => {
  const used = await viewers.ticket(id);
  const socket = await openSocket(berth, id, used);
  expect(typeof socket).toBe('object');
  expect(await openSocket(berth, id, used)).toBe('403 DISPLAY_TICKET_INVALID');
  for (const [opening, refusal] of [
    [{ origin: 'https://evil.example' }, '403 DISPLAY_ORIGIN_FORBIDDEN'],
    [{ origin: null }, '403 DISPLAY_ORIGIN_FORBIDDEN'],
    [{ origin: `${ORIGIN}.evil.example` }, '403 DISPLAY_ORIGIN_FORBIDDEN'],
    [{ path: `/workspaces/${id}/display/session/websockify?token=x` }, '400 VALIDATION_FAILED'],
    [{ path: `/workspaces/${id}/display/session/websockify/` }, '404 ROUTE_NOT_FOUND'],
    [{ path: `/workspaces/${id}/display/websockify` }, '404 ROUTE_NOT_FOUND'],
    [{ path: '/workspaces/nobody/display/session/websockify' }, '404 ROUTE_NOT_FOUND'],
    [
      { path: '/workspaces/0b0e7f5e-9a5a-4d0e-8a39-5f6d2f6f3a11/display/session/websockify' },
      '403 DISPLAY_TICKET_INVALID',
    ],
  ] as const) {
    const ticket = await viewers.ticket(id);
    expect([opening, await openSocket(berth, id, ticket, opening)]).toEqual([opening, refusal]);
    expect(await openSocket(berth, id, ticket)).toBe('403 DISPLAY_TICKET_INVALID');
  }
});

it('refuses other subprotocols, and tickets that it never gave', async () => {
  const ticket = await viewers.ticket(id);
  const offer = (...protocols: string[]) => openSocket(berth, id, '', { protocols });
  expect(await offer('binary')).toBe('403 DISPLAY_TICKET_INVALID');
  expect(await offer('binary', `molecule-display-token.${'A'.repeat(43)}`)).toBe('403 DISPLAY_TICKET_INVALID');
  expect(await offer('binary', 'molecule-display-token.x')).toBe('403 DISPLAY_TICKET_INVALID');
  expect(await offer(`molecule-display-token.${ticket}`)).toBe('400 VALIDATION_FAILED');
  expect(await offer('base64', `molecule-display-token.${await viewers.ticket(id)}`)).toBe('400 VALIDATION_FAILED');
  const [one, two] = [await viewers.ticket(id), await viewers.ticket(id)];
  expect(await offer('binary', `molecule-display-token.${one}`, `molecule-display-token.${two}`)).toBe(
    '403 DISPLAY_TICKET_INVALID',
  );
});

it.each([
  ['an unknown type', [Uint8Array.of(99)], '1008 protocol_violation'],
  ['FixColourMapEntries', [Uint8Array.of(1, 0, 0, 0, 0, 0)], '1008 protocol_violation'],
  ['too many encodings', [Uint8Array.of(2, 0, 255, 255)], '1008 protocol_violation'],
  ['more bytes than a message has', [new Uint8Array(70_000)], '1009 '],
  ['text', ['hello'], '1003 not_binary'],
] as const)('closes on %s, and nothing of it reaches the desktop', async (_, sent, closing) => {
  const { socket, closed } = await viewers.open(id);
  const before = display.screen.lastInput;
  for (const message of sent) socket.send(message);
  socket.send(keyEvent(true, 0x61));
  expect(await closed).toBe(closing);
  expect(display.screen.lastInput).toBe(before);
});

it('closes on a browser that does not speak RFB', async () => {
  const socket = await openSocket(berth, id, await viewers.ticket(id));
  if (typeof socket === 'string') throw new Error(socket);
  const closed = closingOf(socket);
  socket.send(Buffer.from('GET / HTTP/1.1\r\n\r\n'));
  expect(await closed).toBe('1008 protocol_violation');
});

it('understands messages however they are cut', async () => {
  await on.control(id, 'acquire');
  const { client, socket } = await viewers.open(id, 'control');
  const sent = [keyEvent(true, 0x41), keyEvent(false, 0x41), pointerEvent(1, 200, 200), pointerEvent(0, 201, 202)];
  for (const byte of sent.flatMap((message) => [...message])) socket.send(Uint8Array.of(byte));
  await client.until(() => client.pixel(200, 200) === colourOf(1));
  await until(() => display.screen.buttons === 0);
  expect(display.screen.lastInput).toEqual({ kind: 'pointer', buttons: 0, x: 201, y: 202 });
});

it('a viewer that does not read is no burden, and another one sees on', async () => {
  const slow = await viewers.open(id);
  slow.socket.pause();
  for (let turn = 0; turn < 60; turn++) slow.client.request(false);
  const quick = await viewers.open(id);
  display.screen.take({ kind: 'pointer', buttons: 1, x: 600, y: 300 });
  display.screen.take({ kind: 'pointer', buttons: 0, x: 600, y: 300 });
  await quick.client.until(() => quick.client.pixel(600, 300) === colourOf(1));
  expect(slow.client.updates).toBe(0);
  slow.socket.resume();
  await slow.client.until(() => slow.client.pixel(600, 300) === colourOf(1));
});

it('has room for so many viewers and no more', async () => {
  const open = await Promise.all(Array.from({ length: 8 }, () => viewers.open(id)));
  expect(await openSocket(berth, id, await viewers.ticket(id))).toBe('429 DISPLAY_VIEWERS_LIMIT');
  open[0]!.socket.close();
  await open[0]!.closed;
  let again: Awaited<ReturnType<typeof openSocket>>;
  do again = await openSocket(berth, id, await viewers.ticket(id));
  while (again === '429 DISPLAY_VIEWERS_LIMIT');
  expect(typeof again).toBe('object');
});

it('other upgrades are answered, and no socket is left hanging', async () => {
  const { port } = new URL(berth.apiUrl);
  const socket = connect(Number(port), '127.0.0.1');
  socket.write('GET /health HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n');
  let answer = '';
  for await (const chunk of socket) answer += String(chunk);
  expect(answer).toMatch(/^HTTP\/1.1 404 /);
});

it('writes opening and closing into the audit and the events, and no ticket anywhere', async () => {
  const { client, socket, closed } = await viewers.open(id);
  await client.until(() => true);
  socket.close();
  await closed;
  const seen = await berth.untilEvent(id, 'display.session.close.completed');
  expect(seen.at(-1)!.payload).toMatchObject({ role: 'view', viewer: 'admin-token', because: expect.any(String) });
  const { events, chain_valid } = await on.audit(id);
  expect(chain_valid).toBe(true);
  const verbs = new Set(events.map(({ verb }) => verb));
  for (const verb of ['session_mint', 'session_open', 'session_close', 'session_revoke']) expect(verbs).toContain(verb);
});
