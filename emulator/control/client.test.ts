// The control client has a method for each route, and says what the emulator refuses in the emulator's own words.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { jest } from '@jest/globals';
import {
  CreateSnapshotCommand,
  DescribeImagesCommand,
  DescribeVolumesCommand,
  type EC2Client,
} from '@aws-sdk/client-ec2';
import { RequestServiceQuotaIncreaseCommand, ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { aLaunch, aRunningEmulator, type TestEmulator } from '../testing.ts';
import { type ControlClient, controlClient } from './client.ts';

let aws: TestEmulator;
let control: ControlClient;
let ec2: EC2Client;
beforeEach(async () => {
  aws = await aRunningEmulator();
  control = controlClient(aws.emulator.url);
  ec2 = aws.client('test');
});
afterEach(() => {
  jest.restoreAllMocks();
  return aws.close();
});

const aSpotInstance = async (): Promise<string> => {
  const { Instances } = await ec2.send(aLaunch({ InstanceMarketOptions: { MarketType: 'spot' } }));
  aws.clock.advance(1_000);
  return Instances![0]!.InstanceId!;
};

async function aSnapshot(): Promise<string> {
  const { Volumes } = await ec2.send(new DescribeVolumesCommand({}));
  return (await ec2.send(new CreateSnapshotCommand({ VolumeId: Volumes![0]!.VolumeId! }))).SnapshotId!;
}

async function aQuotaRequest(code: string): Promise<string> {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'any' };
  const quotas = new ServiceQuotasClient({ endpoint: aws.emulator.url, region: 'us-east-1', credentials });
  const more = { ServiceCode: 'ec2', QuotaCode: code, DesiredValue: 10_000 };
  const { RequestedQuota } = await quotas.send(new RequestServiceQuotaIncreaseCommand(more));
  quotas.destroy();
  return RequestedQuota!.Id!;
}

it('reaches every route that the emulator lists', async () => {
  const fetched = jest.spyOn(globalThis, 'fetch');
  const ids = await Promise.all(Array.from({ length: 5 }, aSpotInstance));
  const [interrupted, killed, shut, crashed, other] = ids as [string, string, string, string, string];
  const requested = await aQuotaRequest('L-1216C47A');
  const { routes } = await control.routes();

  expect((await control.ledger()).entries).toHaveLength(10);
  expect((await control.leaks({ live: 'none' })).entries).toHaveLength(10);
  expect((await control.settings()).throttle).toBe('off');
  expect((await control.changeSettings({ delays: { shuttingDownMs: 5 } })).delays).toMatchObject({ shuttingDownMs: 5 });
  expect((await control.clock()).factor).toBe(0);
  expect((await control.setClock({ advance_ms: 1 })).factor).toBe(0);
  const fault = { action: 'RebootInstances', effect: 'before', code: 'Unavailable' } as const;
  expect(await control.addFault(fault)).toEqual({ status: 'added' });
  expect((await control.faults()).faults).toEqual([{ id: '00000001', fault, calls: 0 }]);
  expect(await control.clearFaults()).toEqual({ status: 'cleared' });
  const pools = { pools: [{ id: '*/us-east-1a/on-demand', size: 3 }] };
  expect(await control.setCapacity({ type: '*', zone: 'us-east-1a', size: 3 })).toEqual(pools);
  expect(await control.capacity()).toEqual(pools);
  expect(await control.clearCapacity()).toEqual({ status: 'cleared' });
  expect(await control.setQuota({ code: 'L-34B43A08', other_use: 2 })).toEqual({
    code: 'L-34B43A08',
    value: 640,
    in_use: 12,
  });
  expect((await control.quotaRequests()).requests).toMatchObject([{ id: requested, code: 'L-1216C47A' }]);
  expect(await control.decideQuotaRequest(requested, { granted: true })).toEqual({ status: 'granted' });
  expect(await control.setPrice({ type: 't3.large', region: 'us-east-1', usd: '2' })).toEqual({ status: 'set' });
  const image = { id: 'ami-0123456789abcdef0', name: 'own', architecture: 'arm64' } as const;
  expect(await control.putImage(image)).toMatchObject({ ...image, root_gb: 8, root_device: '/dev/sda1' });
  expect(await control.failNextLaunch({ code: 'Server.InternalError' })).toEqual({
    status: 'the next launch will fail',
  });
  expect(await control.failSnapshot(await aSnapshot())).toEqual({ state: 'error' });
  expect(await control.interrupt(interrupted, { notice_ms: 0 })).toEqual({ id: interrupted, state: 'shutting-down' });
  expect(await control.rebalance(other)).toEqual({ id: other, state: 'running' });
  expect(await control.impair(other)).toEqual({ id: other, state: 'running' });
  expect(await control.schedule(other, { code: 'instance-stop' })).toEqual({ id: other, state: 'running' });
  expect(await control.kill(killed)).toEqual({ id: killed, state: 'shutting-down' });
  expect(await control.shutDown(shut)).toEqual({ id: shut, state: 'stopping' });
  expect(await control.crash(crashed)).toEqual({ id: crashed, state: 'running' });

  const reached = fetched.mock.calls.map(([address, init]) => {
    const path = new URL(String(address)).pathname.slice('/_emulator/'.length);
    return `${init?.method} ${path.replace(/^(instances|snapshots|quota-requests)\/[^/]+/, '$1/:id')}`;
  });
  expect(routes.filter((route) => !reached.includes(route))).toEqual([]);
});

it('asks for whom it is told to', async () => {
  await ec2.send(aLaunch());
  expect((await control.ledger({ access_key: 'test' })).entries).toHaveLength(2);
  expect((await control.ledger({ access_key: 'other' })).entries).toEqual([]);
  expect((await control.ledger({ access_key: undefined })).entries).toHaveLength(2);
  await control.putImage({ access_key: 'other', id: 'ami-0123456789abcdef0', name: 'theirs', architecture: 'arm64' });
  const own = new DescribeImagesCommand({ Owners: ['self'] });
  expect((await ec2.send(own)).Images).toEqual([]);
  expect((await aws.client('other').send(own)).Images).toHaveLength(1);
});

it.each<[string, (client: ControlClient) => Promise<unknown>, string]>([
  ['a body', (client) => client.setClock({}), 'the body: needs advance_ms or factor'],
  [
    'a member that it does not know',
    (client) => client.setQuota({ code: 'L-1216C47A', ...{ valeu: 1 } }),
    'the body: Unrecognized key: "valeu"',
  ],
  ['an instance', (client) => client.kill('i-00000000000000000'), 'there is no instance i-00000000000000000'],
  ['an id that is a path', (client) => client.kill('../clock'), 'there is no instance ..%2Fclock'],
  ['a request', (client) => client.decideQuotaRequest('none', { granted: false }), 'there is no open request none'],
])('throws what the emulator says of %s that it refuses', async (_, call, said) => {
  await expect(call(control)).rejects.toThrow(new Error(said));
});

it('says what was answered where no emulator is', async () => {
  const server = createServer((_, response) => void response.writeHead(502).end('<html>Bad Gateway</html>'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await expect(controlClient(url).clock()).rejects.toThrow(
    `GET ${url}/_emulator/clock was answered with 502: <html>Bad Gateway</html>`,
  );
  await new Promise((resolve) => server.close(resolve));
  await expect(controlClient(url).clock()).rejects.toThrow('fetch failed');
});
