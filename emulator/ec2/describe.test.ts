// What the describe calls find: filters, pages, and ids that are malformed rather than unknown (facts/ec2.md 1.4).

import {
  CreateVolumeCommand,
  DescribeImagesCommand,
  DescribeInstancesCommand,
  type DescribeInstancesCommandInput,
  DescribeInstanceTypesCommand,
  DescribeVolumesCommand,
  type DescribeVolumesCommandInput,
  type EC2Client,
  type Filter,
} from '@aws-sdk/client-ec2';
import { aLaunch, aRunningEmulator, codeOf, type TestEmulator } from '../testing.ts';

let aws: TestEmulator;
let ec2: EC2Client;
const ids: Record<string, string> = {};
beforeAll(async () => {
  aws = await aRunningEmulator();
  ec2 = aws.client('describe');
  for (const [name, zone] of [
    ['web.1', 'us-east-1a'],
    ['web-1', 'us-east-1b'],
    ['(db)', 'us-east-1b'],
  ] as const) {
    const Tags = [
      { Key: 'Name', Value: name },
      { Key: 'empty', Value: '' },
    ];
    const launch = aLaunch({
      Placement: { AvailabilityZone: zone },
      TagSpecifications: [{ ResourceType: 'instance', Tags }],
    });
    ids[name] = (await ec2.send(launch)).Instances![0]!.InstanceId!;
  }
});
afterAll(() => aws.close());

const instances = async (input: DescribeInstancesCommandInput): Promise<string[]> =>
  (await ec2.send(new DescribeInstancesCommand(input)))
    .Reservations!.flatMap((each) => each.Instances!)
    .map((each) => each.InstanceId!);
const named = async (...Filters: Filter[]): Promise<string[]> => {
  const found = await instances({ Filters });
  return Object.keys(ids).filter((name) => found.includes(ids[name]!));
};
const volumes = (input: DescribeVolumesCommandInput) => ec2.send(new DescribeVolumesCommand(input));

describe('a filter', () => {
  it('matches any of its values, and together with others only what they all match', async () => {
    const inB = { Name: 'availability-zone', Values: ['us-east-1b'] };
    const either = { Name: 'tag:Name', Values: ['web.1', '(db)'] };
    expect(await named(either)).toEqual(['web.1', '(db)']);
    expect(await named(inB)).toEqual(['web-1', '(db)']);
    expect(await named(either, inB)).toEqual(['(db)']);
    expect(await named(inB, { Name: 'availability-zone', Values: ['us-east-1a'] })).toEqual([]);
  });

  it.each([
    ['web*', ['web.1', 'web-1']],
    ['web?1', ['web.1', 'web-1']],
    ['*', ['web.1', 'web-1', '(db)']],
    ['web.1', ['web.1']],
    ['(db)', ['(db)']],
    ['web', []],
    ['eb.1', []],
    ['WEB*', []],
    ['web[.-]1', []],
  ])('takes %s for the whole value, in its case, with * and ? alone as wildcards', async (value, found) => {
    expect(await named({ Name: 'tag:Name', Values: [value] })).toEqual(found);
  });

  it('tells an empty tag from a tag that is not there', async () => {
    expect(await named({ Name: 'tag:empty', Values: [''] })).toHaveLength(3);
    expect(await named({ Name: 'tag:absent', Values: [''] })).toEqual([]);
    expect(await named({ Name: 'tag:absent', Values: ['*'] })).toEqual([]);
    expect(await named({ Name: 'tag-key', Values: ['emp*'] })).toHaveLength(3);
    expect(await named({ Name: 'tag:name', Values: ['web.1'] })).toEqual([]);
  });

  it('that the call does not have is refused, whatever its name', async () => {
    for (const Name of ['colour', 'constructor', 'volume-id', 'Tag:Name', '']) {
      const call = instances({ Filters: [{ Name, Values: ['x'] }] });
      expect([Name, await codeOf(call)]).toEqual([Name, 'InvalidParameterValue']);
    }
    const ofInstances = [{ Name: 'instance-state-name', Values: ['running'] }];
    expect(await codeOf(volumes({ Filters: ofInstances }))).toBe('InvalidParameterValue');
  });

  it('takes 200 values and not one more', async () => {
    const values = (count: number) => Array.from({ length: count }, (_, n) => (n === 0 ? 'web.1' : `none-${n}`));
    expect(await named({ Name: 'tag:Name', Values: values(200) })).toEqual(['web.1']);
    expect(await codeOf(named({ Name: 'tag:Name', Values: values(201) }))).toBe('FilterLimitExceeded');
  });

  it('sees the state as it is by now', async () => {
    const pending = { Name: 'instance-state-name', Values: ['pending'] };
    const own = await aRunningEmulator();
    await own.client().send(aLaunch());
    const count = async () =>
      (await own.client().send(new DescribeInstancesCommand({ Filters: [pending] }))).Reservations!.length;
    expect(await count()).toBe(1);
    own.clock.advance(1_000);
    expect(await count()).toBe(0);
    await own.close();
  });
});

it('volumes are found by what they are attached to, and by their own traits', async () => {
  const { VolumeId: loose } = await ec2.send(
    new CreateVolumeCommand({ AvailabilityZone: 'us-east-1a', Size: 33, VolumeType: 'gp3' }),
  );
  const found = async (Name: string, ...Values: string[]) =>
    (await volumes({ Filters: [{ Name, Values }] })).Volumes!.map((volume) => volume.VolumeId);
  expect(await found('size', '33')).toEqual([loose]);
  expect(await found('status', 'creating')).toEqual([loose]);
  expect(await found('volume-id', loose!)).toEqual([loose]);
  expect(await found('attachment.instance-id', ...Object.values(ids))).toHaveLength(3);
  expect(await found('attachment.instance-id', ids['web.1']!)).toHaveLength(1);
  expect(await found('attachment.device', '/dev/sda1')).not.toContain(loose);
});

it('pages hold what the filter leaves, each once, and the last has no token', async () => {
  const pager = aws.client('pager');
  const create = new CreateVolumeCommand({ AvailabilityZone: 'us-east-1a', Size: 1, VolumeType: 'gp3' });
  const made = await Promise.all(Array.from({ length: 10 }, () => pager.send(create)));
  await pager.send(aLaunch());
  const sizes: number[] = [];
  const seen: string[] = [];
  let NextToken: string | undefined;
  do {
    const Filters = [{ Name: 'size', Values: ['1'] }];
    const page = await pager.send(new DescribeVolumesCommand({ Filters, MaxResults: 5, NextToken }));
    sizes.push(page.Volumes!.length);
    seen.push(...page.Volumes!.map((volume) => volume.VolumeId!));
    ({ NextToken } = page);
  } while (NextToken !== undefined);
  expect(sizes).toEqual([5, 5]);
  expect(seen.toSorted()).toEqual(made.map((volume) => volume.VolumeId!).toSorted());
});

it('a page has its bounds, and a token that was not given out is refused', async () => {
  for (const MaxResults of [4, 1_001]) {
    expect(await codeOf(instances({ MaxResults }))).toBe('InvalidParameterValue');
  }
  expect(await codeOf(ec2.send(new DescribeInstanceTypesCommand({ MaxResults: 101 })))).toBe('InvalidParameterValue');
  expect(await codeOf(volumes({ NextToken: 'forged' }))).toBe('InvalidParameterValue');
  expect(await codeOf(instances({ InstanceIds: [ids['web.1']!], MaxResults: 5 }))).toBe('InvalidParameterCombination');
});

it.each([
  ['an instance', () => instances({ InstanceIds: ['i-00000000000000000'] }), 'InvalidInstanceID.NotFound'],
  ['an old, short id', () => instances({ InstanceIds: ['i-0000000a'] }), 'InvalidInstanceID.NotFound'],
  ['a malformed instance', () => instances({ InstanceIds: ['i-000'] }), 'InvalidInstanceID.Malformed'],
  ['an instance in capitals', () => instances({ InstanceIds: ['i-0000000A'] }), 'InvalidInstanceID.Malformed'],
  ['a volume as instance', () => instances({ InstanceIds: ['vol-0000000a'] }), 'InvalidInstanceID.Malformed'],
  ['a volume', () => volumes({ VolumeIds: ['vol-00000000000000000'] }), 'InvalidVolume.NotFound'],
  ['a malformed volume', () => volumes({ VolumeIds: ['vol-xyz'] }), 'InvalidParameterValue'],
  ['an image', () => ec2.send(new DescribeImagesCommand({ ImageIds: ['ami-0000000a'] })), 'InvalidAMIID.NotFound'],
  ['a malformed image', () => ec2.send(new DescribeImagesCommand({ ImageIds: ['ubuntu'] })), 'InvalidAMIID.Malformed'],
  [
    'a type',
    () => ec2.send(new DescribeInstanceTypesCommand({ InstanceTypes: ['t9.huge' as 't3.large'] })),
    'InvalidInstanceType',
  ],
])('%s that is not there is refused with its own code', async (_, call, code) => {
  expect(await codeOf(call())).toBe(code);
});

it('one unknown id fails the call for those that are known', async () => {
  const call = instances({ InstanceIds: [ids['web.1']!, 'i-00000000000000000'] });
  expect(await codeOf(call)).toBe('InvalidInstanceID.NotFound');
  const both = [ids['web-1']!, ids['web.1']!];
  expect((await instances({ InstanceIds: both })).toSorted()).toEqual(both.toSorted());
});
