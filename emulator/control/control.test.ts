// Faults around actions, the ledger, and the metadata service of a machine.

import { DescribeInstancesCommand } from '@aws-sdk/client-ec2';
import { aLaunch, aRunningEmulator, codeOf, type TestEmulator } from '../testing.ts';

let aws: TestEmulator;
beforeAll(async () => {
  aws = await aRunningEmulator();
});
afterAll(() => aws.close());
afterEach(() => aws.emulator.control.faults.clear());

const instancesOf = (key: string) =>
  aws.emulator.ledger(key).entries.filter((entry) => entry.kind === 'instance').length;
const control = (method: string, path: string, body?: unknown) =>
  fetch(`${aws.emulator.url}/_emulator/${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });

describe('a fault', () => {
  it('before the effect leaves nothing made', async () => {
    aws.emulator.control.faults.add({
      action: 'RunInstances',
      effect: 'before',
      code: 'InternalError',
      httpStatus: 500,
    });
    expect(await codeOf(aws.client('before').send(aLaunch()))).toBe('InternalError');
    expect(instancesOf('before')).toBe(0);
  });

  it('after the effect hides what was made', async () => {
    aws.emulator.control.faults.add({
      action: 'RunInstances',
      effect: 'after',
      code: 'InternalError',
      httpStatus: 500,
    });
    aws.emulator.control.faults.add({ action: 'RunInstances', nth: 2, effect: 'after', dropConnection: true });
    const ec2 = aws.client('after');
    expect(await codeOf(ec2.send(aLaunch()))).toBe('InternalError');
    await expect(ec2.send(aLaunch())).rejects.toThrow(/socket hang up|ECONNRESET|aborted/);
    expect(instancesOf('after')).toBe(2);
  });

  it('comes at its turn, as often as it says, and no more', async () => {
    aws.emulator.control.faults.add({
      action: 'DescribeInstances',
      nth: 2,
      times: 2,
      effect: 'before',
      code: 'RequestLimitExceeded',
    });
    const ec2 = aws.client('turns');
    const describe_ = () =>
      ec2.send(new DescribeInstancesCommand({})).then(
        () => 'fine',
        (error: Error) => error.name,
      );
    const seen = [await describe_(), await describe_(), await describe_(), await describe_()];
    expect(seen).toEqual(['fine', 'RequestLimitExceeded', 'RequestLimitExceeded', 'fine']);
  });

  it('can be set and cleared over HTTP, and nonsense is refused', async () => {
    expect((await control('POST', 'faults', { action: 'RunInstances' })).status).toBe(400);
    await control('POST', 'faults', { action: 'RunInstances', effect: 'before', code: 'Unsupported' });
    expect(await codeOf(aws.client('http').send(aLaunch()))).toBe('Unsupported');
    await control('POST', 'faults', { action: 'RunInstances', effect: 'before', code: 'Unsupported' });
    await control('DELETE', 'faults');
    await aws.client('http').send(aLaunch());
    await control('POST', 'capacity', { type: '*', zone: '*', empty: true });
    expect(await codeOf(aws.client('http').send(aLaunch()))).toBe('InsufficientInstanceCapacity');
    await control('POST', 'capacity', { type: '*', zone: '*', empty: false });
    expect((await control('GET', 'nothing')).status).toBe(404);
  });
});

it('the ledger has everything ever made, and leaks what still costs money', async () => {
  await aws.client('ledger').send(aLaunch());
  const { entries } = (await (await control('GET', 'leaks')).json()) as {
    entries: { kind: string; billable: boolean }[];
  };
  expect(entries.length).toBeGreaterThan(1);
  expect(entries.every((entry) => entry.billable)).toBe(true);
});

it('the metadata service tells a machine about itself, for a token of its own', async () => {
  const instance = (await aws.client('imds').send(aLaunch({ UserData: Buffer.from('hello').toString('base64') })))
    .Instances![0]!;
  const other = (await aws.client('imds').send(aLaunch())).Instances![0]!;
  const service = (id: string, path: string, init: RequestInit = {}) =>
    fetch(`${aws.emulator.url}/_imds/${id}/latest/${path}`, init);
  const ttl = (seconds: string) => ({ method: 'PUT', headers: { 'x-aws-ec2-metadata-token-ttl-seconds': seconds } });
  const token = await (await service(instance.InstanceId!, 'api/token', ttl('60'))).text();
  const headers = { 'x-aws-ec2-metadata-token': token };
  expect(await (await service(instance.InstanceId!, 'user-data', { headers })).text()).toBe('hello');
  expect(await (await service(instance.InstanceId!, 'meta-data/instance-id', { headers })).text()).toBe(
    instance.InstanceId,
  );
  expect((await service(instance.InstanceId!, 'meta-data/spot/instance-action', { headers })).status).toBe(404);
  expect((await service(instance.InstanceId!, 'user-data')).status).toBe(401);
  expect((await service(other.InstanceId!, 'user-data', { headers })).status).toBe(401);
  expect((await service(other.InstanceId!, 'api/token', ttl('999999'))).status).toBe(400);
  expect((await service('i-00000000000000000', 'api/token', ttl('60'))).status).toBe(404);
});
