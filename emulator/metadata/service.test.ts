// The metadata service keeps the rules of IMDSv2: no token, no answer, and a token is of one machine for a while (facts/ec2.md 1.9).

import { jest } from '@jest/globals';
import { aLaunch, aRunningEmulator, type TestEmulator } from '../testing.ts';

const TTL = 'x-aws-ec2-metadata-token-ttl-seconds';
const TOKEN = 'x-aws-ec2-metadata-token';

let aws: TestEmulator;
beforeEach(async () => {
  aws = await aRunningEmulator();
});
afterEach(() => {
  jest.restoreAllMocks();
  return aws.close();
});

async function aMachine(userData?: string) {
  const UserData = userData === undefined ? undefined : Buffer.from(userData).toString('base64');
  const { Instances } = await aws.client('imds').send(aLaunch({ UserData }));
  const instance = Instances![0]!;
  const ask = (path: string, init: RequestInit = {}) =>
    fetch(`${aws.emulator.url}/_imds/${instance.InstanceId}/latest/${path}`, init);
  const token = async (seconds = '60') =>
    (await ask('api/token', { method: 'PUT', headers: { [TTL]: seconds } })).text();
  const read = async (path: string, withToken: string) => {
    const response = await ask(path, { headers: { [TOKEN]: withToken } });
    return response.status === 200 ? response.text() : response.status;
  };
  return { instance, ask, token, read };
}

it('gives a token only to PUT with a life of one second to six hours', async () => {
  const { ask } = await aMachine();
  const status = async (method: string, headers: Record<string, string>) =>
    (await ask('api/token', { method, headers })).status;
  expect(await status('PUT', { [TTL]: '1' })).toBe(200);
  expect(await status('PUT', { [TTL]: '21600' })).toBe(200);
  for (const ttl of ['0', '21601', '-1', '1.5', 'long', '']) {
    expect([ttl, await status('PUT', { [TTL]: ttl })]).toEqual([ttl, 400]);
  }
  expect(await status('PUT', {})).toBe(400);
  expect(await status('GET', { [TTL]: '60' })).toBe(405);
});

it('says nothing without a token, with a made up one, or with that of another machine', async () => {
  const [mine, other] = [await aMachine('mine'), await aMachine('other')];
  expect((await mine.ask('user-data')).status).toBe(401);
  expect(await mine.read('user-data', 'made-up')).toBe(401);
  expect(await mine.read('user-data', await other.token())).toBe(401);
  expect(await mine.read('meta-data/nothing', 'made-up')).toBe(401);
  expect(await mine.read('user-data', await mine.token())).toBe('mine');
});

it('forgets a token when its time is over, and not those that still have some', async () => {
  const { token, read } = await aMachine('hello');
  const [short, long] = [await token('60'), await token('120')];
  aws.clock.advance(50_000);
  expect(await read('user-data', short)).toBe('hello');
  aws.clock.advance(10_000);
  expect(await read('user-data', short)).toBe(401);
  expect(await read('user-data', long)).toBe('hello');
});

it('tells a machine who, what and where it is', async () => {
  const { instance, token, read } = await aMachine();
  const mine = await token();
  expect(await read('meta-data/instance-id', mine)).toBe(instance.InstanceId);
  expect(await read('meta-data/instance-type', mine)).toBe('t3.large');
  expect(await read('meta-data/ami-id', mine)).toBe(instance.ImageId);
  expect(await read('meta-data/local-ipv4', mine)).toBe(instance.PrivateIpAddress);
  expect(await read('meta-data/placement/availability-zone', mine)).toBe('us-east-1a');
  expect(await read('meta-data/placement/region', mine)).toBe('us-east-1');
  const document: unknown = JSON.parse(String(await read('dynamic/instance-identity/document', mine)));
  expect(document).toMatchObject({
    instanceId: instance.InstanceId,
    region: 'us-east-1',
    accountId: aws.emulator.ledger('imds').entries[0]!.accountId,
  });
});

it('has nothing at a path that it does not know, and no user data where none was given', async () => {
  const { token, read } = await aMachine();
  const mine = await token();
  expect(await read('user-data', mine)).toBe(404);
  expect(await read('meta-data/spot/instance-action', mine)).toBe(404);
});

it('is there for machines alone', async () => {
  const response = await fetch(`${aws.emulator.url}/_imds/i-00000000000000000/latest/api/token`, {
    method: 'PUT',
    headers: { [TTL]: '60' },
  });
  expect(response.status).toBe(404);
});
