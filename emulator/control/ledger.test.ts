// The ledger over hours of stepped time: what each thing has cost by now, and what of it still costs money.

import {
  CreateSnapshotCommand,
  CreateVolumeCommand,
  DeleteSnapshotCommand,
  DeleteVolumeCommand,
  DescribeInstancesCommand,
  type EC2Client,
  type RunInstancesCommandInput,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { accountIdOf } from '../protocols/credentials.ts';
import { aLaunch, aRunningEmulator, codeOf, type TestEmulator } from '../testing.ts';
import { type ControlClient, controlClient } from './client.ts';
import type { LedgerEntry } from './ledger.ts';

const HOUR = 3_600_000;

let aws: TestEmulator;
let control: ControlClient;
let ec2: EC2Client;
beforeEach(async () => {
  aws = await aRunningEmulator({ seed: 'ledger' });
  control = controlClient(aws.emulator.url);
  ec2 = aws.client('one');
});
afterEach(() => aws.close());

const launch = async (input: Partial<RunInstancesCommandInput> = {}): Promise<string> =>
  (await ec2.send(aLaunch(input))).Instances![0]!.InstanceId!;
const terminate = (...ids: string[]) => ec2.send(new TerminateInstancesCommand({ InstanceIds: ids }));
const entriesOf = async (kind?: LedgerEntry['kind']) =>
  (await control.ledger({ access_key: 'one' })).entries.filter((entry) => kind === undefined || entry.kind === kind);
const entryOf = async (id: string) => (await entriesOf()).find((entry) => entry.id === id)!;
const costOf = async (id: string) => {
  const { billedSeconds, usd } = await entryOf(id);
  return [billedSeconds, usd];
};
/** What is halted first takes its turn before the clock goes on. */
const step = async (ms = 1_000) => {
  await new Promise((resolve) => setImmediate(resolve));
  aws.clock.advance(ms);
};

it('an instance is paid for while it runs, by the second', async () => {
  const id = await launch();
  await step();
  expect(await costOf(id)).toEqual([0, '0.001386']);
  await step(HOUR);
  expect(await costOf(id)).toEqual([3_600, '0.0832']);
  await step(1.5 * HOUR);
  expect(await costOf(id)).toEqual([9_000, '0.208']);
  await terminate(id);
  await step(HOUR);
  expect(await costOf(id)).toEqual([9_000, '0.208']);
});

it('each start is a minute at least, and what is stopped costs only its volume', async () => {
  const id = await launch();
  await step(11_000);
  await ec2.send(new StopInstancesCommand({ InstanceIds: [id] }));
  await step(HOUR);
  expect(await costOf(id)).toEqual([10, '0.001386']);
  expect(await entryOf(id)).toMatchObject({ state: 'stopped', billable: false });
  await ec2.send(new StartInstancesCommand({ InstanceIds: [id] }));
  await step(1_000);
  await step(20_000);
  expect(await costOf(id)).toEqual([30, '0.002773']);
  const [volume] = await entriesOf('volume');
  expect(volume).toMatchObject({ billable: true, state: 'in-use', billedSeconds: 3_632, detail: '8 GiB gp3' });
});

it('one that never ran has cost nothing', async () => {
  const id = await launch();
  await terminate(id);
  await step();
  expect(await costOf(id)).toEqual([0, '0']);
});

it('a volume is paid for by gigabyte and month from its making, a snapshot too', async () => {
  const { VolumeId } = await ec2.send(
    new CreateVolumeCommand({ AvailabilityZone: 'us-east-1a', Size: 100, VolumeType: 'gp3' }),
  );
  await step();
  const { SnapshotId } = await ec2.send(new CreateSnapshotCommand({ VolumeId }));
  // 730 hours are a month: 100 GiB at 0.08.
  await step(730 * HOUR - 1_000);
  expect(await costOf(VolumeId!)).toEqual([2_628_000, '8']);
  await ec2.send(new DeleteVolumeCommand({ VolumeId }));
  await step(1_000);
  expect(await costOf(SnapshotId!)).toEqual([2_628_000, '5']);
  await ec2.send(new DeleteSnapshotCommand({ SnapshotId }));
  await step(HOUR);
  expect(await entryOf(VolumeId!)).toMatchObject({ state: 'deleted', usd: '8', billable: false, zone: 'us-east-1a' });
  expect(await entryOf(SnapshotId!)).toMatchObject({ state: 'deleted', usd: '5', billable: false, zone: '' });
});

it('a spot instance costs the spot price of its launch', async () => {
  const pool = { access_key: 'one', type: 't3.large', zone: 'us-east-1a', market: 'spot' } as const;
  await control.setPrice({ ...pool, usd: '0.03' });
  const id = await launch({ InstanceMarketOptions: { MarketType: 'spot' } });
  await step();
  await control.setPrice({ ...pool, usd: '0.04' });
  await step(2 * HOUR);
  expect(await entryOf(id)).toMatchObject({ market: 'spot', billedSeconds: 7_200, usd: '0.06' });
});

it('a price that control sets counts for one account', async () => {
  const id = await launch();
  const other = (await aws.client('two').send(aLaunch())).Instances![0]!.InstanceId!;
  await control.setPrice({ access_key: 'one', type: 't3.large', region: 'us-east-1', usd: '1' });
  await step();
  await step(HOUR);
  const usd = async (key: string, of: string) =>
    (await control.ledger({ access_key: key })).entries.find((entry) => entry.id === of)!.usd;
  expect([await usd('one', id), await usd('two', other)]).toEqual(['1', '0.0832']);
  await control.setPrice({ access_key: 'one', type: 't3.large', region: 'us-east-1', usd: null });
  expect(await usd('one', id)).toBe('0.0832');
});

it('says of each thing what it is, in the order of their making, long after it is gone', async () => {
  const Tags = [{ Key: 'WorkspaceID', Value: 'w-1' }];
  const id = await launch({ ClientToken: 't', TagSpecifications: [{ ResourceType: 'instance', Tags }] });
  await step();
  await terminate(id);
  await step();
  await step(48 * HOUR);
  const { VolumeId } = await ec2.send(new CreateVolumeCommand({ AvailabilityZone: 'us-east-1b', Size: 1 }));
  expect(await codeOf(ec2.send(new DescribeInstancesCommand({ InstanceIds: [id] })))).toBe(
    'InvalidInstanceID.NotFound',
  );
  expect(await entryOf(id)).toEqual({
    kind: 'instance',
    id,
    accountId: accountIdOf('one'),
    region: 'us-east-1',
    zone: 'us-east-1a',
    tags: { WorkspaceID: 'w-1' },
    clientToken: 't',
    detail: 't3.large',
    market: 'on-demand',
    state: 'terminated',
    createdAt: '2026-01-01T00:00:00.000Z',
    endedAt: '2026-01-01T00:00:02.000Z',
    billedSeconds: 0,
    usd: '0.001386',
    billable: false,
  });
  const entries = await entriesOf();
  expect(entries).toHaveLength(3);
  expect(entries.at(-1)!.id).toBe(VolumeId);
});

it('is of one account, by its key or id, or of all', async () => {
  await launch();
  await aws.client('two').send(aLaunch());
  await aws.client('two', 'us-west-2').send(aLaunch({ Placement: { AvailabilityZone: 'us-west-2a' } }));
  const count = async (of: Parameters<ControlClient['ledger']>[0]) => (await control.ledger(of)).entries.length;
  expect(await count({ access_key: 'two' })).toBe(4);
  expect(await count({ account: accountIdOf('two') })).toBe(4);
  expect(await count({ access_key: 'three' })).toBe(0);
  expect(await count({})).toBe(6);
});

describe('leaks', () => {
  const tagged = (Key: string, Value: string) => ({
    TagSpecifications: (['instance', 'volume'] as const).map((ResourceType) => ({
      ResourceType,
      Tags: [{ Key, Value }],
    })),
  });
  const leaks = async (of: Parameters<ControlClient['leaks']>[0] = {}) =>
    (await control.leaks({ access_key: 'one', ...of })).entries.map(({ kind, tags }) => [kind, ...Object.values(tags)]);

  it('are what costs money and is of none that lives, by its tag', async () => {
    await launch(tagged('WorkspaceID', 'a'));
    await launch(tagged('WorkspaceID', 'b'));
    await launch();
    const of = (...names: string[]) =>
      names.flatMap((name) => [['instance', name].filter(Boolean), ['volume', name].filter(Boolean)]);
    const sorted = (found: string[][]) => found.toSorted((x, y) => x.join().localeCompare(y.join()));
    expect(sorted(await leaks())).toEqual(sorted(of('a', 'b', '')));
    expect(sorted(await leaks({ live: 'a' }))).toEqual(sorted(of('b', '')));
    expect(sorted(await leaks({ live: 'a,b' }))).toEqual(sorted(of('')));
    expect(sorted(await leaks({ live: 'a,b,,c' }))).toEqual(sorted(of('')));
    expect(sorted(await leaks({ live: 'a,b', tag: 'Name' }))).toEqual(sorted(of('a', 'b', '')));
  });

  it('are of another tag, where it is named', async () => {
    await launch(tagged('Name', 'x'));
    expect(await leaks({ tag: 'Name', live: 'x' })).toEqual([]);
    expect(await leaks({ live: 'x' })).toHaveLength(2);
  });

  it('are not what is stopped or gone, but the volumes that it has left', async () => {
    const kept = { DeviceName: '/dev/sdf', Ebs: { VolumeSize: 1, DeleteOnTermination: false } };
    const id = await launch({ BlockDeviceMappings: [kept] });
    await step();
    await ec2.send(new StopInstancesCommand({ InstanceIds: [id] }));
    await step();
    expect((await leaks()).map(([kind]) => kind)).toEqual(['volume', 'volume']);
    await terminate(id);
    await step();
    expect(await leaks()).toEqual([['volume']]);
  });
});
