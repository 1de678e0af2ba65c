// Where instances stand: regions, zones, networks, subnets and security groups (facts/ec2.md 1.2, 1.11).

import {
  DescribeAvailabilityZonesCommand,
  type DescribeAvailabilityZonesCommandInput,
  DescribeRegionsCommand,
  DescribeSecurityGroupsCommand,
  type DescribeSecurityGroupsCommandInput,
  DescribeSubnetsCommand,
  type DescribeSubnetsCommandInput,
  DescribeVpcsCommand,
  type DescribeVpcsCommandInput,
  type SecurityGroup,
  type Subnet,
} from '@aws-sdk/client-ec2';
import { capability } from './support/capability.ts';
import { contract } from './support/contract.ts';
import { REGION } from './support/endpoint.ts';
import { codeOf, oneOf } from './support/refusal.ts';

const aws = contract();

const zones = async (input: DescribeAvailabilityZonesCommandInput = {}) =>
  (await aws.ec2.send(new DescribeAvailabilityZonesCommand(input))).AvailabilityZones!;
const subnets = async (input: DescribeSubnetsCommandInput): Promise<Subnet[]> =>
  (await aws.ec2.send(new DescribeSubnetsCommand(input))).Subnets!;
const groups = async (input: DescribeSecurityGroupsCommandInput): Promise<SecurityGroup[]> =>
  (await aws.ec2.send(new DescribeSecurityGroupsCommand(input))).SecurityGroups!;

const defaultSubnets = (zone: string): Promise<Subnet[]> =>
  subnets({
    Filters: [
      { Name: 'default-for-az', Values: ['true'] },
      { Name: 'availability-zone', Values: [zone] },
    ],
  });
async function defaultGroup(): Promise<SecurityGroup> {
  const [{ VpcId } = {}] = await defaultSubnets(aws.around.zone);
  const Filters = [
    { Name: 'vpc-id', Values: [VpcId!] },
    { Name: 'group-name', Values: ['default'] },
  ];
  return (await groups({ Filters }))[0]!;
}

capability(
  'zones',
  () => [zones()],
  (it) => {
    it('a zone has a name, an id that is the same for all, and a region (1.6)', async () => {
      const found = await zones();
      expect(found.map(({ ZoneName }) => ZoneName)).toEqual(
        expect.arrayContaining([aws.around.zone, aws.around.otherZone]),
      );
      for (const zone of found.filter(({ ZoneType }) => ZoneType === 'availability-zone')) {
        expect(zone).toMatchObject({
          ZoneName: expect.stringMatching(new RegExp(`^${REGION}[a-z]$`)),
          ZoneId: expect.stringMatching(/^[a-z0-9]+-az\d$/),
          RegionName: REGION,
          State: 'available',
        });
      }
    });

    it('it is found by its name, its id and its state (1.4)', async () => {
      const [one] = await zones({ ZoneNames: [aws.around.zone] });
      expect(one!.ZoneName).toBe(aws.around.zone);
      expect(await zones({ ZoneIds: [one!.ZoneId!] })).toEqual([one]);
      expect(await zones({ Filters: [{ Name: 'zone-name', Values: [aws.around.zone] }] })).toEqual([one]);
      expect(await zones({ Filters: [{ Name: 'state', Values: ['unavailable'] }] })).toEqual([]);
    });

    it('one that there is not is refused (1.11)', async () => {
      expect(await codeOf(zones({ ZoneNames: [`${REGION}z`] }))).toMatch(
        oneOf('InvalidParameterValue', 'InvalidZone.NotFound'),
      );
    });
  },
);

const regions = async (name: string) =>
  (await aws.ec2.send(new DescribeRegionsCommand({ RegionNames: [name] }))).Regions!;

capability(
  'regions',
  () => [regions(REGION)],
  (it) => {
    it('this one has an endpoint, and can be used (1.2)', async () => {
      expect(await regions(REGION)).toMatchObject([
        {
          RegionName: REGION,
          Endpoint: expect.stringContaining(REGION),
          OptInStatus: expect.stringMatching(/^(opt-in-not-required|opted-in)$/),
        },
      ]);
      expect(await codeOf(regions('mars-east-1'))).toBe('InvalidParameterValue');
    });
  },
);

const vpcs = async (input: DescribeVpcsCommandInput) => (await aws.ec2.send(new DescribeVpcsCommand(input))).Vpcs!;

capability(
  'networks',
  () => [vpcs({})],
  (it) => {
    it('there is one that is the default, of which the default subnets are (1.2)', async () => {
      const found = await vpcs({ Filters: [{ Name: 'is-default', Values: ['true'] }] });
      expect(found).toMatchObject([{ IsDefault: true, State: 'available', VpcId: expect.stringMatching(/^vpc-/) }]);
      const [subnet] = await defaultSubnets(aws.around.zone);
      expect(subnet!.VpcId).toBe(found[0]!.VpcId);
      expect(await vpcs({ VpcIds: [subnet!.VpcId!] })).toEqual(found);
    });

    it('one that never was is not found (1.11)', async () => {
      expect(await codeOf(vpcs({ VpcIds: ['vpc-0123456789abcdef0'] }))).toBe('InvalidVpcID.NotFound');
    });
  },
);

const SUBNET = 'subnet-0123456789abcdef0';

capability(
  'subnets',
  () => [subnets({ SubnetIds: [SUBNET] })],
  (it) => {
    it('each zone has one that is its default, with addresses left (1.2)', async () => {
      const { zone } = aws.around;
      const found = await defaultSubnets(zone);
      expect(found).toHaveLength(1);
      expect(found[0]).toMatchObject({
        SubnetId: expect.stringMatching(/^subnet-[0-9a-f]+$/),
        VpcId: expect.stringMatching(/^vpc-[0-9a-f]+$/),
        AvailabilityZone: zone,
        DefaultForAz: true,
        State: 'available',
        CidrBlock: expect.stringMatching(/^\d+\.\d+\.\d+\.\d+\/\d+$/),
      });
      expect(found[0]!.AvailableIpAddressCount).toBeGreaterThan(0);
    });

    it('a launch that names none takes the default one of its zone (1.2)', async () => {
      const { zone, otherZone } = aws.around;
      for (const AvailabilityZone of [zone, otherZone]) {
        const [subnet] = await defaultSubnets(AvailabilityZone);
        const { SubnetId, VpcId } = await aws.make.launch({ Placement: { AvailabilityZone } });
        expect([SubnetId, VpcId]).toEqual([subnet!.SubnetId, subnet!.VpcId]);
      }
    });

    it('a launch that names one is in its zone (1.1, 1.2)', async () => {
      const { otherZone } = aws.around;
      const [subnet] = await defaultSubnets(otherZone);
      const launched = await aws.make.launch({ SubnetId: subnet!.SubnetId });
      expect(launched).toMatchObject({ SubnetId: subnet!.SubnetId, Placement: { AvailabilityZone: otherZone } });
    });

    it('its zone and another one contradict each other (1.11)', async () => {
      const { zone, otherZone } = aws.around;
      const [subnet] = await defaultSubnets(otherZone);
      const call = aws.make.launch({ SubnetId: subnet!.SubnetId, Placement: { AvailabilityZone: zone } });
      expect(await codeOf(call)).toMatch(oneOf('InvalidParameterValue', 'InvalidParameterCombination'));
    });

    it('one that there is not is not found, at a launch as well (1.11)', async () => {
      const notFound = oneOf('InvalidSubnetID.NotFound', 'InvalidSubnetId.NotFound');
      expect(await codeOf(subnets({ SubnetIds: [SUBNET] }))).toMatch(notFound);
      expect(await codeOf(aws.make.launch({ SubnetId: SUBNET }))).toMatch(notFound);
      expect(await codeOf(subnets({ SubnetIds: ['subnet-none'] }))).toMatch(
        oneOf('InvalidSubnetID.Malformed', 'InvalidParameterValue'),
      );
    });
  },
);

const GROUP = 'sg-0123456789abcdef0';

capability(
  'security groups',
  () => [groups({ GroupIds: [GROUP] })],
  (it) => {
    it('the default network has one that is called default (1.2)', async () => {
      expect(await defaultGroup()).toMatchObject({
        GroupId: expect.stringMatching(/^sg-[0-9a-f]+$/),
        GroupName: 'default',
        OwnerId: expect.stringMatching(/^\d{12}$/),
      });
    });

    it('a launch that names none has it, and it can be named (1.2)', async () => {
      const { GroupId } = await defaultGroup();
      expect((await aws.make.launch()).SecurityGroups).toMatchObject([{ GroupId }]);
      expect((await aws.make.launch({ SecurityGroupIds: [GroupId!] })).SecurityGroups).toMatchObject([{ GroupId }]);
    });

    it('one that there is not is not found, at a launch as well (1.11)', async () => {
      expect(await codeOf(groups({ GroupIds: [GROUP] }))).toBe('InvalidGroup.NotFound');
      expect(await codeOf(aws.make.launch({ SecurityGroupIds: [GROUP] }))).toBe('InvalidGroup.NotFound');
      const malformed = oneOf('InvalidGroupId.Malformed', 'InvalidSecurityGroupId.Malformed', 'InvalidParameterValue');
      expect(await codeOf(groups({ GroupIds: ['sg-none'] }))).toMatch(malformed);
    });
  },
);
