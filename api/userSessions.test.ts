// Whose session it is: asked of the control plane, remembered for moments, and nobody is let in on a guess.

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TenantId } from '../domain/ids.ts';
import { userSessions } from './userSessions.ts';

const ACME = 'acme' as TenantId;
let server: Server;
let asked: string[] = [];
let answer: { status: number; body: string } = { status: 401, body: '{}' };
let url: string;
beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(`${request.url} ${request.headers.cookie}`);
    response.writeHead(answer.status, { 'content-type': 'application/json', location: '/elsewhere' }).end(answer.body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/cp/auth/tenant-member`;
});
afterAll(() => server.close());
beforeEach(() => {
  asked = [];
});

function sessions() {
  const clock = { now: 0 };
  return { clock, actorOf: userSessions(url, () => clock.now) };
}

it('a member is known for 30 s, a stranger for 5 s, each to its own tenant', async () => {
  const { clock, actorOf } = sessions();
  answer = { status: 200, body: '{"user_id":"user_01ABC"}' };
  expect(await actorOf('a=1', ACME)).toBe('session:user_01ABC');
  clock.now = 29_999;
  expect(await actorOf('a=1', ACME)).toBe('session:user_01ABC');
  expect(asked).toEqual(['/cp/auth/tenant-member?slug=acme a=1']);
  answer = { status: 403, body: '{}' };
  expect(await actorOf('a=1', 'other' as TenantId)).toBeNull();
  clock.now = 30_000;
  expect(await actorOf('a=1', ACME)).toBeNull();
  clock.now = 34_999;
  expect(await actorOf('a=1', ACME)).toBeNull();
  expect(asked).toHaveLength(3);
  answer = { status: 200, body: '{"user_id":"user_01ABC"}' };
  clock.now = 35_000;
  expect(await actorOf('a=1', ACME)).toBe('session:user_01ABC');
});

it('two requests at once ask once', async () => {
  const { actorOf } = sessions();
  answer = { status: 200, body: '{"user_id":"u"}' };
  expect(await Promise.all([actorOf('a=2', ACME), actorOf('a=2', ACME)])).toEqual(['session:u', 'session:u']);
  expect(asked).toHaveLength(1);
});

it('who has no name, or a strange one, is told apart by its hash, and by no part of the cookie', async () => {
  const { actorOf } = sessions();
  for (const body of ['{}', '{"user_id":"a b\\n"}', '{"user_id":7}']) {
    answer = { status: 200, body };
    expect(await actorOf(`cookie=${body.length}`, ACME)).toMatch(/^session:[0-9a-f]{16}$/);
  }
});

it.each([
  [500, '{}'],
  [302, '{}'],
  [200, 'no JSON'],
])('an answer of %i %s lets nobody in, and is not remembered', async (status, body) => {
  const { actorOf } = sessions();
  answer = { status, body };
  await expect(actorOf('a=3', ACME)).rejects.toMatchObject({ code: 'SESSION_CHECK_UNAVAILABLE' });
  answer = { status: 200, body: '{"user_id":"u"}' };
  expect(await actorOf('a=3', ACME)).toBe('session:u');
});
