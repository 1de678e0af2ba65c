// One attempt to deliver: what each behaviour of a receiver comes to, and that only what was checked is connected to.

import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { attemptDelivery, type Attempt, type Resolve } from './attempt.ts';

const rules = { networks: ['127.0.0.0/8'], http: 'allowed' } as const;
let answer: RequestListener;
let server: Server;
let port: number;
const seen: { request: IncomingMessage; body: string }[] = [];
beforeAll(async () => {
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      seen.push({ request, body });
      answer(request, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ({ port } = server.address() as AddressInfo);
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  seen.length = 0;
  answer = (_, response) => response.writeHead(204).end();
});

const attempt = (more: Partial<Attempt> = {}, resolve?: Resolve) =>
  attemptDelivery(
    {
      url: `http://127.0.0.1:${port}/hook?x=1`,
      headers: { 'x-a': 'b' },
      body: '{"é":1}',
      timeoutMs: 5_000,
      rules,
      ...more,
    },
    resolve,
  );
const answers = (status: number, headers: Record<string, string> = {}, body = ''): void => {
  answer = (_, response) => response.writeHead(status, headers).end(body);
};

it('posts the body as it is, and is content with any 2xx', async () => {
  expect(await attempt()).toEqual({ status: 204 });
  expect(seen).toHaveLength(1);
  expect(seen[0]).toMatchObject({
    body: '{"é":1}',
    request: { method: 'POST', url: '/hook?x=1', headers: { 'x-a': 'b', 'content-length': '8' } },
  });
});

it.each([
  [500, 'WEBHOOK_ANSWERED'],
  [404, 'WEBHOOK_ANSWERED'],
  [410, 'WEBHOOK_GONE'],
  [302, 'WEBHOOK_REDIRECTED'],
  [307, 'WEBHOOK_REDIRECTED'],
])('%i is %s', async (status, code) => {
  answers(status, { location: `http://127.0.0.1:${port}/elsewhere` }, 'no');
  expect(await attempt()).toMatchObject({ code, status, response: 'no' });
  expect(seen.map(({ request }) => request.url)).toEqual(['/hook?x=1']);
});

it('says for how long the receiver asks to be left alone', async () => {
  answers(429, { 'retry-after': '30' });
  expect(await attempt()).toMatchObject({ code: 'WEBHOOK_ANSWERED', status: 429, askedMs: 30_000 });
  answers(503, { 'retry-after': 'later' });
  expect(await attempt()).not.toHaveProperty('askedMs');
});

it('of an answer a short beginning is kept, without what is no text', async () => {
  answers(500, {}, `a\u0000\n${'x'.repeat(100_000)}`);
  const came = await attempt();
  expect(came).toMatchObject({ response: expect.stringMatching(/^a x+$/) });
  expect((came as { response: string }).response).toHaveLength(256);
});

it('one that does not answer in time, or not to the end, is not waited for', async () => {
  answer = () => {};
  expect(await attempt({ timeoutMs: 100 })).toEqual({
    code: 'WEBHOOK_TIMEOUT',
    context: { timeout_ms: 100 },
    status: null,
    response: null,
  });
  answer = (_, response) => response.writeHead(503).write('half');
  expect(await attempt({ timeoutMs: 200 })).toMatchObject({ code: 'WEBHOOK_ANSWERED', status: 503, response: 'half' });
  answer = (_, response) => response.writeHead(200).write('half');
  expect(await attempt({ timeoutMs: 200 })).toEqual({ status: 200 });
});

it('one that is not there, or hangs up, says so', async () => {
  expect(await attempt({ url: 'http://127.0.0.1:1/' })).toMatchObject({
    code: 'WEBHOOK_UNREACHABLE',
    context: { problem: 'ECONNREFUSED' },
  });
  answer = (request) => request.socket.destroy();
  expect(await attempt()).toMatchObject({ code: 'WEBHOOK_UNREACHABLE', context: { problem: 'ECONNRESET' } });
});

it('without TLS at the other end of https nothing is delivered', async () => {
  expect(await attempt({ url: `https://127.0.0.1:${port}/` })).toMatchObject({ code: 'WEBHOOK_UNREACHABLE' });
  expect(seen).toEqual([]);
});

describe('a name', () => {
  const url = () => `http://hooks.example:${port}/`;

  it('is connected to at the address that was checked, and asked for once', async () => {
    const asked: string[] = [];
    const resolve: Resolve = async (host) => {
      asked.push(host);
      return asked.length === 1 ? ['127.0.0.1'] : ['169.254.169.254'];
    };
    expect(await attempt({ url: url() }, resolve)).toEqual({ status: 204 });
    expect(asked).toEqual(['hooks.example']);
    expect(seen[0]!.request.headers.host).toBe(`hooks.example:${port}`);
  });

  it.each([[['169.254.169.254']], [['127.0.0.1', '10.0.0.1']], [['::ffff:169.254.169.254']]])(
    'at %j is refused before anything is sent',
    async (addresses) => {
      expect(await attempt({ url: url() }, async () => addresses)).toMatchObject({
        code: 'WEBHOOK_URL_REFUSED',
        context: { problem: `hooks.example is at ${addresses.at(-1)}, which is not public` },
      });
      expect(seen).toEqual([]);
    },
  );

  it('that has no address, or none in time, says so', async () => {
    const none: Resolve = () => Promise.reject(Object.assign(new Error('none'), { code: 'ENOTFOUND' }));
    expect(await attempt({ url: url() }, none)).toMatchObject({ context: { problem: 'ENOTFOUND' } });
    const silent: Resolve = (_, signal) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('cancelled'))));
    expect(await attempt({ url: url(), timeoutMs: 50 }, silent)).toMatchObject({ code: 'WEBHOOK_TIMEOUT' });
  });
});

it('a URL that may not be sent to any more is refused as when it is set', async () => {
  const came = await attempt({ rules: { networks: [], http: 'allowed' } });
  expect(came).toMatchObject({
    code: 'WEBHOOK_URL_REFUSED',
    context: { problem: '127.0.0.1 is not a public address' },
  });
  expect(seen).toEqual([]);
});
