// Every route of the control interface with what is right and what is wrong: what it does not understand is refused by its name.

import {
  DescribeInstancesCommand,
  DescribeInstanceStatusCommand,
  type EC2Client,
  type RunInstancesCommandInput,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { accountIdOf } from '../protocols/credentials.ts';
import { aLaunch, aRunningEmulator, type TestEmulator } from '../testing.ts';

const UNKNOWN = 'i-00000000000000000';
const IMAGE = { id: 'ami-0123456789abcdef0', name: 'own', architecture: 'x86_64' };
const FAULT = { action: 'RunInstances', effect: 'before', code: 'Unavailable' };

let aws: TestEmulator;
let ec2: EC2Client;
beforeAll(async () => {
  aws = await aRunningEmulator();
  ec2 = aws.client('test');
});
afterAll(() => aws.close());

type Answer = { readonly status: number; readonly body: Record<string, unknown>; readonly error: unknown };
async function ask(method: string, path: string, content?: unknown): Promise<Answer> {
  const text = typeof content === 'string' || content === undefined ? content : JSON.stringify(content);
  const init = text === undefined ? { method } : { method, body: text };
  const response = await fetch(`${aws.emulator.url}/_emulator/${path}`, init);
  const body = (await response.json()) as Record<string, unknown>;
  return { status: response.status, body, error: body['error'] };
}
const launch = async (input: Partial<RunInstancesCommandInput> = {}): Promise<string> =>
  (await ec2.send(aLaunch(input))).Instances![0]!.InstanceId!;
const instanceOf = async (id: string) =>
  (await ec2.send(new DescribeInstancesCommand({ InstanceIds: [id] }))).Reservations![0]!.Instances![0]!;
/** What is halted first takes its turn before the clock goes on. */
const step = async (ms = 1_000) => {
  await new Promise((resolve) => setImmediate(resolve));
  aws.clock.advance(ms);
};

it('lists all routes, with and without a slash', async () => {
  for (const path of ['_emulator', '_emulator/']) {
    const response = await fetch(`${aws.emulator.url}/${path}`);
    expect(response.headers.get('content-type')).toBe('application/json');
    const { routes } = (await response.json()) as { routes: string[] };
    expect(routes).toEqual(expect.arrayContaining(['GET ledger', 'POST clock', 'POST instances/:id/interrupt']));
    for (const route of routes) expect(route).toMatch(/^(GET|POST|PATCH|DELETE) [a-z-]+(\/(:id|[a-z]+))*$/);
  }
});

it.each([
  ['GET', 'nothing'],
  ['GET', 'constructor'],
  ['PUT', 'settings'],
  ['DELETE', 'ledger'],
  ['POST', ''],
  ['POST', 'clock/now'],
  ['POST', 'launches'],
  ['POST', 'instances'],
  ['POST', `instances/${UNKNOWN}`],
  ['POST', `instances/${UNKNOWN}/explode`],
  ['GET', `instances/${UNKNOWN}/kill`],
  ['POST', 'quota-requests'],
  ['POST', 'quota-requests/1/2'],
])('%s %s is no route, and says where they are listed', async (method, path) => {
  const { status, error } = await ask(method, path);
  expect([status, error]).toEqual([404, `there is no ${method} ${path}; GET /_emulator/ lists all`]);
});

/** What each route that takes a body refuses: the body, and a part of what it says of it. */
const WRONG: readonly [string, string, unknown, string][] = [
  ['PATCH', 'settings', { colour: 'red' }, 'Unrecognized key: "colour"'],
  ['PATCH', 'settings', { delays: { lunchMs: 1 } }, 'delays: Unrecognized key: "lunchMs"'],
  ['PATCH', 'settings', { readLagMs: -1 }, 'readLagMs: '],
  ['PATCH', 'settings', { readLagMs: '1' }, 'readLagMs: '],
  ['PATCH', 'settings', { throttle: 'on' }, 'throttle: '],
  ['PATCH', 'settings', { machines: 'many' }, 'machines: '],
  ['PATCH', 'settings', { eventQueues: 'one' }, 'eventQueues: '],
  ['POST', 'clock', {}, 'needs advance_ms or factor'],
  ['POST', 'clock', { advance: 1 }, 'Unrecognized key: "advance"'],
  ['POST', 'clock', { advance_ms: -1 }, 'advance_ms: '],
  ['POST', 'clock', { advance_ms: 0.5 }, 'advance_ms: '],
  ['POST', 'clock', { factor: -1 }, 'factor: '],
  ['POST', 'clock', { factor: null }, 'factor: '],
  ['POST', 'faults', { ...FAULT, acton: 'x' }, 'Unrecognized key: "acton"'],
  ['POST', 'faults', { ...FAULT, effect: 'during' }, 'effect: '],
  ['POST', 'faults', { ...FAULT, nth: 0 }, 'nth: '],
  ['POST', 'faults', { ...FAULT, rate: 1.1 }, 'rate: '],
  ['POST', 'faults', { ...FAULT, rate: 0.5, times: 2 }, 'rate stands instead of nth and times'],
  ['POST', 'faults', { ...FAULT, tag: { key: 'a' } }, 'tag.value: '],
  ['POST', 'faults', { ...FAULT, tag: { key: 'a', value: 'b', other: 'c' } }, 'tag: Unrecognized key: "other"'],
  ['POST', 'faults', { ...FAULT, httpStatus: 200 }, 'httpStatus: '],
  ['POST', 'faults', { action: 'RunInstances', effect: 'after' }, 'needs code, dropConnection or delayMs'],
  ['POST', 'faults', { action: '*', effect: 'after', delayMs: 1, httpStatus: 500 }, 'those of a code'],
  ['POST', 'capacity', { type: 't3.large', zone: 'us-east-1a' }, 'needs either size or empty'],
  ['POST', 'capacity', { type: '*', zone: '*', size: 1, empty: true }, 'needs either size or empty'],
  ['POST', 'capacity', { type: '*', zone: '*', size: -1 }, 'size: '],
  ['POST', 'capacity', { type: '*', zone: '*', size: 1, market: 'black' }, 'market: '],
  ['POST', 'capacity', { type: '*', zone: '*', size: 1, region: 'x' }, 'Unrecognized key: "region"'],
  ['POST', 'quotas', { code: 'L-1216C47A', valeu: 1 }, 'Unrecognized key: "valeu"'],
  ['POST', 'quotas', { code: 'L-1216C47A', value: -1 }, 'value: '],
  ['POST', 'quotas', { code: 'L-1216C47A', value: 1, region: 'us-east-9' }, 'region: there is no such region'],
  ['POST', 'quotas', { code: 'L-00000000', value: 1 }, 'there is no quota L-00000000'],
  ['POST', 'quotas', { code: 'L-00000000', other_use: 1 }, 'there is no quota L-00000000'],
  ['POST', 'quota-requests/1', { granted: 'yes' }, 'granted: '],
  ['POST', 'quota-requests/1', { granted: true, why: '' }, 'Unrecognized key: "why"'],
  ['POST', 'quota-requests/1', { granted: true }, 'there is no open request 1'],
  ['POST', 'prices', { type: 't3.large', region: 'us-east-1', usd: '1', zone: 'us-east-1a' }, '"zone"'],
  ['POST', 'prices', { type: 't3.large', region: 'us-east-1', usd: '1', colour: '' }, 'Unrecognized key: "colour"'],
  ['POST', 'prices', { type: 't3.large', zone: 'us-east-1a', market: 'on-demand', usd: '1' }, 'market: '],
  ['POST', 'prices', { type: 't3.large', region: 'us-east-1', usd: 1 }, 'usd: '],
  ['POST', 'prices', { type: 't3.large', region: 'us-east-1', usd: 'much' }, 'much is no amount in USD'],
  ['POST', 'prices', { type: 't9.huge', region: 'us-east-1', usd: '1' }, 't9.huge is not sold in us-east-1'],
  ['POST', 'prices', { type: 't3.large', zone: 'us-east-1e', market: 'spot', usd: '1' }, 'not offered in us-east-1e'],
  ['POST', 'images', { ...IMAGE, id: 'ubuntu' }, 'id: '],
  ['POST', 'images', { ...IMAGE, architecture: 'mips' }, 'architecture: '],
  ['POST', 'images', { ...IMAGE, owner: 'me' }, 'owner: '],
  ['POST', 'images', { ...IMAGE, state: 'lost' }, 'state: '],
  ['POST', 'images', { ...IMAGE, created: 'yesterday' }, 'created: '],
  [
    'POST',
    'images',
    { ...IMAGE, data_devices: [{ device: '/dev/sdf', gb: 1 }] },
    'data_devices.0.delete_on_termination',
  ],
  ['POST', 'images', { ...IMAGE, size: 1 }, 'Unrecognized key: "size"'],
  ['POST', 'launches/fail', { message: 'why' }, 'code: '],
  ['POST', 'launches/fail', { code: 'Server.InternalError', times: 2 }, 'Unrecognized key: "times"'],
];

it.each(WRONG)('%s %s refuses %j', async (method, path, content, said) => {
  const { status, error } = await ask(method, path, content);
  expect([status, error]).toEqual([400, expect.stringContaining(said)]);
});

const BODIES = [...new Set(WRONG.map(([method, path]) => `${method} ${path}`))];
it.each(BODIES)('%s takes JSON, an object, and nothing in its address', async (route) => {
  const [method, path] = route.split(' ') as [string, string];
  expect((await ask(method, path, '{"a":')).error).toBe('the body is not valid JSON');
  for (const content of [undefined, 'null', '[]', '"text"', '7']) {
    const { status, error } = await ask(method, path, content);
    expect([status, error]).toEqual([400, expect.stringContaining('the body: ')]);
  }
  expect((await ask(method, `${path}?a=b`, {})).error).toBe(`${method} takes a body, not ?a=b`);
});

it.each([
  ['GET', 'settings?colour=red', 'Unrecognized key: "colour"'],
  ['GET', 'clock?at=noon', 'Unrecognized key: "at"'],
  ['GET', 'faults?action=x', 'Unrecognized key: "action"'],
  ['GET', 'capacity?type=x', 'Unrecognized key: "type"'],
  ['GET', 'ledger?acount=1', 'Unrecognized key: "acount"'],
  ['GET', 'leaks?lives=1', 'Unrecognized key: "lives"'],
  ['GET', 'quota-requests?account=1', 'Unrecognized key: "account"'],
  ['GET', 'quota-requests?region=nowhere', 'region: there is no such region'],
])('%s %s is refused', async (method, path, said) => {
  const { status, error } = await ask(method, path);
  expect([status, error]).toEqual([400, expect.stringContaining(said)]);
});

it('what was refused has changed nothing', async () => {
  expect((await ask('GET', 'faults')).body).toEqual({ faults: [] });
  expect((await ask('GET', 'capacity')).body).toEqual({ pools: [] });
  expect((await ask('GET', 'clock')).body).toEqual({ now: '2026-01-01T00:00:00.000Z', factor: 0 });
  expect((await ask('GET', 'settings')).body).toEqual(aws.emulator.settings);
  expect((await ask('POST', 'quotas', { code: 'L-1216C47A' })).body).toMatchObject({ value: 640, in_use: 0 });
});

describe('a route of an instance', () => {
  const ROUTES = ['interrupt', 'rebalance', 'impair', 'schedule', 'kill', 'shutdown', 'crash'];
  const bodyOf = (what: string) => (what === 'schedule' ? { code: 'instance-stop' } : undefined);

  it.each(ROUTES)('%s refuses what it does not understand, and instances that are not there', async (what) => {
    const id = await launch({ InstanceMarketOptions: { MarketType: 'spot' } });
    await step();
    const wrong = await ask('POST', `instances/${id}/${what}`, { ...bodyOf(what), colour: 'red' });
    expect([wrong.status, wrong.error]).toEqual([400, expect.stringContaining('Unrecognized key: "colour"')]);
    expect((await ask('POST', `instances/${id}/${what}`, '{')).error).toBe('the body is not valid JSON');
    expect((await instanceOf(id)).State!.Name).toBe('running');
    const unknown = await ask('POST', `instances/${UNKNOWN}/${what}`, bodyOf(what));
    expect([unknown.status, unknown.error]).toEqual([404, `there is no instance ${UNKNOWN}`]);
  });

  it.each(ROUTES)('%s refuses an instance that is over', async (what) => {
    const id = await launch({ InstanceMarketOptions: { MarketType: 'spot' } });
    await ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
    const { status, error } = await ask('POST', `instances/${id}/${what}`, bodyOf(what));
    expect([status, error]).toEqual([409, `${id} is shutting-down`]);
  });

  it.each([
    ['interrupt', { notice_ms: -1 }, 'notice_ms: '],
    ['interrupt', { cause: 'bad luck' }, 'cause: '],
    ['impair', { impaired: 'yes' }, 'impaired: '],
    ['schedule', {}, 'code: '],
    ['schedule', { code: 'lunch' }, 'code: '],
    ['schedule', { code: 'instance-stop', in_ms: 'soon' }, 'in_ms: '],
  ])('%s refuses %j', async (what, content, said) => {
    const id = await launch({ InstanceMarketOptions: { MarketType: 'spot' } });
    await step();
    const { status, error } = await ask('POST', `instances/${id}/${what}`, content);
    expect([status, error]).toEqual([400, expect.stringContaining(said)]);
  });

  it('kill ends it as its hardware would, whatever it does at the moment', async () => {
    const id = await launch();
    expect((await ask('POST', `instances/${id}/kill`)).body).toEqual({ id, state: 'shutting-down' });
    await step();
    expect(await instanceOf(id)).toMatchObject({
      State: { Name: 'terminated' },
      StateReason: { Code: 'Server.InternalError' },
    });
  });

  it.each([
    ['stop', 'stopped'],
    ['terminate', 'terminated'],
  ] as const)('shutdown does what the instance was launched to do: %s', async (behavior, state) => {
    const id = await launch({ InstanceInitiatedShutdownBehavior: behavior });
    expect((await ask('POST', `instances/${id}/shutdown`)).error).toBe(`${id} is pending`);
    await step();
    await ask('POST', `instances/${id}/shutdown`);
    await step();
    expect(await instanceOf(id)).toMatchObject({
      State: { Name: state },
      StateReason: { Code: 'Client.InstanceInitiatedShutdown' },
    });
  });

  it('crash takes the machine and leaves the instance running, impaired; impair says so, and takes it back', async () => {
    const id = await launch();
    await step();
    const status = async () => {
      const { InstanceStatuses } = await ec2.send(new DescribeInstanceStatusCommand({ InstanceIds: [id] }));
      return [InstanceStatuses![0]!.InstanceState!.Name, InstanceStatuses![0]!.InstanceStatus!.Status];
    };
    await step(600_000);
    expect(await status()).toEqual(['running', 'ok']);
    expect((await ask('POST', `instances/${id}/crash`)).body).toEqual({ id, state: 'running' });
    expect(await status()).toEqual(['running', 'impaired']);
    await ask('POST', `instances/${id}/impair`, { impaired: false });
    expect(await status()).toEqual(['running', 'ok']);
    await ask('POST', `instances/${id}/impair`);
    expect(await status()).toEqual(['running', 'impaired']);
  });

  it('schedule shows in its metadata', async () => {
    const id = await launch({ MetadataOptions: { HttpTokens: 'optional' } });
    const scheduled = async () => {
      const path = `_imds/${id}/latest/meta-data/events/maintenance/scheduled`;
      return (await (await fetch(`${aws.emulator.url}/${path}`)).json()) as unknown;
    };
    expect(await scheduled()).toEqual([]);
    await ask('POST', `instances/${id}/schedule`, { code: 'instance-retirement', description: 'old', in_ms: 0 });
    await ask('POST', `instances/${id}/schedule`, { code: 'system-reboot' });
    expect(await scheduled()).toMatchObject([
      { Code: 'instance-retirement', Description: 'old', State: 'active' },
      { Code: 'system-reboot' },
    ]);
  });
});

it('an account may be named by its id or by its key, and is `test` where none is named', async () => {
  for (const access_key of ['test', accountIdOf('test'), undefined]) {
    const { body } = await ask('POST', 'quotas', { code: 'L-DB2E81BA', access_key });
    expect(body).toEqual({ code: 'L-DB2E81BA', value: 128, in_use: 0 });
  }
  await ask('POST', 'quotas', { code: 'L-DB2E81BA', value: 7 });
  const values = async (access_key: string) =>
    (await ask('POST', 'quotas', { code: 'L-DB2E81BA', access_key })).body['value'];
  expect([await values('test'), await values(accountIdOf('test')), await values('other')]).toEqual([7, 7, 128]);
});
