// An operator sees the account's quotas, asks for more once, and launches find the raised one.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type Berth, startBerth } from '../support/berth.ts';
import { until } from '../support/until.ts';

let berth: Berth;
beforeAll(async () => {
  // The age never makes a launch measure: only what was decided does.
  berth = await startBerth({ settings: { QUOTA_MAX_AGE_SECONDS: '86400', QUOTA_REQUEST_LOOK_MS: '50' } });
});
afterAll(() => berth.stop());

const SPOT = 'L-34B43A08';
type Requested = { request_id: string; status: string; desired: number };
type Quota = { code: string; limit: number | null; reserved: number; open_request: Requested | null };

const call = async (method: string, path: string, body?: object) => {
  const response = await fetch(`${berth.apiUrl}/admin/quotas${path}`, {
    method,
    headers: { authorization: `Bearer ${berth.adminToken}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};
const control = async (path: string, body: unknown): Promise<void> => {
  const answer = await fetch(`${berth.emulator.url}/_emulator/${path}`, { method: 'POST', body: JSON.stringify(body) });
  expect(await answer.json()).not.toHaveProperty('error');
};
const quota = async (code = SPOT): Promise<Quota> => {
  const { body } = await call('GET', '');
  return (body as { quotas: Quota[] }).quotas.find((each) => each.code === code)!;
};
const berthQuotas = (...args: string[]) =>
  promisify(execFile)(process.execPath, ['--import', 'tsx', 'cli/main.ts', 'quotas', ...args], {
    env: { ...process.env, ...berth.env, API: berth.apiUrl },
  });

it('a quota that is full can be raised: asked once, followed, measured when it is granted', async () => {
  await control('quotas', { code: SPOT, value: 3 });
  const compute = { instance_type: 'c6i.xlarge', market: 'spot' };
  const create = () => berth.user.call<{ id: string }>('POST', '/workspaces', { name: 'more', compute });
  const { id } = await create();
  const failed = (await berth.untilEvent(id, 'WORKSPACE_PROVISION_FAILED')).at(-1)!.payload;
  expect(failed).toMatchObject({ code: 'AWS_QUOTA_INSUFFICIENT', quota_code: SPOT, limit: 3, asked: 4 });
  expect(await quota()).toMatchObject({
    family: 'Standard',
    market: 'spot',
    limit: 3,
    other_use: 0,
    open_request: null,
  });

  const first = await call('POST', `/${SPOT}/increase`, { desired: 16 });
  expect(first).toMatchObject({ status: 202, body: { quota_code: SPOT, desired: 16, status: 'PENDING' } });
  const { request_id } = first.body;
  const again = await Promise.all([16, 32].map((desired) => call('POST', `/${SPOT}/increase`, { desired })));
  for (const { status, body } of again)
    expect([status, body['request_id'], body['desired']]).toEqual([202, request_id, 16]);
  expect((await quota()).open_request).toMatchObject({ request_id });

  await control(`quota-requests/${String(request_id)}`, { granted: true });
  await until(quota, ({ limit }) => limit === 16);
  expect((await quota()).open_request).toBeNull();
  const { id: next } = await create();
  await berth.untilEvent(next, 'WORKSPACE_ONLINE');
  expect((await quota()).reserved).toBe(4);
});

it.each([
  ['a quota that there is not', 'L-00000000', { desired: 5 }, 404, 'QUOTA_UNKNOWN'],
  ['no more than is allowed already', 'L-1216C47A', { desired: 1 }, 409, 'QUOTA_NOT_RAISED'],
  ['half a vCPU', 'L-1216C47A', { desired: 0.5 }, 400, 'VALIDATION_FAILED'],
  ['nothing', 'L-1216C47A', {}, 400, 'VALIDATION_FAILED'],
])('%s is refused', async (_, code, body, status, says) => {
  expect(await call('POST', `/${code}/increase`, body)).toMatchObject({ status, body: { code: says } });
});

it("is the operator's alone", async () => {
  for (const method of ['GET', 'POST']) {
    const path = method === 'GET' ? '' : `/${SPOT}/increase`;
    expect((await fetch(`${berth.apiUrl}/admin/quotas${path}`, { method })).status).toBe(401);
  }
});

it('has a command, which says what the API says', async () => {
  const { stdout: asked } = await berthQuotas('request', 'L-DB2E81BA', '900000');
  expect(asked).toContain('L-DB2E81BA: 900000 vCPUs asked for, PENDING');
  const { stdout: list } = await berthQuotas();
  expect(list).toMatch(/L-DB2E81BA +G and VT +on-demand .*900000, PENDING/);
  await expect(berthQuotas('request', 'L-DB2E81BA', '0')).rejects.toMatchObject({ code: 1 });
  const { body } = await call('GET', '');
  const { request_id: open } = (body as { quotas: Quota[] }).quotas.find(({ code }) => code === 'L-DB2E81BA')!
    .open_request!;
  await control(`quota-requests/${open}`, { granted: false });
  await until(
    () => quota('L-DB2E81BA'),
    ({ open_request }) => open_request === null,
  );
});
