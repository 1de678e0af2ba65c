// Spot instances: their requests, what they cost, and how they are taken away (facts/ec2.md 1.3, 1.8, 3).

import {
  CancelSpotInstanceRequestsCommand,
  CreateTagsCommand,
  DescribeInstancesCommand,
  DescribeSpotInstanceRequestsCommand,
  type EC2Client,
  type Filter,
  type RunInstancesCommandInput,
  type SpotMarketOptions,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { type ControlClient, controlClient } from '../../control/client.ts';
import { aLaunch, aRunningEmulator, codeOf, type TestEmulator } from '../../testing.ts';

let aws: TestEmulator;
let control: ControlClient;
let ec2: EC2Client;
beforeEach(async () => {
  aws = await aRunningEmulator();
  control = controlClient(aws.emulator.url);
  ec2 = aws.client('one');
});
afterEach(() => aws.close());

const PERSISTENT = { SpotInstanceType: 'persistent', InstanceInterruptionBehavior: 'stop' } as const;

async function aSpotInstance(SpotOptions?: SpotMarketOptions, input: Partial<RunInstancesCommandInput> = {}) {
  const market = { MarketType: 'spot' as const, ...(SpotOptions === undefined ? {} : { SpotOptions }) };
  const { Instances } = await ec2.send(aLaunch({ InstanceMarketOptions: market, ...input }));
  const { InstanceId: id, SpotInstanceRequestId: requestId } = Instances![0]!;
  return { id: id!, requestId: requestId! };
}
const requests = async (...Filters: Filter[]) =>
  (await ec2.send(new DescribeSpotInstanceRequestsCommand({ Filters }))).SpotInstanceRequests!;
const requestOf = async (id: string) =>
  (await ec2.send(new DescribeSpotInstanceRequestsCommand({ SpotInstanceRequestIds: [id] }))).SpotInstanceRequests![0]!;
/** What a request says of itself in two words. */
const stateOf = async (id: string) => {
  const { State, Status } = await requestOf(id);
  return [State, Status!.Code];
};
const instanceOf = async (id: string) =>
  (await ec2.send(new DescribeInstancesCommand({ InstanceIds: [id] }))).Reservations![0]!.Instances![0]!;
const cancel = async (id: string) =>
  (await ec2.send(new CancelSpotInstanceRequestsCommand({ SpotInstanceRequestIds: [id] })))
    .CancelledSpotInstanceRequests![0]!.State;
const terminate = (id: string) => ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
const stop = (id: string) => ec2.send(new StopInstancesCommand({ InstanceIds: [id] }));
/** What is halted first takes its turn before the clock goes on. */
const step = async (ms = 1_000) => {
  await new Promise((resolve) => setImmediate(resolve));
  aws.clock.advance(ms);
};

describe('a launch as spot', () => {
  it('leaves an active request, with its own tags, and each names the other', async () => {
    const tagged = (ResourceType: 'instance' | 'spot-instances-request', Value: string) => ({
      ResourceType,
      Tags: [{ Key: 'of', Value }],
    });
    const { id, requestId } = await aSpotInstance(undefined, {
      TagSpecifications: [tagged('instance', 'machine'), tagged('spot-instances-request', 'request')],
    });
    expect(await instanceOf(id)).toMatchObject({
      InstanceLifecycle: 'spot',
      SpotInstanceRequestId: requestId,
      Tags: [{ Key: 'of', Value: 'machine' }],
    });
    expect(await requestOf(requestId)).toMatchObject({
      SpotInstanceRequestId: requestId,
      InstanceId: id,
      State: 'active',
      Status: { Code: 'fulfilled' },
      Type: 'one-time',
      InstanceInterruptionBehavior: 'terminate',
      LaunchedAvailabilityZone: 'us-east-1a',
      ProductDescription: 'Linux/UNIX',
      CreateTime: new Date('2026-01-01T00:00:00Z'),
      LaunchSpecification: { InstanceType: 't3.large', ImageId: (await instanceOf(id)).ImageId },
      Tags: [{ Key: 'of', Value: 'request' }],
    });
  });

  it('is found by its request, and the request by its instance, its state and its tags', async () => {
    const [one, other] = [await aSpotInstance(), await aSpotInstance(PERSISTENT)];
    await ec2.send(new CreateTagsCommand({ Resources: [one.requestId], Tags: [{ Key: 'a', Value: 'b' }] }));
    const found = async (Name: string, value: string) =>
      (await requests({ Name, Values: [value] })).map((request) => request.SpotInstanceRequestId);
    expect(await found('instance-id', one.id)).toEqual([one.requestId]);
    expect(await found('tag:a', 'b')).toEqual([one.requestId]);
    expect(await found('type', 'persistent')).toEqual([other.requestId]);
    expect(await found('status-code', 'fulfilled')).toHaveLength(2);
    expect(await found('state', 'cancelled')).toEqual([]);
    const Filters = [{ Name: 'spot-instance-request-id', Values: [other.requestId] }];
    const { Reservations } = await ec2.send(new DescribeInstancesCommand({ Filters }));
    expect(Reservations).toMatchObject([{ Instances: [{ InstanceId: other.id }] }]);
  });

  it('of several leaves a request for each', async () => {
    await ec2.send(aLaunch({ InstanceMarketOptions: { MarketType: 'spot' }, MinCount: 3, MaxCount: 3 }));
    expect(new Set((await requests()).map((request) => request.InstanceId)).size).toBe(3);
  });

  it('that is none leaves none', async () => {
    const { Instances } = await ec2.send(aLaunch());
    expect(Instances![0]!.InstanceLifecycle).toBeUndefined();
    expect(await requests()).toEqual([]);
  });

  it.each<[string, SpotMarketOptions, string]>([
    ['a persistent one that ends', { SpotInstanceType: 'persistent' }, 'InvalidParameterCombination'],
    [
      'a persistent one that is said to end',
      { SpotInstanceType: 'persistent', InstanceInterruptionBehavior: 'terminate' },
      'InvalidParameterCombination',
    ],
    ['a one-time one that stops', { InstanceInterruptionBehavior: 'stop' }, 'InvalidParameterCombination'],
    ['a one-time one that hibernates', { InstanceInterruptionBehavior: 'hibernate' }, 'InvalidParameterCombination'],
    ['an end for a one-time one', { ValidUntil: new Date('2026-02-01') }, 'InvalidParameterCombination'],
    ['a price of nothing', { MaxPrice: '0' }, 'InvalidParameterValue'],
    ['the lowest price that is none', { MaxPrice: '0.001' }, 'InvalidParameterValue'],
    ['a price that is no number', { MaxPrice: 'cheap' }, 'InvalidParameterValue'],
    ['less than it costs', { MaxPrice: '0.002' }, 'SpotMaxPriceTooLow'],
  ])('refuses %s', async (_, options, code) => {
    expect(await codeOf(aSpotInstance(options))).toBe(code);
    expect(aws.emulator.ledger('one').entries).toEqual([]);
    expect(await requests()).toEqual([]);
  });

  it('takes a price that is high enough, by the price of the moment', async () => {
    const pool = { access_key: 'one', type: 't3.large', zone: 'us-east-1a', market: 'spot' } as const;
    await control.setPrice({ ...pool, usd: '0.05' });
    const { requestId } = await aSpotInstance({ MaxPrice: '0.05' });
    expect((await requestOf(requestId)).SpotPrice).toBe('0.05');
    await step();
    await control.setPrice({ ...pool, usd: '0.050001' });
    expect(await codeOf(aSpotInstance({ MaxPrice: '0.05' }))).toBe('SpotMaxPriceTooLow');
  });

  // What is asked for when nothing is: the on-demand price (launch/launch.ts leaves it empty).
  it.failing('without a price asks for the on-demand price at most', async () => {
    const { requestId } = await aSpotInstance();
    expect(Number((await requestOf(requestId)).SpotPrice)).toBe(0.0832);
  });

  // launch/check.ts lets it through (facts/ec2.md 1.3).
  it.failing('can have no protection from termination', async () => {
    expect(await codeOf(aSpotInstance(undefined, { DisableApiTermination: true }))).toMatch(/^(Invalid|Unsupported)/);
  });
});

describe('stopping', () => {
  it('is not for a one-time one', async () => {
    const { id } = await aSpotInstance();
    await step();
    expect(await codeOf(stop(id))).toBe('UnsupportedOperation');
    expect((await instanceOf(id)).State!.Name).toBe('running');
  });

  it('is for a persistent one, which starts again as itself', async () => {
    const { id, requestId } = await aSpotInstance(PERSISTENT);
    await step();
    await stop(id);
    await step();
    expect((await instanceOf(id)).State!.Name).toBe('stopped');
    await ec2.send(new StartInstancesCommand({ InstanceIds: [id] }));
    await step();
    expect((await instanceOf(id)).State!.Name).toBe('running');
    expect((await requestOf(requestId)).InstanceId).toBe(id);
  });
});

describe('the end of an instance', () => {
  it('closes a one-time request, which is forgotten after four hours', async () => {
    const { id, requestId } = await aSpotInstance();
    await step();
    await terminate(id);
    await step();
    expect(await stateOf(requestId)).toEqual(['closed', 'instance-terminated-by-user']);
    await step(4 * 3_600_000 - 1);
    expect(await requests()).toHaveLength(1);
    await step(1);
    expect(await requests()).toEqual([]);
  });

  it('opens a persistent request again, until it is cancelled', async () => {
    const { id, requestId } = await aSpotInstance(PERSISTENT);
    await step();
    await terminate(id);
    await step();
    expect(await stateOf(requestId)).toEqual(['open', 'instance-terminated-by-user']);
    expect(await cancel(requestId)).toBe('cancelled');
    expect(await stateOf(requestId)).toEqual(['cancelled', 'canceled-before-fulfillment']);
  });

  it('that nobody asked for is no doing of the user', async () => {
    const { id, requestId } = await aSpotInstance();
    await step();
    await control.kill(id);
    await step();
    expect(await stateOf(requestId)).toEqual(['closed', 'system-error']);
    await control.failNextLaunch({ access_key: 'one', code: 'Client.VolumeLimitExceeded' });
    const late = await aSpotInstance();
    await step();
    expect(await stateOf(late.requestId)).toEqual(['closed', 'system-error']);
  });
});

describe('cancelling', () => {
  it('leaves a running instance alone, and says how that ends', async () => {
    const { id, requestId } = await aSpotInstance();
    await step();
    expect(await cancel(requestId)).toBe('cancelled');
    expect(await stateOf(requestId)).toEqual(['cancelled', 'request-canceled-and-instance-running']);
    expect((await instanceOf(id)).State!.Name).toBe('running');
    await terminate(id);
    await step();
    expect(await stateOf(requestId)).toEqual(['cancelled', 'instance-terminated-by-user']);
    expect(await cancel(requestId)).toBe('cancelled');
    await step(4 * 3_600_000);
    expect(await codeOf(cancel(requestId))).toBe('InvalidSpotInstanceRequestID.NotFound');
  });

  it('ends a stopped one', async () => {
    const { id, requestId } = await aSpotInstance(PERSISTENT);
    await step();
    await stop(id);
    await step();
    expect(await cancel(requestId)).toBe('cancelled');
    await step();
    expect((await instanceOf(id)).State!.Name).toBe('terminated');
    expect((await requestOf(requestId)).State).toBe('cancelled');
  });

  it('does not undo an end: a closed request stays closed', async () => {
    const { id, requestId } = await aSpotInstance();
    await terminate(id);
    await step();
    expect(await cancel(requestId)).toBe('closed');
  });

  it('is of all that are named, or of none', async () => {
    const { requestId } = await aSpotInstance();
    const both = [requestId, 'sir-00000000'];
    const call = ec2.send(new CancelSpotInstanceRequestsCommand({ SpotInstanceRequestIds: both }));
    expect(await codeOf(call)).toBe('InvalidSpotInstanceRequestID.NotFound');
    expect((await requestOf(requestId)).State).toBe('active');
    expect(await codeOf(cancel('sir-no'))).toBe('InvalidSpotInstanceRequestID.Malformed');
  });

  // Only what runs is taken for fulfilled (actions/spotRequests.ts).
  it.failing('a request whose instance is pending is not one before its fulfilment', async () => {
    const { requestId } = await aSpotInstance();
    await cancel(requestId);
    expect(await stateOf(requestId)).toEqual(['cancelled', 'request-canceled-and-instance-running']);
  });
});
