// Bad input: one clear error each, from the registry, and nothing started.

import { ERRORS, type ErrorCode } from '../../domain/errors.ts';
import { type Berth, startBerth } from '../support/berth.ts';

let berth: Berth;
beforeAll(async () => {
  berth = await startBerth();
});
afterAll(() => berth.stop());

type Sent = { method?: string; path?: string; body?: string; headers?: Record<string, string> };

async function send({ method = 'POST', path = '/workspaces', body, headers = {} }: Sent) {
  const response = await fetch(`${berth.apiUrl}${path}`, {
    method,
    headers: { authorization: `Bearer ${berth.adminToken}`, ...headers },
    ...(body === undefined ? {} : { body }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const json = (body: unknown): Sent => ({ body: JSON.stringify(body) });
const anyId = '0b0e7f5e-9a5a-4d0e-8a39-5f6d2f6f3a11';
const anon = (path: string, method = 'GET'): Sent => ({ method, path, headers: { authorization: '' } });
const as = (token: string, path: string, method = 'GET'): Sent => ({ method, path, headers: { authorization: token } });

const CASES: [string, Sent, ErrorCode, string][] = [
  ['an unknown field', json({ name: 'x', colour: 'red' }), 'VALIDATION_FAILED', 'colour'],
  ['an unknown field of compute', json({ name: 'x', compute: { cpus: 4 } }), 'VALIDATION_FAILED', 'cpus'],
  ['a name of the wrong type', json({ name: 7 }), 'VALIDATION_FAILED', 'name'],
  ['no name', json({ tier: 2 }), 'VALIDATION_FAILED', 'name'],
  ['an empty name', json({ name: '' }), 'VALIDATION_FAILED', 'must not be empty'],
  ['a name of blanks', json({ name: '   ' }), 'VALIDATION_FAILED', 'must not be empty'],
  ['a newline in the name', json({ name: 'a\nb' }), 'VALIDATION_FAILED', 'line break'],
  ['YAML in the name', json({ name: 'a: {b}' }), 'VALIDATION_FAILED', 'must not contain'],
  ['a name of 256 characters', json({ name: 'x'.repeat(256) }), 'VALIDATION_FAILED', 'at most 255'],
  ['tier 9', json({ name: 'x', tier: 9 }), 'VALIDATION_FAILED', 'from 1 to 4'],
  ['half a tier', json({ name: 'x', tier: 1.5 }), 'VALIDATION_FAILED', 'from 1 to 4'],
  ['root_gb 7', json({ name: 'x', compute: { volume: { root_gb: 7 } } }), 'ROOT_GB_OUT_OF_RANGE', 'from 30 to 500'],
  ['root_gb 501', json({ name: 'x', compute: { volume: { root_gb: 501 } } }), 'ROOT_GB_OUT_OF_RANGE', '501'],
  ['root_gb in words', json({ name: 'x', compute: { volume: { root_gb: '50' } } }), 'VALIDATION_FAILED', 'root_gb'],
  ['an unknown type', json({ name: 'x', compute: { instance_type: 't9.huge' } }), 'INSTANCE_TYPE_UNKNOWN', 't9.huge'],
  [
    'a type off the list',
    json({ name: 'x', compute: { instance_type: 'c6i.12xlarge' } }),
    'INSTANCE_TYPE_NOT_ALLOWED',
    'c6i',
  ],
  ['a body that is no JSON', { body: '{"name": ' }, 'MALFORMED_JSON', 'JSON'],
  ['no body', {}, 'MALFORMED_JSON', 'JSON'],
  ['a body that is a list', json(['x']), 'VALIDATION_FAILED', 'object'],
  ['a body over the limit', json({ name: 'x', role: 'y'.repeat(70_000) }), 'BODY_TOO_LARGE', '65536'],
  [
    'an Idempotency-Key with blanks',
    { ...json({ name: 'x' }), headers: { 'idempotency-key': 'a b' } },
    'INVALID_IDEMPOTENCY_KEY',
    'ASCII',
  ],
  [
    'a tenant with a slash',
    { ...json({ name: 'x' }), headers: { 'x-molecule-org-id': '../x' } },
    'INVALID_TENANT',
    'Org-Id',
  ],
  ['a malformed id', { method: 'GET', path: '/workspaces/42' }, 'INVALID_WORKSPACE_ID', 'invalid workspace ID'],
  [
    'a malformed id to delete',
    { method: 'DELETE', path: '/workspaces/x%2Fy' },
    'INVALID_WORKSPACE_ID',
    'invalid workspace ID',
  ],
  ['an unknown id', { method: 'GET', path: `/workspaces/${anyId}` }, 'WORKSPACE_NOT_FOUND', anyId],
  ['an unknown id to delete', { method: 'DELETE', path: `/workspaces/${anyId}` }, 'WORKSPACE_NOT_FOUND', anyId],
  [
    'an unknown id to stream',
    { method: 'GET', path: `/workspaces/${anyId}/events/stream` },
    'WORKSPACE_NOT_FOUND',
    anyId,
  ],
  ['an unknown route', { method: 'GET', path: '/workspace' }, 'ROUTE_NOT_FOUND', 'GET /workspace'],
  ['no token', anon('/workspaces'), 'ADMIN_AUTH_REQUIRED', 'admin auth required'],
  ['a wrong token', as('Bearer wrong', '/workspaces'), 'ADMIN_AUTH_INVALID', 'invalid admin auth token'],
  ['another scheme', as('Basic d3Jvbmc=', '/workspaces'), 'ADMIN_AUTH_REQUIRED', 'admin auth required'],
  ['no token to delete', anon(`/workspaces/${anyId}`, 'DELETE'), 'ADMIN_AUTH_REQUIRED', 'admin auth required'],
  ['no token for events', anon('/events'), 'ADMIN_AUTH_REQUIRED', 'admin auth required'],
  ['no token for a workspace', anon(`/workspaces/${anyId}`), 'WORKSPACE_AUTH_REQUIRED', 'missing workspace auth token'],
  [
    'a wrong workspace token',
    as('Bearer no', `/workspaces/${anyId}/state`),
    'WORKSPACE_AUTH_INVALID',
    'invalid workspace auth token',
  ],
  ['a heartbeat without a token', anon('/registry/heartbeat', 'POST'), 'WORKSPACE_AUTH_REQUIRED', 'missing'],
  ['a registration without a credential', anon('/registry/register', 'POST'), 'BOOT_CREDENTIAL_INVALID', 'not valid'],
  [
    'a registration with the admin token',
    { path: '/registry/register', body: '{}' },
    'BOOT_CREDENTIAL_INVALID',
    'not valid',
  ],
];

it.each(CASES)('%s is refused', async (_, sent, code, said) => {
  const answer = await send(sent);
  expect(answer.body).toMatchObject({ code, error: expect.any(String), next_step: expect.any(String) });
  expect(JSON.stringify(answer.body)).toContain(said);
  expect(answer.status).toBe(ERRORS[code].status);
});

it('nothing was started by any of it', async () => {
  expect(berth.emulator.ledger().entries).toEqual([]);
  expect(await berth.user.call('GET', '/workspaces')).toEqual([]);
  expect(await berth.user.call('GET', '/events')).toEqual([]);
  const query = `TaskQueue = "${berth.env['TASK_QUEUE']}" and WorkflowType = "workspace"`;
  expect(await berth.temporal.workflow.count(query)).toMatchObject({ count: 0 });
});

it('says that it lives, and what it is, to anybody', async () => {
  expect(await send(anon('/health'))).toEqual({ status: 200, body: { status: 'ok' } });
  expect(await send(anon('/buildinfo'))).toEqual({ status: 200, body: { git_sha: 'unknown' } });
});
