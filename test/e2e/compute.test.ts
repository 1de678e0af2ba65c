// What was quoted is what is launched; entitlements, money and quota stop what they should, also when many ask at once.

import { ScheduleOverlapPolicy } from '@temporalio/client';
import pg from 'pg';
import { type Berth, startBerth } from '../support/berth.ts';
import { until } from '../support/until.ts';

let berth: Berth;
beforeAll(async () => {
  berth = await startBerth();
});
afterAll(() => berth.stop());

type Answer = { status: number; body: Record<string, unknown> };
let tenants = 0;
/** A tenant of its own for each test: budgets and limits are theirs. */
function aTenant() {
  const id = `tenant-${++tenants}`;
  const call = async (method: string, path: string, body?: unknown): Promise<Answer> => {
    const response = await fetch(`${berth.apiUrl}${path}`, {
      method,
      headers: { authorization: `Bearer ${berth.adminToken}`, 'x-molecule-org-id': id },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const entitle = (entitlements: object) => call('PUT', `/admin/tenants/${id}/entitlements`, entitlements);
  const settled = async (workspaceId: unknown): Promise<Record<string, unknown>> => {
    const read = async () => (await call('GET', `/workspaces/${String(workspaceId)}`)).body;
    return until(read, ({ status }) => status !== 'provisioning');
  };
  return { id, call, entitle, settled };
}
const launched = (workspaceId: unknown) =>
  berth.emulator.ledger().entries.filter((entry) => entry.tags['WorkspaceID'] === workspaceId);
const byFirst = (a: readonly unknown[], b: readonly unknown[]): number => String(a[0]).localeCompare(String(b[0]));
const control = async (path: string, body: unknown): Promise<void> => {
  const answer = await fetch(`${berth.emulator.url}/_emulator/${path}`, { method: 'POST', body: JSON.stringify(body) });
  expect(await answer.json()).not.toHaveProperty('error');
};

it('reads the price list by its schedule, and quotes by it from then on', async () => {
  const { call } = aTenant();
  const priced = async () => {
    const { body } = await call('POST', '/compute/quote', {});
    return body['price'] as { source: string; prices_as_of: string; hourly_usd: string };
  };
  await until(priced, ({ source }) => source === 'aws');
  expect((await priced()).hourly_usd).toBe('0.095872');
  expect(Date.parse((await priced()).prices_as_of)).toBeGreaterThan(Date.parse('2026-07-20'));
  await control('prices', { type: 't3.large', region: 'us-east-1', usd: '0.2' });
  // The first run may not have ended yet; the schedule itself skips what overlaps.
  const schedule = berth.temporal.schedule.getHandle(`${berth.env['TASK_QUEUE']}/refresh-prices`);
  await schedule.trigger(ScheduleOverlapPolicy.BUFFER_ONE);
  await until(priced, ({ hourly_usd }) => hourly_usd === '0.212672');
  await control('prices', { type: 't3.large', region: 'us-east-1', usd: null });
  await schedule.trigger(ScheduleOverlapPolicy.BUFFER_ONE);
  await until(priced, ({ hourly_usd }) => hourly_usd === '0.095872');
});

it('says what can be asked for, to everyone', async () => {
  const answer = await fetch(`${berth.apiUrl}/compute/metadata`);
  const metadata = (await answer.json()) as { instance_types: { name: string }[] };
  expect(metadata).toMatchObject({
    providers: ['aws'],
    defaults: { instance_type: 't3.large', root_gb: 50, home_gb: 20 },
    display_defaults: { instance_type: 'm6i.xlarge', root_gb: 100, width: 1920, height: 1080, protocol: 'novnc' },
    bounds: { root_gb: { min: 30, max: 500 } },
  });
  const byName = new Map(metadata.instance_types.map((type) => [type.name, type]));
  expect(byName.get('t3.large')).toMatchObject({ vcpus: 2, memory_mib: 8192, hourly_usd: '0.0832' });
  expect(byName.get('g4dn.xlarge')).toMatchObject({ gpu: { name: 'T4', count: 1 } });
});

it('a create that is repeated does not stand in its own way', async () => {
  const { entitle, id, settled } = aTenant();
  await entitle({ budget_hourly_usd: '0.10', max_workspaces: 1 });
  const create = async () => {
    const response = await fetch(`${berth.apiUrl}/workspaces`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${berth.adminToken}`,
        'x-molecule-org-id': id,
        'idempotency-key': `only-one-of-${id}`,
      },
      body: JSON.stringify({ name: 'repeated' }),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const first = await create();
  expect(first.status).toBe(201);
  expect(await settled(first.body['id'])).toMatchObject({ status: 'online' });
  // As if the answer had been lost before it was recorded.
  const db = new pg.Client({ connectionString: berth.databaseUrl });
  await db.connect();
  await db.query('update idempotency_keys set response_status = null, response_body = null');
  await db.end();
  expect(await create()).toMatchObject({ status: 201, body: { id: first.body['id'] } });
});

it('the AWS quota of the whole account counts, and the refusal names it', async () => {
  const { call, settled } = aTenant();
  // Spot machines have a quota of their own.
  await control('quotas', { code: 'L-34B43A08', value: 3 });
  const spot = { compute: { instance_type: 'c6i.xlarge', market: 'spot' } };
  const first = await call('POST', '/workspaces', { name: 'first', ...spot });
  expect(await settled(first.body['id'])).toMatchObject({
    status: 'failed',
    failure: { code: 'AWS_QUOTA_INSUFFICIENT' },
  });
  expect(launched(first.body['id'])).toEqual([]);
  const second = await call('POST', '/workspaces', { name: 'second', ...spot });
  expect(second).toMatchObject({
    status: 409,
    body: { code: 'AWS_QUOTA_INSUFFICIENT', quota_code: 'L-34B43A08', limit: 3, asked: 4 },
  });
});

it('launches what it quoted', async () => {
  const { call, settled } = aTenant();
  const compute = { instance_type: 'm6i.large', volume: { root_gb: 60, home_gb: 30, iops: 4000 }, market: 'spot' };
  const { body: quote } = await call('POST', '/compute/quote', { compute });
  expect(quote).toMatchObject({
    launchable: true,
    shape: { instanceType: 'm6i.large', rootGb: 60, homeGb: 30, iops: 4000, market: 'spot' },
    price: { source: 'aws' },
    warnings: [{ code: 'SPOT_INTERRUPTION' }],
  });
  const { status, body } = await call('POST', '/workspaces', { name: 'quoted', compute });
  expect(status).toBe(201);
  expect(await settled(body['id'])).toMatchObject({
    status: 'online',
    compute,
    machine: { instance_type: 'm6i.large' },
  });
  const made = launched(body['id']);
  expect(made.map(({ detail, market }) => [detail, market]).toSorted(byFirst)).toEqual([
    ['30 GiB gp3', null],
    ['60 GiB gp3', null],
    ['m6i.large', 'spot'],
  ]);
  const { price } = quote as { price: { hourly_usd: string } };
  const events = await call('GET', `/events/${String(body['id'])}`);
  expect(events.body).toContainEqual(
    expect.objectContaining({ payload: expect.objectContaining({ step: 'planned', hourly_usd: price.hourly_usd }) }),
  );
});

it('a GPU needs entitlement and authorisation, and then is the cheapest that has it', async () => {
  const { call, entitle, settled } = aTenant();
  const compute = { gpu: { type: 'T4' } };
  expect(await call('POST', '/workspaces', { name: 'gpu', compute })).toMatchObject({
    status: 403,
    body: { code: 'NOT_ENTITLED' },
  });
  await entitle({ gpu_types: ['T4'], max_gpus: 1, gpu_environments: ['production'] });
  expect(await call('POST', '/workspaces', { name: 'gpu', compute })).toMatchObject({
    status: 409,
    body: { code: 'COST_AUTHORIZATION_REQUIRED', hourly_usd: '0.544151' },
  });
  const { status, body } = await call('POST', '/workspaces', { name: 'gpu', compute, max_hourly_usd: '0.60' });
  expect(status).toBe(201);
  expect(await settled(body['id'])).toMatchObject({ status: 'online', machine: { instance_type: 'g4dn.xlarge' } });
});

it.each([
  [{ gpu_types: ['T5'] }, 'gpu_types'],
  [{ margin: '0.9' }, 'margin'],
  [{ budget_hourly_usd: '-1' }, 'budget_hourly_usd'],
  [{ custom_ami_owners: ['me'] }, 'twelve digits'],
  [{ colour: 'red' }, 'colour'],
])('entitlements %j are refused', async (entitlements, says) => {
  const { entitle, call, id } = aTenant();
  const { status, body } = await entitle(entitlements);
  expect([status, body['code']]).toEqual([400, 'VALIDATION_FAILED']);
  expect(body['error']).toContain(says);
  expect((await call('GET', `/admin/tenants/${id}/entitlements`)).body).toMatchObject({ gpu_types: [], margin: '1.0' });
});

it('a custom AMI is launched for its owner alone, and refused with the reason', async () => {
  const { call, entitle, settled } = aTenant();
  const owner = '111122223333';
  const image = { name: 'golden', owner, architecture: 'x86_64', access_key: 'test' };
  await control('images', { ...image, id: 'ami-0aaaaaaaaaaaaaaa1' });
  await control('images', { ...image, id: 'ami-0aaaaaaaaaaaaaaa2', architecture: 'arm64' });
  await control('images', { ...image, id: 'ami-0aaaaaaaaaaaaaaa3', root_gb: 90 });
  const data_devices = [{ device: '/dev/sdb', gb: 5, delete_on_termination: true }];
  await control('images', { ...image, id: 'ami-0aaaaaaaaaaaaaaa4', data_devices });
  await entitle({ os_families: ['ubuntu', 'custom-ami'], custom_ami_owners: [owner] });
  const create = async (imageId: string) => {
    const compute = { os: { family: 'custom-ami', image_id: imageId } };
    const { body } = await call('POST', '/workspaces', { name: 'custom', compute, max_hourly_usd: 1 });
    return settled(body['id']);
  };
  expect(await create('ami-0aaaaaaaaaaaaaaa1')).toMatchObject({ status: 'online' });
  for (const [id, because] of [
    ['ami-0aaaaaaaaaaaaaaa2', 'arm64'],
    ['ami-0aaaaaaaaaaaaaaa3', '90 GiB'],
    ['ami-0aaaaaaaaaaaaaaa4', 'volume(s) of its own'],
    ['ami-0b0a02023a6d64002', 'not on the tenant'],
  ] as const) {
    const workspace = await create(id);
    expect(workspace).toMatchObject({ status: 'failed', failure: { code: 'IMAGE_REFUSED' } });
    expect((workspace['failure'] as { error: string }).error).toContain(because);
  }
  expect(await create('ami-0ffffffffffffffff')).toMatchObject({ failure: { code: 'IMAGE_NOT_FOUND' } });
});

it('of many creates at once as many are launched as the budget holds, and all is given back in the end', async () => {
  const { call, entitle, settled } = aTenant();
  await entitle({ budget_hourly_usd: '0.30' });
  const created = await Promise.all(
    Array.from({ length: 8 }, (_, n) => call('POST', '/workspaces', { name: `n ${n}` })),
  );
  const refused = created.filter(({ status }) => status !== 201);
  for (const { body } of refused) expect(body['code']).toBe('BUDGET_EXCEEDED');
  const ids = created.filter(({ status }) => status === 201).map(({ body }) => body['id']);
  const outcomes = await Promise.all(ids.map(settled));
  const online = outcomes.filter(({ status }) => status === 'online');
  const failures = outcomes.filter(({ status }) => status !== 'online').map(({ failure }) => failure);
  // 0.095872 each.
  expect(online).toHaveLength(3);
  for (const failure of failures) expect(failure).toMatchObject({ code: 'BUDGET_EXCEEDED' });
  for (const id of ids) await call('DELETE', `/workspaces/${String(id)}`);
  await until(async () => {
    const { body } = await call('POST', '/compute/quote', { max_hourly_usd: '0.30' });
    return body['launchable'] === true && berth.billable().every((entry) => !ids.includes(entry.tags['WorkspaceID']));
  });
  const again = await Promise.all([1, 2, 3].map((n) => call('POST', '/workspaces', { name: `again ${n}` })));
  expect((await Promise.all(again.map(({ body }) => settled(body['id'])))).map(({ status }) => status)).toEqual([
    'online',
    'online',
    'online',
  ]);
});

it('where AWS had no room is tried last, and each refusal is seen', async () => {
  const { call, settled } = aTenant();
  const compute = { instance_type: 'm6i.xlarge' };
  for (const zone of ['a', 'b', 'c', 'd']) {
    await control('capacity', { type: 'm6i.xlarge', zone: `us-east-1${zone}`, size: 0 });
  }
  const launchedFirst = async (name: string): Promise<[number, string]> => {
    const { body } = await call('POST', '/workspaces', { name, compute });
    expect(await settled(body['id'])).toMatchObject({ status: 'online', machine: { zone: 'us-east-1f' } });
    const events = (await call('GET', `/events/${String(body['id'])}`)).body as unknown as {
      payload: { step?: string };
    }[];
    const refused = events.filter(({ payload }) => payload.step === 'candidate_refused');
    for (const { payload } of refused) {
      expect(payload).toMatchObject({ instance_type: 'm6i.xlarge', aws_code: 'InsufficientInstanceCapacity' });
    }
    return [refused.length, String(body['id'])];
  };
  // By and by every empty zone has been met once; from then on the one that has room comes first.
  let met = 0;
  for (let n = 0; met < 4 && n < 60; n++) met += (await launchedFirst(`meets ${n}`))[0];
  expect(met).toBe(4);
  expect((await launchedFirst('knows'))[0]).toBe(0);
});

it('what AWS itself refuses for its quota blocks the pool, and says so', async () => {
  const { call, settled } = aTenant();
  // Others start machines between our look and our launch.
  await control('faults', { action: 'RunInstances', effect: 'before', code: 'VcpuLimitExceeded' });
  const compute = { instance_type: 't3.2xlarge' };
  const { body } = await call('POST', '/workspaces', { name: 'refused', compute });
  expect(await settled(body['id'])).toMatchObject({ status: 'failed', failure: { code: 'QUOTA_EXCEEDED' } });
  expect((await call('POST', '/compute/quote', { compute })).body).toMatchObject({ launchable: false });
});
