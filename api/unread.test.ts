// What comes to a server and is no request that a route could see is answered in words, too.

import { createServer, type Server, type ServerOptions } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { getRequestListener } from '@hono/node-server';
import pino from 'pino';
import { answerUnread, asResponse, READING } from './unread.ts';

const log = pino({ level: 'silent' });
let server: Server;
afterEach(() => new Promise((resolve) => server.close(resolve)));

/** What is answered to these bytes. */
async function answerTo(bytes: string, options: ServerOptions = {}): Promise<{ status: string; body: unknown }> {
  const listener = getRequestListener(() => Promise.reject('gone'), {
    errorHandler: (error) => asResponse(error, log),
  });
  server = createServer({ ...READING, ...options }, (request, response) => void listener(request, response));
  answerUnread(server, log);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.write(bytes);
  const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n');
  return { status: head.split(' ')[1]!, body: JSON.parse(body.match(/\{.*\}/s)![0]) };
}

const last = 'Connection: close\r\n\r\n';

it.each([
  ['no HTTP', 'how are you?\r\n\r\n', '400', 'MALFORMED_REQUEST', 'Parse Error'],
  ['a Host that is none', `GET / HTTP/1.1\r\nHost: a b\r\n${last}`, '400', 'MALFORMED_REQUEST', 'URL'],
  ['no Host', `GET / HTTP/1.1\r\n${last}`, '400', 'MALFORMED_REQUEST', 'host'],
  [
    'too many headers',
    `GET / HTTP/1.1\r\nHost: a\r\nx: ${'y'.repeat(20_000)}\r\n${last}`,
    '431',
    'HEADERS_TOO_LARGE',
    '16384',
  ],
  ['what is thrown past the app', `GET / HTTP/1.1\r\nHost: a\r\n${last}`, '500', 'INTERNAL', 'our side'],
])('%s', async (_, bytes, status, code, said) => {
  const answer = await answerTo(bytes);
  expect(answer).toMatchObject({ status, body: { code, error: expect.any(String), next_step: expect.any(String) } });
  expect(JSON.stringify(answer.body)).toContain(said);
});

it('half a request, for longer than it may take', async () => {
  const answer = await answerTo('GET / HTTP/1.1\r\nHost: a\r\n', {
    headersTimeout: 50,
    connectionsCheckingInterval: 10,
  });
  expect(answer).toMatchObject({ status: '408', body: { code: 'REQUEST_TIMED_OUT', next_step: 'Send it again.' } });
});
