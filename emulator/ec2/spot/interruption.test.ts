// How spot instances are taken away: the notice in the machine and in the queue, the end that follows, the rebalance (facts/ec2.md 3).

import {
  DescribeInstancesCommand,
  DescribeSpotInstanceRequestsCommand,
  type EC2Client,
  type SpotMarketOptions,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { type ControlClient, controlClient } from '../../control/client.ts';
import { accountIdOf } from '../../protocols/credentials.ts';
import { aQueue, receive, sqsClient } from '../../sqs/testing.ts';
import { aLaunch, aRunningEmulator, codeOf, type TestEmulator } from '../../testing.ts';

const STOPPING = { SpotInstanceType: 'persistent', InstanceInterruptionBehavior: 'stop' } as const;
const HIBERNATING = { SpotInstanceType: 'persistent', InstanceInterruptionBehavior: 'hibernate' } as const;

let aws: TestEmulator;
let control: ControlClient;
let ec2: EC2Client;
let sqs: SQSClient;
let queue: string;
beforeEach(async () => {
  aws = await aRunningEmulator();
  control = controlClient(aws.emulator.url);
  ec2 = aws.client('one');
  sqs = sqsClient(aws.emulator.url, 'one');
  queue = await aQueue(sqs, 'berth-ec2-events');
});
afterEach(() => {
  sqs.destroy();
  return aws.close();
});

/** What is halted first takes its turn before the clock goes on. */
const step = async (ms = 1_000) => {
  await new Promise((resolve) => setImmediate(resolve));
  aws.clock.advance(ms);
};
/** Runs since 00:00:01. */
async function aSpotInstance(SpotOptions?: SpotMarketOptions): Promise<string> {
  const market = { MarketType: 'spot' as const, ...(SpotOptions === undefined ? {} : { SpotOptions }) };
  const { Instances } = await ec2.send(aLaunch({ InstanceMarketOptions: market }));
  await step();
  return Instances![0]!.InstanceId!;
}
const instanceOf = async (id: string) =>
  (await ec2.send(new DescribeInstancesCommand({ InstanceIds: [id] }))).Reservations![0]!.Instances![0]!;
const requestOf = async (id: string) => {
  const Filters = [{ Name: 'instance-id', Values: [id] }];
  const { SpotInstanceRequests } = await ec2.send(new DescribeSpotInstanceRequestsCommand({ Filters }));
  return [SpotInstanceRequests![0]!.State, SpotInstanceRequests![0]!.Status!.Code];
};
async function metadata(id: string, path: string): Promise<unknown> {
  const service = `${aws.emulator.url}/_imds/${id}/latest`;
  const ttl = { 'x-aws-ec2-metadata-token-ttl-seconds': '60' };
  const token = await (await fetch(`${service}/api/token`, { method: 'PUT', headers: ttl })).text();
  const headers = { 'x-aws-ec2-metadata-token': token };
  const response = await fetch(`${service}/meta-data/${path}`, { headers });
  if (response.status !== 200) return response.status;
  const text = await response.text();
  return text.startsWith('{') ? (JSON.parse(text) as unknown) : text;
}

type Event = {
  readonly id: string;
  readonly 'detail-type': string;
  readonly detail: Readonly<Record<string, unknown>>;
};
/** What has come into the queue since the last time. */
async function events(): Promise<Event[]> {
  const found: Event[] = [];
  for (;;) {
    const messages = await receive(sqs, queue, { MaxNumberOfMessages: 10, VisibilityTimeout: 43_200 });
    if (messages.length === 0) return found;
    found.push(...messages.map((message) => JSON.parse(message.Body!) as Event));
  }
}
const ofType = async (type: string) => (await events()).filter((event) => event['detail-type'] === type);
const WARNING = 'EC2 Spot Instance Interruption Warning';

describe('an interruption', () => {
  it('is announced in the metadata, which had nothing there before', async () => {
    const id = await aSpotInstance();
    for (const path of ['spot/instance-action', 'spot/termination-time']) expect(await metadata(id, path)).toBe(404);
    expect(await control.interrupt(id)).toEqual({ id, state: 'running' });
    const time = '2026-01-01T00:02:01Z';
    expect(await metadata(id, 'spot/instance-action')).toEqual({ action: 'terminate', time });
    expect(await metadata(id, 'spot/termination-time')).toBe(time);
    expect(await metadata(id, 'spot/')).toBe('instance-action\ntermination-time');
  });

  it('is announced in the queue as EventBridge does, with the zone where the account should stand', async () => {
    const id = await aSpotInstance();
    await events();
    await control.interrupt(id, { notice_ms: 5_000 });
    expect(await events()).toEqual([
      {
        version: '0',
        id: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
        'detail-type': WARNING,
        source: 'aws.ec2',
        account: accountIdOf('one'),
        time: '2026-01-01T00:00:01Z',
        region: 'us-east-1',
        resources: [`arn:aws:ec2:us-east-1a:instance/${id}`],
        detail: { 'instance-id': id, 'instance-action': 'terminate' },
      },
    ]);
  });

  it('ends the instance when the notice has run out, and says why', async () => {
    const id = await aSpotInstance();
    await control.interrupt(id, { notice_ms: 90_000, cause: 'by-price' });
    expect(await requestOf(id)).toEqual(['active', 'marked-for-termination']);
    await step(89_999);
    expect((await instanceOf(id)).State!.Name).toBe('running');
    await step(1);
    expect(await instanceOf(id)).toMatchObject({
      State: { Name: 'shutting-down' },
      StateReason: { Code: 'Server.SpotInstanceTermination' },
    });
    await step();
    expect(await instanceOf(id)).toMatchObject({
      State: { Name: 'terminated' },
      StateReason: { Code: 'Server.SpotInstanceTermination' },
    });
    expect(await requestOf(id)).toEqual(['closed', 'instance-terminated-by-price']);
    expect(aws.emulator.ledger('one').entries.filter((entry) => entry.billable)).toEqual([]);
    const states = (await ofType('EC2 Instance State-change Notification')).map((event) => event.detail);
    expect(states).toEqual(
      ['pending', 'running', 'shutting-down', 'terminated'].map((state) => ({ 'instance-id': id, state })),
    );
  });

  it.each(['no-capacity', 'capacity-oversubscribed'] as const)('without notice comes at once: %s', async (cause) => {
    const id = await aSpotInstance();
    expect(await control.interrupt(id, { notice_ms: 0, cause })).toEqual({ id, state: 'shutting-down' });
    expect(await requestOf(id)).toEqual(['active', `instance-terminated-${cause}`]);
    expect(await metadata(id, 'spot/instance-action')).toBe(404);
    expect(await ofType(WARNING)).toEqual([]);
    await step();
    expect(await requestOf(id)).toEqual(['closed', `instance-terminated-${cause}`]);
  });

  it('may come before its notice has run out', async () => {
    const id = await aSpotInstance();
    await control.interrupt(id);
    expect((await control.interrupt(id, { notice_ms: 0 })).state).toBe('shutting-down');
    await step(200_000);
    expect(await requestOf(id)).toEqual(['closed', 'instance-terminated-no-capacity']);
  });

  it('has the notice that the settings say, where control says none', async () => {
    await control.changeSettings({ noticeMs: 7_000 });
    const id = await aSpotInstance();
    await control.interrupt(id);
    expect(await metadata(id, 'spot/termination-time')).toBe('2026-01-01T00:00:08Z');
  });

  it('is outrun by a user who terminates first', async () => {
    const id = await aSpotInstance();
    await control.interrupt(id);
    await ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
    await step(200_000);
    expect((await instanceOf(id)).StateReason!.Code).toBe('Client.UserInitiatedShutdown');
    expect(await requestOf(id)).toEqual(['closed', 'instance-terminated-by-user']);
  });

  it('is of spot instances that run', async () => {
    const { Instances } = await ec2.send(aLaunch());
    const onDemand = Instances![0]!.InstanceId!;
    const pending = await ec2.send(aLaunch({ InstanceMarketOptions: { MarketType: 'spot' } }));
    const early = pending.Instances![0]!.InstanceId!;
    await expect(control.interrupt(early)).rejects.toThrow(`${early} is pending`);
    await step();
    await expect(control.interrupt(onDemand)).rejects.toThrow(`${onDemand} is no spot instance`);
    await expect(control.interrupt('i-nothing')).rejects.toThrow('there is no instance i-nothing');
    expect(await ofType(WARNING)).toEqual([]);
  });

  it('reaches every queue of the settings that the account has, and none of another account', async () => {
    const theirs = sqsClient(aws.emulator.url, 'two');
    const theirQueue = await aQueue(theirs, 'berth-ec2-events');
    const second = await aQueue(sqs, 'second');
    await control.changeSettings({ eventQueues: ['second', 'none-of-that-name', 'berth-ec2-events'] });
    const id = await aSpotInstance();
    await control.interrupt(id);
    const [here] = await ofType(WARNING);
    const there = await receive(sqs, second, { MaxNumberOfMessages: 10 });
    expect(there.map((message) => (JSON.parse(message.Body!) as Event).id)).toContain(here!.id);
    expect(await receive(theirs, theirQueue)).toEqual([]);
    theirs.destroy();
  });
});

describe('an interruption of one that stops', () => {
  it('stops it at the end of the notice, and keeps its request for later', async () => {
    const id = await aSpotInstance(STOPPING);
    await control.interrupt(id);
    expect(await metadata(id, 'spot/instance-action')).toMatchObject({ action: 'stop' });
    expect(await metadata(id, 'spot/termination-time')).toBe(404);
    expect((await ofType(WARNING))[0]!.detail).toEqual({ 'instance-id': id, 'instance-action': 'stop' });
    expect(await requestOf(id)).toEqual(['active', 'marked-for-stop']);
    await step(121_000);
    expect(await instanceOf(id)).toMatchObject({
      State: { Name: 'stopped' },
      StateReason: { Code: 'Server.SpotInstanceShutdown' },
    });
    expect(await requestOf(id)).toEqual(['disabled', 'instance-stopped-no-capacity']);
  });

  it('is forgotten where it has been stopped meanwhile', async () => {
    const id = await aSpotInstance(STOPPING);
    await control.interrupt(id);
    await ec2.send(new StopInstancesCommand({ InstanceIds: [id] }));
    await step(200_000);
    expect((await instanceOf(id)).StateReason!.Code).toBe('Client.UserInitiatedShutdown');
    await ec2.send(new StartInstancesCommand({ InstanceIds: [id] }));
    await step(200_000);
    expect((await instanceOf(id)).State!.Name).toBe('running');
    expect(await metadata(id, 'spot/instance-action')).toBe(404);
  });

  it('begins at once where it hibernates', async () => {
    const id = await aSpotInstance(HIBERNATING);
    expect((await control.interrupt(id)).state).toBe('stopping');
    expect((await ofType(WARNING))[0]!.detail).toEqual({ 'instance-id': id, 'instance-action': 'hibernate' });
    await step();
    expect((await instanceOf(id)).State!.Name).toBe('stopped');
  });

  // Only EC2 starts it again (facts/ec2.md 1.3); actions/startInstances.ts lets everybody.
  it.failing('can not be started by its user', async () => {
    const id = await aSpotInstance(STOPPING);
    await control.interrupt(id, { notice_ms: 0 });
    await step();
    expect(await codeOf(ec2.send(new StartInstancesCommand({ InstanceIds: [id] })))).toMatch(/^Incorrect/);
  });
});

describe('a rebalance recommendation', () => {
  it('is seen in the metadata and in the queue, and takes nothing away', async () => {
    const id = await aSpotInstance();
    expect(await metadata(id, 'events/recommendations/rebalance')).toBe(404);
    expect(await control.rebalance(id)).toEqual({ id, state: 'running' });
    expect(await metadata(id, 'events/recommendations/rebalance')).toEqual({ noticeTime: '2026-01-01T00:00:01Z' });
    expect(await metadata(id, 'spot/instance-action')).toBe(404);
    const [event] = await ofType('EC2 Instance Rebalance Recommendation');
    expect(event).toMatchObject({
      resources: [`arn:aws:ec2:us-east-1a:instance/${id}`],
      detail: { 'instance-id': id },
    });
    await step(600_000);
    expect((await instanceOf(id)).State!.Name).toBe('running');
    expect(await requestOf(id)).toEqual(['active', 'fulfilled']);
  });

  it('is of spot instances that run', async () => {
    const { Instances } = await ec2.send(aLaunch());
    await step();
    await expect(control.rebalance(Instances![0]!.InstanceId!)).rejects.toThrow(/is no spot instance/);
    const id = await aSpotInstance();
    await ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
    await expect(control.rebalance(id)).rejects.toThrow(`${id} is shutting-down`);
  });
});
