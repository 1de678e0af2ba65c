// The default network, as DescribeVpcs, DescribeSubnets and DescribeSecurityGroups tell it.

import {
  DescribeInstancesCommand,
  DescribeSecurityGroupsCommand,
  type DescribeSecurityGroupsCommandInput,
  DescribeSubnetsCommand,
  type DescribeSubnetsCommandInput,
  DescribeVpcsCommand,
  type DescribeVpcsCommandInput,
  type EC2Client,
} from '@aws-sdk/client-ec2';
import { aLaunch, aRunningEmulator, codeOf, type TestEmulator } from '../../testing.ts';

let aws: TestEmulator;
let ec2: EC2Client;
beforeAll(async () => {
  aws = await aRunningEmulator();
  ec2 = aws.client();
});
afterAll(() => aws.close());

const vpcs = async (input: DescribeVpcsCommandInput = {}) => (await ec2.send(new DescribeVpcsCommand(input))).Vpcs!;
const subnets = async (input: DescribeSubnetsCommandInput = {}) =>
  (await ec2.send(new DescribeSubnetsCommand(input))).Subnets!;
const groups = async (input: DescribeSecurityGroupsCommandInput = {}) =>
  (await ec2.send(new DescribeSecurityGroupsCommand(input))).SecurityGroups!;

it('there is one VPC, a subnet in each zone and one group, which hold together', async () => {
  const [vpc, ...others] = await vpcs();
  expect(others).toEqual([]);
  expect(vpc).toMatchObject({
    IsDefault: true,
    State: 'available',
    CidrBlock: '172.31.0.0/16',
    CidrBlockAssociationSet: [{ CidrBlock: '172.31.0.0/16', CidrBlockState: { State: 'associated' } }],
  });
  const all = await subnets();
  expect(new Set(all.map(({ AvailabilityZone }) => AvailabilityZone)).size).toBe(all.length);
  for (const subnet of all) {
    expect(subnet).toMatchObject({ VpcId: vpc!.VpcId, OwnerId: vpc!.OwnerId, DefaultForAz: true, State: 'available' });
    expect(subnet.SubnetArn).toBe(`arn:aws:ec2:us-east-1:${vpc!.OwnerId}:subnet/${subnet.SubnetId}`);
  }
  const [group] = await groups();
  expect(group).toMatchObject({
    GroupName: 'default',
    VpcId: vpc!.VpcId,
    IpPermissions: [{ IpProtocol: '-1', UserIdGroupPairs: [{ GroupId: group!.GroupId }] }],
    IpPermissionsEgress: [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }],
  });
});

it('is what instances are launched into, and has an address less for each', async () => {
  const one = aws.client('launches');
  const inZone = async () =>
    (await one.send(new DescribeSubnetsCommand({ Filters: [{ Name: 'availability-zone', Values: ['us-east-1a'] }] })))
      .Subnets![0]!;
  expect((await inZone()).AvailableIpAddressCount).toBe(4_091);
  await one.send(aLaunch({ Placement: undefined, SubnetId: (await inZone()).SubnetId }));
  expect((await inZone()).AvailableIpAddressCount).toBe(4_090);
  const { Reservations } = await one.send(new DescribeInstancesCommand({}));
  const { SecurityGroups } = await one.send(new DescribeSecurityGroupsCommand({}));
  expect(Reservations![0]!.Instances![0]).toMatchObject({
    SubnetId: (await inZone()).SubnetId,
    VpcId: (await inZone()).VpcId,
    SecurityGroups: [{ GroupId: SecurityGroups![0]!.GroupId }],
  });
});

it('is found by id and by filter', async () => {
  const [vpc] = await vpcs({ Filters: [{ Name: 'is-default', Values: ['true'] }] });
  const [subnet] = await subnets({ Filters: [{ Name: 'availability-zone-id', Values: ['use1-az2'] }] });
  const [group] = await groups({ GroupNames: ['default'] });
  expect(subnet!.AvailabilityZone).toBe('us-east-1b');
  expect(await vpcs({ VpcIds: [vpc!.VpcId!] })).toEqual([vpc]);
  expect(await subnets({ SubnetIds: [subnet!.SubnetId!] })).toEqual([subnet]);
  expect(await subnets({ Filters: [{ Name: 'subnet-id', Values: [subnet!.SubnetId!] }] })).toEqual([subnet]);
  expect(await groups({ GroupIds: [group!.GroupId!] })).toEqual([group]);
  expect(await groups({ Filters: [{ Name: 'group-name', Values: ['def*'] }] })).toEqual([group]);
  const inVpc = [{ Name: 'vpc-id', Values: [vpc!.VpcId!] }];
  expect(await groups({ Filters: inVpc })).toEqual([group]);
  expect(await subnets({ Filters: [...inVpc, { Name: 'default-for-az', Values: ['false'] }] })).toEqual([]);
  expect(await vpcs({ Filters: [{ Name: 'tag:team', Values: ['a'] }] })).toEqual([]);
});

it('subnets come in pages', async () => {
  const first = await ec2.send(new DescribeSubnetsCommand({ MaxResults: 5 }));
  const rest = await subnets({ MaxResults: 5, NextToken: first.NextToken });
  expect([...first.Subnets!, ...rest]).toEqual(await subnets());
});

it('is the same for ever, and another in another account', async () => {
  expect(await vpcs()).toEqual(await vpcs());
  const others = await aws.client('other').send(new DescribeVpcsCommand({}));
  expect(others.Vpcs![0]!.VpcId).not.toBe((await vpcs())[0]!.VpcId);
});

it.each<[string, () => Promise<unknown>, string]>([
  ['an unknown VPC', () => vpcs({ VpcIds: ['vpc-00000000'] }), 'InvalidVpcID.NotFound'],
  ['an unknown subnet', () => subnets({ SubnetIds: ['subnet-00000000000000000'] }), 'InvalidSubnetID.NotFound'],
  ['no subnet’s id', () => subnets({ SubnetIds: ['here'] }), 'InvalidSubnetID.Malformed'],
  ['an unknown group', () => groups({ GroupIds: ['sg-00000000'] }), 'InvalidGroup.NotFound'],
  ['no group’s id', () => groups({ GroupIds: ['default'] }), 'InvalidGroupId.Malformed'],
  ['an unknown group’s name', () => groups({ GroupNames: ['web'] }), 'InvalidGroup.NotFound'],
  ['an unknown filter', () => subnets({ Filters: [{ Name: 'mood', Values: ['x'] }] }), 'InvalidParameterValue'],
  [
    'a page of named ones',
    async () => subnets({ SubnetIds: [(await subnets())[0]!.SubnetId!], MaxResults: 5 }),
    'InvalidParameterCombination',
  ],
  ['a dry run', () => groups({ DryRun: true }), 'DryRunOperation'],
])('%s is refused', async (_, call, code) => {
  expect(await codeOf(call())).toBe(code);
});
