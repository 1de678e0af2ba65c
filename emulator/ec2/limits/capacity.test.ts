// Capacity: pools per type, zone and market that are emptied, sized and refilled, for launches and starts (facts/ec2.md 1.5, 1.10, 1.11).

import {
  DescribeInstancesCommand,
  EC2Client,
  type RunInstancesCommandInput,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { type ControlClient, controlClient } from '../../control/client.ts';
import { aLaunch, aRunningEmulator, codeOf, type TestEmulator } from '../../testing.ts';

const NO_CAPACITY = 'InsufficientInstanceCapacity';
const SPOT = { InstanceMarketOptions: { MarketType: 'spot' } } as const;
const IN_B = { Placement: { AvailabilityZone: 'us-east-1b' } };
const OTHER_TYPE = { InstanceType: 'm6i.large' } as const;
const POOL = { type: 't3.large', zone: 'us-east-1a' } as const;

let aws: TestEmulator;
let control: ControlClient;
let ec2: EC2Client;
beforeEach(async () => {
  aws = await aRunningEmulator();
  control = controlClient(aws.emulator.url);
  ec2 = aws.client('one');
});
afterEach(() => aws.close());

const launch = async (input: Partial<RunInstancesCommandInput> = {}): Promise<string[]> =>
  (await ec2.send(aLaunch(input))).Instances!.map((instance) => instance.InstanceId!);
const outcome = (input: Partial<RunInstancesCommandInput> = {}): Promise<string> =>
  launch(input).then(
    () => 'fine',
    (error: Error) => error.name,
  );
const start = (InstanceIds: string[]) => ec2.send(new StartInstancesCommand({ InstanceIds }));
const stop = async (InstanceIds: string[]) => {
  await ec2.send(new StopInstancesCommand({ InstanceIds }));
  await step();
};
const states = async () =>
  (await ec2.send(new DescribeInstancesCommand({}))).Reservations!.flatMap((each) =>
    each.Instances!.map((instance) => String(instance.State!.Name)),
  );
/** What is halted first takes its turn before the clock goes on. */
const step = async (ms = 1_000) => {
  await new Promise((resolve) => setImmediate(resolve));
  aws.clock.advance(ms);
};

describe('a pool', () => {
  it('that is emptied is of one type, zone and market', async () => {
    await control.setCapacity({ ...POOL, empty: true });
    expect(await outcome()).toBe(NO_CAPACITY);
    expect(await Promise.all([SPOT, IN_B, OTHER_TYPE].map(outcome))).toEqual(['fine', 'fine', 'fine']);
    await control.setCapacity({ ...POOL, market: 'spot', empty: true });
    expect(await outcome(SPOT)).toBe(NO_CAPACITY);
  });

  it.each([
    ['type', { type: '*', zone: 'us-east-1a' }, [NO_CAPACITY, NO_CAPACITY, 'fine', 'fine']],
    ['zone', { type: 't3.large', zone: '*' }, [NO_CAPACITY, 'fine', NO_CAPACITY, 'fine']],
    ['market', { ...POOL, market: '*' }, [NO_CAPACITY, 'fine', 'fine', NO_CAPACITY]],
    [
      'type, zone and market',
      { type: '*', zone: '*', market: '*' },
      [NO_CAPACITY, NO_CAPACITY, NO_CAPACITY, NO_CAPACITY],
    ],
  ] as const)('may be of any %s', async (_, pool, seen) => {
    await control.setCapacity({ ...pool, empty: true });
    expect(await Promise.all([{}, OTHER_TYPE, IN_B, SPOT].map(outcome))).toEqual(seen);
  });

  it('with a size takes so many, and again as many once they are gone', async () => {
    await control.setCapacity({ ...POOL, size: 2 });
    const ids = [...(await launch()), ...(await launch())];
    expect(await outcome()).toBe(NO_CAPACITY);
    await ec2.send(new TerminateInstancesCommand({ InstanceIds: ids }));
    expect([await outcome(), await outcome(), await outcome()]).toEqual(['fine', 'fine', NO_CAPACITY]);
  });

  it('that shrinks takes nothing away, and lets nothing in before it has room', async () => {
    const [first] = await launch({ MinCount: 3, MaxCount: 3 });
    await control.setCapacity({ ...POOL, size: 2 });
    await step();
    expect(await states()).toEqual(['running', 'running', 'running']);
    expect(await outcome()).toBe(NO_CAPACITY);
    await ec2.send(new TerminateInstancesCommand({ InstanceIds: [first!] }));
    expect(await outcome()).toBe(NO_CAPACITY);
  });

  it('is refilled by name, or with all others at once', async () => {
    await control.setCapacity({ ...POOL, empty: true });
    await control.setCapacity({ type: '*', zone: 'us-east-1b', size: 0 });
    expect(await control.setCapacity({ ...POOL, empty: false })).toEqual({
      pools: [{ id: '*/us-east-1b/on-demand', size: 0 }],
    });
    expect([await outcome(), await outcome(IN_B)]).toEqual(['fine', NO_CAPACITY]);
    await control.setCapacity({ ...POOL, size: 0 });
    await control.setCapacity({ ...POOL, size: null });
    expect(await outcome()).toBe('fine');
    await control.clearCapacity();
    expect(await control.capacity()).toEqual({ pools: [] });
    expect(await outcome(IN_B)).toBe('fine');
  });

  it('of one name goes together with those of any: the smallest counts', async () => {
    await control.setCapacity({ type: '*', zone: '*', size: 2 });
    await control.setCapacity({ ...POOL, size: 1 });
    await control.setCapacity({ type: 'm6i.large', zone: 'us-east-1a', size: 9 });
    expect([await outcome(), await outcome()]).toEqual(['fine', NO_CAPACITY]);
    const others = [await outcome(OTHER_TYPE), await outcome(OTHER_TYPE), await outcome(OTHER_TYPE)];
    expect(others).toEqual(['fine', 'fine', NO_CAPACITY]);
  });

  it('is not looked at by a dry run, and is before the quota', async () => {
    await control.setCapacity({ ...POOL, empty: true });
    expect(await outcome({ DryRun: true })).toBe('DryRunOperation');
    await control.setQuota({ access_key: 'one', code: 'L-1216C47A', value: 0 });
    expect(await outcome()).toBe(NO_CAPACITY);
  });
});

describe('a stopped instance', () => {
  it('has given its place away, and starts only where there is one', async () => {
    await control.setCapacity({ ...POOL, size: 1 });
    const ids = await launch();
    await step();
    await stop(ids);
    const others = await launch();
    expect(await codeOf(start(ids))).toBe(NO_CAPACITY);
    expect((await states()).toSorted()).toEqual(['pending', 'stopped']);
    await ec2.send(new TerminateInstancesCommand({ InstanceIds: others }));
    const { StartingInstances } = await start(ids);
    expect(StartingInstances).toMatchObject([
      { CurrentState: { Name: 'pending' }, PreviousState: { Name: 'stopped' } },
    ]);
    await step();
    expect(await states()).toContain('running');
  });

  it('is not started with others for which there is no room: all or none', async () => {
    const ids = [...(await launch({ MinCount: 2, MaxCount: 2 })), ...(await launch(IN_B))];
    await step();
    await stop(ids);
    await control.setCapacity({ ...POOL, size: 1 });
    expect(await codeOf(start(ids))).toBe(NO_CAPACITY);
    expect(await states()).toEqual(['stopped', 'stopped', 'stopped']);
    await control.setCapacity({ ...POOL, size: 2 });
    expect((await start(ids)).StartingInstances).toHaveLength(3);
  });

  it('may be asked to start twice: the second time it only says so', async () => {
    const ids = await launch();
    await step();
    await stop(ids);
    await start(ids);
    await control.setCapacity({ ...POOL, size: 0 });
    expect((await start(ids)).StartingInstances).toMatchObject([{ PreviousState: { Name: 'pending' } }]);
  });
});

describe('the SDK', () => {
  const patient = (maxAttempts: number) => {
    const credentials = { accessKeyId: 'one', secretAccessKey: 'any' };
    return new EC2Client({ endpoint: aws.emulator.url, region: 'us-east-1', credentials, maxAttempts });
  };

  it('takes HTTP 500 for a passing fault, and tries a launch without capacity three times in vain', async () => {
    await control.setCapacity({ ...POOL, empty: true });
    const client = patient(3);
    const seen = { name: NO_CAPACITY, $fault: expect.any(String), $metadata: { httpStatusCode: 500, attempts: 3 } };
    await expect(client.send(aLaunch())).rejects.toMatchObject(seen);
    expect(aws.emulator.ledger('one').entries).toEqual([]);
    client.destroy();
  });

  it('gets the failure again from its own token, however much room there is by then', async () => {
    await control.setCapacity({ ...POOL, empty: true });
    expect(await outcome({ ClientToken: 't' })).toBe(NO_CAPACITY);
    await control.clearCapacity();
    const client = patient(3);
    const again = { name: NO_CAPACITY, $metadata: { attempts: 3 } };
    await expect(client.send(aLaunch({ ClientToken: 't' }))).rejects.toMatchObject(again);
    expect(await codeOf(client.send(aLaunch({ ClientToken: 't', ...OTHER_TYPE })))).toBe('IdempotentParameterMismatch');
    // A zone that is named has its own tokens (facts/ec2.md 1.1).
    expect((await client.send(aLaunch({ ClientToken: 't', ...IN_B }))).Instances).toHaveLength(1);
    expect((await client.send(aLaunch({ ClientToken: 't2' }))).Instances).toHaveLength(1);
    client.destroy();
  });
});
