// All tags of an account in a region, one by one.

import {
  CreateKeyPairCommand,
  CreateSnapshotCommand,
  CreateTagsCommand,
  DescribeTagsCommand,
  type DescribeTagsCommandInput,
  type EC2Client,
  type ResourceType,
} from '@aws-sdk/client-ec2';
import { aLaunch, aRunningEmulator, codeOf, type TestEmulator } from '../../testing.ts';

let aws: TestEmulator;
let ec2: EC2Client;
beforeEach(async () => {
  aws = await aRunningEmulator();
  ec2 = aws.client();
});
afterEach(() => aws.close());

const LAUNCHED: ResourceType[] = ['instance', 'volume', 'network-interface', 'spot-instances-request'];

const specifications = (types: ResourceType[]) =>
  types.map((ResourceType) => ({ ResourceType, Tags: [{ Key: 'op', Value: `of ${ResourceType}` }] }));
const tags = async (input: DescribeTagsCommandInput = {}) => (await ec2.send(new DescribeTagsCommand(input))).Tags!;
const by = (Name: string, ...Values: string[]) => tags({ Filters: [{ Name, Values }] });

async function aSpotInstance() {
  const launch = aLaunch({
    InstanceMarketOptions: { MarketType: 'spot' },
    TagSpecifications: specifications(LAUNCHED),
  });
  const instance = (await ec2.send(launch)).Instances![0]!;
  aws.clock.advance(1_000);
  return instance;
}

it('tells what has them and what kind it is', async () => {
  const { InstanceId, SpotInstanceRequestId, BlockDeviceMappings } = await aSpotInstance();
  const { VolumeId } = BlockDeviceMappings![0]!.Ebs!;
  const TagSpecifications = specifications(['snapshot']);
  const { SnapshotId } = await ec2.send(new CreateSnapshotCommand({ VolumeId, TagSpecifications }));
  const keyPair = await ec2.send(
    new CreateKeyPairCommand({ KeyName: 'k', KeyType: 'ed25519', TagSpecifications: specifications(['key-pair']) }),
  );
  const found = await tags();
  const resources = Object.fromEntries(found.map(({ ResourceType, ResourceId }) => [ResourceType, ResourceId]));
  expect(resources).toEqual({
    instance: InstanceId,
    volume: VolumeId,
    snapshot: SnapshotId,
    'spot-instances-request': SpotInstanceRequestId,
    'network-interface': expect.stringMatching(/^eni-/),
    'key-pair': keyPair.KeyPairId,
  });
  for (const { ResourceType, Key, Value } of found) expect([Key, Value]).toEqual(['op', `of ${ResourceType}`]);
});

it('is found by resource, kind, key and value', async () => {
  const { InstanceId } = await aSpotInstance();
  await ec2.send(new CreateTagsCommand({ Resources: [InstanceId!], Tags: [{ Key: 'team', Value: 'a' }] }));
  const team = [{ ResourceId: InstanceId, ResourceType: 'instance', Key: 'team', Value: 'a' }];
  expect(await by('key', 'team')).toEqual(team);
  expect(await by('value', 'a')).toEqual(team);
  expect(await by('tag:team', 'a', 'b')).toEqual(team);
  expect(await by('resource-id', InstanceId!)).toHaveLength(2);
  expect(await by('resource-type', 'volume')).toMatchObject([{ Value: 'of volume' }]);
  expect(await by('key', 'nothing')).toEqual([]);
});

it('comes in pages', async () => {
  const { InstanceId } = await aSpotInstance();
  const Tags = Array.from({ length: 8 }, (_, n) => ({ Key: `k${n}`, Value: '' }));
  await ec2.send(new CreateTagsCommand({ Resources: [InstanceId!], Tags }));
  const first = await ec2.send(new DescribeTagsCommand({ MaxResults: 7 }));
  const rest = await ec2.send(new DescribeTagsCommand({ MaxResults: 7, NextToken: first.NextToken }));
  expect([...first.Tags!, ...rest.Tags!]).toEqual(await tags());
  expect([first.Tags!.length, rest.Tags!.length, rest.NextToken]).toEqual([7, 5, undefined]);
});

it('is of its own account and region alone', async () => {
  await aSpotInstance();
  expect((await aws.client('other').send(new DescribeTagsCommand({}))).Tags).toEqual([]);
  expect((await aws.client('one', 'eu-west-1').send(new DescribeTagsCommand({}))).Tags).toEqual([]);
});

it.each<[string, DescribeTagsCommandInput, string]>([
  ['an unknown filter', { Filters: [{ Name: 'mood', Values: ['x'] }] }, 'InvalidParameterValue'],
  ['a page of four', { MaxResults: 4 }, 'InvalidParameterValue'],
  ['a token that is none', { NextToken: 'x' }, 'InvalidParameterValue'],
  ['a dry run', { DryRun: true }, 'DryRunOperation'],
])('%s is refused', async (_, input, code) => {
  expect(await codeOf(tags(input))).toBe(code);
});
