// What the status checks say, of instances and of volumes (facts/ec2.md 1.9).

import {
  CreateVolumeCommand,
  DescribeInstanceStatusCommand,
  type DescribeInstanceStatusCommandInput,
  DescribeVolumeStatusCommand,
  type DescribeVolumeStatusCommandInput,
  type EC2Client,
  StartInstancesCommand,
  StopInstancesCommand,
} from '@aws-sdk/client-ec2';
import { aLaunch, aRunningEmulator, codeOf, type TestEmulator } from '../../testing.ts';

let aws: TestEmulator;
let ec2: EC2Client;
beforeEach(async () => {
  aws = await aRunningEmulator();
  ec2 = aws.client();
});
afterEach(() => aws.close());

const launch = async (): Promise<string> => (await ec2.send(aLaunch())).Instances![0]!.InstanceId!;
const statuses = async (input: DescribeInstanceStatusCommandInput = {}) =>
  (await ec2.send(new DescribeInstanceStatusCommand(input))).InstanceStatuses!;
const control = (path: string, body: unknown) =>
  fetch(`${aws.emulator.url}/_emulator/${path}`, { method: 'POST', body: JSON.stringify(body) });

it('tells of instances that run, unless all are asked for', async () => {
  const id = await launch();
  expect(await statuses()).toEqual([]);
  expect(await statuses({ InstanceIds: [id] })).toEqual([]);
  expect(await statuses({ IncludeAllInstances: true })).toMatchObject([
    { InstanceId: id, InstanceState: { Code: 0, Name: 'pending' }, InstanceStatus: { Status: 'not-applicable' } },
  ]);
  aws.clock.advance(1_000);
  expect(await statuses({ InstanceIds: [id] })).toMatchObject([
    { InstanceId: id, AvailabilityZone: 'us-east-1a', AvailabilityZoneId: 'use1-az1', Events: [] },
  ]);
});

it('all checks are initializing at first, then ok', async () => {
  await launch();
  aws.clock.advance(1_000);
  const check = (Status: string, detail: string) => ({ Status, Details: [{ Name: 'reachability', Status: detail }] });
  const all = (Status: string, detail: string) => ({
    SystemStatus: check(Status, detail),
    InstanceStatus: check(Status, detail),
    AttachedEbsStatus: check(Status, detail),
  });
  expect(await statuses()).toMatchObject([all('initializing', 'initializing')]);
  aws.clock.advance(60_000);
  expect(await statuses()).toMatchObject([all('ok', 'passed')]);
});

it('an impaired machine fails its own check alone, until it is started anew', async () => {
  const id = await launch();
  aws.clock.advance(61_000);
  const since = new Date(aws.clock.now());
  await control(`instances/${id}/impair`, {});
  expect(await statuses()).toMatchObject([
    {
      SystemStatus: { Status: 'ok' },
      InstanceStatus: { Status: 'impaired', Details: [{ Status: 'failed', ImpairedSince: since }] },
    },
  ]);
  await ec2.send(new StopInstancesCommand({ InstanceIds: [id] }));
  aws.clock.advance(1_000);
  await ec2.send(new StartInstancesCommand({ InstanceIds: [id] }));
  aws.clock.advance(61_000);
  expect(await statuses()).toMatchObject([{ InstanceStatus: { Status: 'ok' } }]);
});

it('tells what is scheduled', async () => {
  const id = await launch();
  aws.clock.advance(1_000);
  await control(`instances/${id}/schedule`, { code: 'instance-stop', description: 'old hardware', in_ms: 60_000 });
  const NotBefore = new Date(aws.clock.now() + 60_000);
  expect((await statuses())[0]!.Events).toEqual([
    { InstanceEventId: expect.any(String), Code: 'instance-stop', Description: 'old hardware', NotBefore },
  ]);
});

it('filters by state, checks, events and zone', async () => {
  const [hurt, well] = [await launch(), await launch()];
  aws.clock.advance(61_000);
  await control(`instances/${hurt}/impair`, {});
  await control(`instances/${hurt}/schedule`, { code: 'instance-retirement', description: 'x', in_ms: 1 });
  const by = async (Name: string, value: string) =>
    (await statuses({ Filters: [{ Name, Values: [value] }] })).map(({ InstanceId }) => InstanceId!);
  expect(await by('instance-status.status', 'impaired')).toEqual([hurt]);
  expect(await by('instance-status.reachability', 'passed')).toEqual([well]);
  expect(await by('event.code', 'instance-retirement')).toEqual([hurt]);
  expect((await by('system-status.status', 'ok')).sort()).toEqual([hurt, well].sort());
  expect(await by('availability-zone', 'us-east-1b')).toEqual([]);
  expect(await by('instance-state-name', 'stopped')).toEqual([]);
});

it('comes in pages, which ids do not', async () => {
  await ec2.send(aLaunch({ MinCount: 7, MaxCount: 7 }));
  aws.clock.advance(1_000);
  const first = await ec2.send(new DescribeInstanceStatusCommand({ MaxResults: 5 }));
  const rest = await ec2.send(new DescribeInstanceStatusCommand({ MaxResults: 5, NextToken: first.NextToken }));
  const ids = [...first.InstanceStatuses!, ...rest.InstanceStatuses!].map(({ InstanceId }) => InstanceId!);
  expect([new Set(ids).size, rest.NextToken]).toEqual([7, undefined]);
  expect(await codeOf(statuses({ InstanceIds: [ids[0]!], MaxResults: 5 }))).toBe('InvalidParameterCombination');
});

it.each<[string, DescribeInstanceStatusCommandInput, string]>([
  ['an unknown id', { InstanceIds: ['i-00000000000000000'] }, 'InvalidInstanceID.NotFound'],
  ['no id at all', { InstanceIds: ['i-no'] }, 'InvalidInstanceID.Malformed'],
  ['more than 100 ids', { InstanceIds: Array.from({ length: 101 }, () => 'i-0') }, 'InvalidParameterValue'],
  ['a page of four', { MaxResults: 4 }, 'InvalidParameterValue'],
  ['an unknown filter', { Filters: [{ Name: 'mood', Values: ['good'] }] }, 'InvalidParameterValue'],
  ['what has no meaning here', { IncludeManagedResources: true }, 'UnknownParameter'],
  ['a dry run', { DryRun: true }, 'DryRunOperation'],
])('%s is refused', async (_, input, code) => {
  expect(await codeOf(statuses(input))).toBe(code);
});

describe('of volumes', () => {
  const ofVolumes = async (input: DescribeVolumeStatusCommandInput = {}) =>
    (await ec2.send(new DescribeVolumeStatusCommand(input))).VolumeStatuses!;

  it('is known once they are made', async () => {
    const { VolumeId } = await ec2.send(
      new CreateVolumeCommand({ AvailabilityZone: 'us-east-1b', Size: 1, VolumeType: 'gp3' }),
    );
    expect(await ofVolumes({ VolumeIds: [VolumeId!] })).toMatchObject([
      { VolumeId, VolumeStatus: { Status: 'insufficient-data' } },
    ]);
    aws.clock.advance(1_000);
    expect(await ofVolumes()).toEqual([
      {
        VolumeId,
        AvailabilityZone: 'us-east-1b',
        AvailabilityZoneId: 'use1-az2',
        VolumeStatus: {
          Status: 'ok',
          Details: [
            { Name: 'io-enabled', Status: 'passed' },
            { Name: 'io-performance', Status: 'not-applicable' },
          ],
        },
        Actions: [],
        Events: [],
        AttachmentStatuses: [],
      },
    ]);
  });

  it('names the instance that has them', async () => {
    const InstanceId = await launch();
    const Filters = [{ Name: 'attachment-status.instance-id', Values: [InstanceId] }];
    expect(await ofVolumes({ Filters })).toMatchObject([
      { AttachmentStatuses: [{ InstanceId, IoPerformance: 'normal' }] },
    ]);
    const none = [{ Name: 'volume-status.status', Values: ['impaired'] }];
    expect(await ofVolumes({ Filters: none })).toEqual([]);
  });

  it.each<[string, DescribeVolumeStatusCommandInput, string]>([
    ['an unknown id', { VolumeIds: ['vol-00000000000000000'] }, 'InvalidVolume.NotFound'],
    ['no id at all', { VolumeIds: ['home'] }, 'InvalidParameterValue'],
    ['a dry run', { DryRun: true }, 'DryRunOperation'],
  ])('%s is refused', async (_, input, code) => {
    expect(await codeOf(ofVolumes(input))).toBe(code);
  });
});
