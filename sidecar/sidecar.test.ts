// The sidecar on a bad day: services that are slow, cut off in the middle of an answer or away; it registers and goes on.

import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runSidecar } from './sidecar.ts';
import { Refused } from './platform.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;
const json =
  (status: number, content: unknown): Answer =>
  (_, response) =>
    void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(content));
/** The headers say more than comes. */
const cutOff: Answer = (_, response) => {
  response.writeHead(200, { 'content-length': '1000' }).write('{"orders":');
  setTimeout(() => response.destroy(), 5);
};
const text =
  (content: string): Answer =>
  (_, response) =>
    void response.end(content);
const held: Answer = () => {};

let root: string;
let server: Server;
let url: string;
let stop: AbortController;
/** Each path's answers in turn, the last one again and again. */
let answers: Record<string, Answer[]>;
let asked: string[];
let lines: string[];

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'berth-sidecar-'));
  const devices = join(root, 'dev', 'disk', 'by-id');
  await mkdir(devices, { recursive: true });
  await mkdir(join(root, 'volume'));
  await symlink(join(root, 'volume'), join(devices, 'nvme-Amazon_Elastic_Block_Store_vol0123456789abcdef0'));
  [asked, lines, stop] = [[], [], new AbortController()];
  server = createServer((request, response) => {
    const name = `${request.method} ${request.url}`;
    asked.push(name);
    const own = answers[name] ?? [json(404, {})];
    (own.length > 1 ? own.shift()! : own[0]!)(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const userData = {
    berth: 1,
    workspace_id: 'w',
    generation: 1,
    attempt: 1,
    platform_url: url,
    boot_credential: 'boot',
    heartbeat_interval_seconds: 60,
  };
  answers = {
    'PUT /latest/api/token': [text('t')],
    'GET /latest/user-data': [text(JSON.stringify(userData))],
    'GET /latest/meta-data/instance-id': [text('i-1')],
    'POST /registry/register': [json(200, { auth_token: 'own' })],
    'POST /registry/heartbeat': [json(200, {})],
    'GET /registry/orders': [held],
  };
});
afterEach(async () => {
  stop.abort();
  server.closeAllConnections();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  await rm(root, { recursive: true, force: true });
});

const start = (): Promise<void> =>
  runSidecar({
    root,
    env: { AWS_EC2_METADATA_SERVICE_ENDPOINT: url },
    signal: stop.signal,
    log: (line) => lines.push(line),
    noticePollMs: 60_000,
  });

/** Resolves when the path has been asked for so often; fails with the sidecar where that ends before. */
async function untilAsked(running: Promise<void>, name: string, times: number): Promise<void> {
  const enough = (async () => {
    while (asked.filter((each) => each === name).length < times) await new Promise((resolve) => setImmediate(resolve));
  })();
  await Promise.race([enough, running]);
  expect(asked.filter((each) => each === name)).toHaveLength(times);
}

it('boots although its metadata service does not answer everything at once', async () => {
  answers['GET /latest/user-data']!.unshift(json(503, {}));
  answers['GET /latest/meta-data/instance-id']!.unshift(json(503, {}), cutOff);
  const running = start();
  await untilAsked(running, 'POST /registry/heartbeat', 1);
  expect(lines).toContain('registered');
  stop.abort();
  await expect(running).rejects.toThrow('aborted');
});

it('asks again where an answer was cut off', async () => {
  answers['POST /registry/register']!.unshift(cutOff);
  answers['GET /registry/orders']!.unshift(cutOff, json(200, { orders: [{ id: 'o', kind: 'manifest' }] }));
  answers['POST /registry/orders/o'] = [cutOff, json(200, {})];
  const running = start();
  await untilAsked(running, 'POST /registry/orders/o', 2);
  expect(asked.filter((name) => name === 'POST /registry/register')).toHaveLength(2);
  stop.abort();
  await expect(running).rejects.toThrow('aborted');
});

it('asks again where its request did not come whole in time', async () => {
  answers['POST /registry/register']!.unshift(json(408, { code: 'REQUEST_TIMED_OUT', error: 'not in time' }));
  const running = start();
  await untilAsked(running, 'POST /registry/register', 2);
  stop.abort();
  await expect(running).rejects.toThrow('aborted');
});

it('takes a refusal from the platform alone, not from what stands in between', async () => {
  answers['POST /registry/register'] = [
    (_, response) => void response.writeHead(403).end('<html>forbidden</html>'),
    json(409, { code: 'GENERATION_SUPERSEDED', error: 'another one serves' }),
  ];
  await expect(start()).rejects.toEqual(new Refused('GENERATION_SUPERSEDED', 'another one serves'));
  expect(asked.filter((name) => name === 'POST /registry/register')).toHaveLength(2);
});
