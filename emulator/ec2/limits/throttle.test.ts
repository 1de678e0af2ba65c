// The API's token buckets on a stepped clock, one by one as facts/ec2.md 4 has them.

import {
  AttachVolumeCommand,
  CancelSpotInstanceRequestsCommand,
  CreateSnapshotCommand,
  CreateTagsCommand,
  CreateVolumeCommand,
  DeleteSnapshotCommand,
  DeleteTagsCommand,
  DeleteVolumeCommand,
  DescribeInstancesCommand,
  DescribeInstanceTypesCommand,
  DescribeSnapshotsCommand,
  DescribeSpotInstanceRequestsCommand,
  DescribeVolumesCommand,
  DetachVolumeCommand,
  EC2Client,
  RebootInstancesCommand,
  RunInstancesCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { controlClient } from '../../control/client.ts';
import { aLaunch, aRunningEmulator, codeOf, type TestEmulator } from '../../testing.ts';

const LIMITED = 'RequestLimitExceeded';
const INSTANCE = 'i-00000000000000000';
const VOLUME = 'vol-00000000000000000';
const SNAPSHOT = 'snap-00000000000000000';
const FILTER = { Filters: [{ Name: 'tag:a', Values: ['b'] }] };

let aws: TestEmulator;
let ec2: EC2Client;
/** Each test is an account of its own, with full buckets. */
let account = 0;
beforeAll(async () => {
  aws = await aRunningEmulator({ settings: { throttle: 'aws' } });
});
afterAll(() => aws.close());
beforeEach(() => {
  ec2 = aws.client(`throttled-${++account}`);
});

type Sent = (client: EC2Client) => Promise<unknown>;
/** What a call that costs something needs not do: most of these are refused for what they name, after they were counted. */
const codesOf = (send: Sent, calls: number): Promise<string[]> =>
  Promise.all(
    Array.from({ length: calls }, () =>
      send(ec2).then(
        () => 'fine',
        (error: Error) => error.name,
      ),
    ),
  );
const limitedOf = async (send: Sent, calls: number): Promise<number> =>
  (await codesOf(send, calls)).filter((code) => code === LIMITED).length;

describe('the bucket of calls', () => {
  it.each<[string, number, number, Sent]>([
    ['RunInstances', 5, 2, (c) => c.send(aLaunch({ DryRun: true }))],
    ['StartInstances', 5, 2, (c) => c.send(new StartInstancesCommand({ InstanceIds: [INSTANCE] }))],
    ['TerminateInstances', 100, 5, (c) => c.send(new TerminateInstancesCommand({ InstanceIds: [INSTANCE] }))],
    ['StopInstances', 50, 5, (c) => c.send(new StopInstancesCommand({ InstanceIds: [INSTANCE] }))],
    ['RebootInstances', 50, 5, (c) => c.send(new RebootInstancesCommand({ InstanceIds: [INSTANCE] }))],
    [
      'AttachVolume',
      50,
      5,
      (c) => c.send(new AttachVolumeCommand({ VolumeId: VOLUME, InstanceId: INSTANCE, Device: '/dev/sdf' })),
    ],
    ['DetachVolume', 50, 5, (c) => c.send(new DetachVolumeCommand({ VolumeId: VOLUME }))],
    [
      'CancelSpotInstanceRequests',
      50,
      5,
      (c) => c.send(new CancelSpotInstanceRequestsCommand({ SpotInstanceRequestIds: ['sir-00000000'] })),
    ],
    [
      'CreateVolume',
      100,
      5,
      (c) => c.send(new CreateVolumeCommand({ AvailabilityZone: 'us-east-1a', Size: 1, DryRun: true })),
    ],
    ['DeleteVolume', 100, 5, (c) => c.send(new DeleteVolumeCommand({ VolumeId: VOLUME }))],
    ['CreateSnapshot', 100, 5, (c) => c.send(new CreateSnapshotCommand({ VolumeId: VOLUME }))],
    ['DeleteSnapshot', 100, 5, (c) => c.send(new DeleteSnapshotCommand({ SnapshotId: SNAPSHOT }))],
    [
      'CreateTags',
      100,
      10,
      (c) => c.send(new CreateTagsCommand({ Resources: [VOLUME], Tags: [{ Key: 'a', Value: 'b' }] })),
    ],
    ['DeleteTags', 100, 10, (c) => c.send(new DeleteTagsCommand({ Resources: [VOLUME] }))],
    ['DescribeInstances', 50, 10, (c) => c.send(new DescribeInstancesCommand({}))],
    ['DescribeInstances by id', 50, 10, (c) => c.send(new DescribeInstancesCommand({ InstanceIds: [INSTANCE] }))],
    ['DescribeInstances with a filter', 100, 20, (c) => c.send(new DescribeInstancesCommand(FILTER))],
    ['DescribeInstances in pages', 100, 20, (c) => c.send(new DescribeInstancesCommand({ MaxResults: 5 }))],
    ['DescribeVolumes', 50, 10, (c) => c.send(new DescribeVolumesCommand({}))],
    ['DescribeVolumes with a filter', 100, 20, (c) => c.send(new DescribeVolumesCommand(FILTER))],
    ['DescribeSnapshots', 50, 10, (c) => c.send(new DescribeSnapshotsCommand({}))],
    ['DescribeSpotInstanceRequests', 50, 10, (c) => c.send(new DescribeSpotInstanceRequestsCommand({}))],
    [
      'DescribeInstanceTypes, filtered or not,',
      100,
      20,
      (c) => c.send(new DescribeInstanceTypesCommand({ InstanceTypes: ['t3.large'] })),
    ],
  ])('of %s holds %i and gets %i a second', async (_, size, refill, send) => {
    expect(await limitedOf(send, size + 3)).toBe(3);
    aws.clock.advance(1_000);
    expect(await limitedOf(send, refill + 3)).toBe(3);
    // Less than a whole token is none, and what has come of one is kept.
    aws.clock.advance(Math.ceil(1_000 / refill) - 1);
    expect(await limitedOf(send, 1)).toBe(1);
    aws.clock.advance(1);
    expect(await limitedOf(send, 2)).toBe(1);
  });

  it('is never fuller than full', async () => {
    aws.clock.advance(3_600_000);
    const dry: Sent = (client) => client.send(aLaunch({ DryRun: true }));
    expect(await limitedOf(dry, 6)).toBe(1);
    aws.clock.advance(3_600_000);
    expect(await limitedOf(dry, 6)).toBe(1);
  });

  it('is of one action, one account and one region', async () => {
    const dry = (client: EC2Client) => client.send(aLaunch({ DryRun: true }));
    expect(await limitedOf(dry, 6)).toBe(1);
    expect(await codeOf(ec2.send(new StartInstancesCommand({ InstanceIds: [INSTANCE] })))).not.toBe(LIMITED);
    expect(await codeOf(dry(aws.client(`another-${account}`)))).toBe('DryRunOperation');
    const elsewhere = new RunInstancesCommand({ ...aLaunch({ DryRun: true }).input, Placement: undefined });
    expect(await codeOf(aws.client(`throttled-${account}`, 'us-west-2').send(elsewhere))).toBe('DryRunOperation');
    expect(await codeOf(dry(ec2))).toBe(LIMITED);
  });

  it('of all there is leaves that of what is filtered alone', async () => {
    expect(await limitedOf((client) => client.send(new DescribeInstancesCommand({})), 51)).toBe(1);
    expect(await limitedOf((client) => client.send(new DescribeInstancesCommand(FILTER)), 100)).toBe(0);
  });
});

describe('the bucket of instances', () => {
  const launching = (count: number) => () => ec2.send(aLaunch({ MinCount: count, MaxCount: count, DryRun: true }));
  const ids = (count: number) => Array.from({ length: count }, (_, n) => `i-${String(n).padStart(17, '0')}`);
  it.each<[string, number, (count: number) => Sent]>([
    ['RunInstances', 2, launching],
    ['StartInstances', 2, (count) => (c) => c.send(new StartInstancesCommand({ InstanceIds: ids(count) }))],
    ['StopInstances', 20, (count) => (c) => c.send(new StopInstancesCommand({ InstanceIds: ids(count) }))],
    ['TerminateInstances', 20, (count) => (c) => c.send(new TerminateInstancesCommand({ InstanceIds: ids(count) }))],
  ])('of %s holds 1000 and gets %i a second', async (_, refill, of) => {
    expect(await limitedOf(of(1_000), 1)).toBe(0);
    expect(await limitedOf(of(1), 1)).toBe(1);
    aws.clock.advance(1_000);
    expect(await limitedOf(of(refill + 1), 1)).toBe(1);
    // What was refused has taken nothing.
    expect(await limitedOf(of(refill), 1)).toBe(0);
    aws.clock.advance(1_000_000);
    expect(await limitedOf(of(1_000), 1)).toBe(0);
  });

  it('leaves it to the action to refuse a number that no bucket could serve, or that is none', async () => {
    expect(await codesOf(launching(1_001), 1)).toEqual(['InvalidParameterValue']);
    expect(await codesOf(launching(-1_000), 1)).toEqual(['InvalidParameterValue']);
    // It has cost what it could, and a number below nothing gives nothing back.
    expect(await codesOf(launching(1), 1)).toEqual([LIMITED]);
  });
});

it('is refused with HTTP 503, and the SDK tries it again', async () => {
  const credentials = { accessKeyId: 'patient', secretAccessKey: 'any' };
  const patient = new EC2Client({ endpoint: aws.emulator.url, region: 'us-east-1', credentials, maxAttempts: 2 });
  const dry = () => patient.send(aLaunch({ DryRun: true }));
  for (let call = 0; call < 5; call++) expect(await codeOf(dry())).toBe('DryRunOperation');
  const twice = { name: LIMITED, $metadata: { httpStatusCode: 503, attempts: 2 } };
  await expect(dry()).rejects.toMatchObject(twice);
  patient.destroy();
});

it('is off unless it is asked for, and can be turned on and off at any time', async () => {
  const own = await aRunningEmulator();
  const control = controlClient(own.emulator.url);
  const client = own.client();
  const dry = () => client.send(aLaunch({ DryRun: true }));
  const limited = async (calls: number) => {
    const codes = await Promise.all(Array.from({ length: calls }, () => codeOf(dry())));
    return codes.filter((code) => code === LIMITED).length;
  };
  expect((await control.settings()).throttle).toBe('off');
  expect(await limited(20)).toBe(0);
  await control.changeSettings({ throttle: 'aws' });
  expect(await limited(6)).toBe(1);
  await control.changeSettings({ throttle: 'off' });
  expect(await limited(20)).toBe(0);
  await own.close();
});
