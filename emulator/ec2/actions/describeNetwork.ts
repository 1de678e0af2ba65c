// DescribeVpcs, DescribeSubnets, DescribeSecurityGroups: the default network, which is all that there is.

import { boolean, integer, list, string } from '../../protocols/parameters.ts';
import { zoneId } from '../catalogue.ts';
import { Ec2Error } from '../errors.ts';
import { applyFilters, type FilterReaders, filterSchema, type Filters } from '../filters.ts';
import { type Kind, pick } from '../ids.ts';
import { defaultGroupId, freeAddresses, type Subnet, subnetsOf } from '../network.ts';
import { type Page, page, type Paging } from '../paging.ts';
import type { Region } from '../region.ts';
import { action, stopDryRun } from './action.ts';

const VPC_CIDR = '172.31.0.0/16';

const paging = { Filter: filterSchema, MaxResults: integer, NextToken: string, DryRun: boolean } as const;

type Thing = { readonly id: string };
type Listing = Paging & { readonly Filter?: Filters };

export const describeVpcs = action('DescribeVpcs', { VpcId: list(string), ...paging }, (region, input) => {
  const readers: FilterReaders<Thing> = {
    'vpc-id': ({ id }) => [id],
    cidr: () => [VPC_CIDR],
    'cidr-block-association.cidr-block': () => [VPC_CIDR],
    'is-default': () => ['true'],
    'owner-id': () => [region.accountId],
    state: () => ['available'],
  };
  const { items, nextToken } = find('vpc', [{ id: region.vpcId }], input.VpcId, readers, input);
  stopDryRun(input.DryRun);
  return {
    vpcSet: items.map(({ id }) => ({
      vpcId: id,
      ownerId: region.accountId,
      state: 'available',
      cidrBlock: VPC_CIDR,
      cidrBlockAssociationSet: [
        {
          associationId: id.replace('vpc', 'vpc-cidr-assoc'),
          cidrBlock: VPC_CIDR,
          cidrBlockState: { state: 'associated' },
        },
      ],
      instanceTenancy: 'default',
      isDefault: true,
      tagSet: [],
    })),
    nextToken,
  };
});

export const describeSubnets = action('DescribeSubnets', { SubnetId: list(string), ...paging }, (region, input) => {
  const { items, nextToken } = find('subnet', subnetsOf(region), input.SubnetId, subnetReaders(region), input);
  stopDryRun(input.DryRun);
  return {
    subnetSet: items.map((subnet) => ({
      subnetId: subnet.id,
      subnetArn: subnetArn(region, subnet),
      vpcId: subnet.vpcId,
      ownerId: region.accountId,
      state: 'available',
      availabilityZone: subnet.zone,
      availabilityZoneId: zoneId(subnet.zone),
      cidrBlock: subnet.cidr,
      availableIpAddressCount: freeAddresses(region, subnet.zone),
      defaultForAz: true,
      // Machines of the emulator have no public address.
      mapPublicIpOnLaunch: false,
      assignIpv6AddressOnCreation: false,
      ipv6CidrBlockAssociationSet: [],
      tagSet: [],
    })),
    nextToken,
  };
});

const subnetReaders = (region: Region): FilterReaders<Subnet> => {
  const readers: FilterReaders<Subnet> = {
    'subnet-id': ({ id }) => [id],
    'subnet-arn': (subnet) => [subnetArn(region, subnet)],
    'vpc-id': (subnet) => [subnet.vpcId],
    'availability-zone': ({ zone }) => [zone],
    'availability-zone-id': ({ zone }) => [zoneId(zone)],
    'available-ip-address-count': ({ zone }) => [String(freeAddresses(region, zone))],
    'cidr-block': ({ cidr }) => [cidr],
    'default-for-az': () => ['true'],
    'map-public-ip-on-launch': () => ['false'],
    'owner-id': () => [region.accountId],
    state: () => ['available'],
  };
  return {
    ...readers,
    availabilityZone: readers['availability-zone']!,
    availabilityZoneId: readers['availability-zone-id']!,
    cidr: readers['cidr-block']!,
    cidrBlock: readers['cidr-block']!,
    defaultForAz: readers['default-for-az']!,
  };
};

const subnetArn = (region: Region, { id }: Subnet): string =>
  `arn:aws:ec2:${region.name}:${region.accountId}:subnet/${id}`;

const GROUP = { name: 'default', description: 'default VPC security group' } as const;

export const describeSecurityGroups = action(
  'DescribeSecurityGroups',
  { GroupId: list(string), GroupName: list(string), ...paging },
  (region, input) => {
    for (const name of input.GroupName ?? []) {
      if (name === GROUP.name) continue;
      throw new Ec2Error(
        'InvalidGroup.NotFound',
        `The security group '${name}' does not exist in default VPC '${region.vpcId}'`,
      );
    }
    const readers: FilterReaders<Thing> = {
      'group-id': ({ id }) => [id],
      'group-name': () => [GROUP.name],
      description: () => [GROUP.description],
      'owner-id': () => [region.accountId],
      'vpc-id': () => [region.vpcId],
    };
    const { items, nextToken } = find(
      'security group',
      [{ id: defaultGroupId(region) }],
      input.GroupId,
      readers,
      input,
    );
    stopDryRun(input.DryRun);
    return { securityGroupInfo: items.map(({ id }) => groupXml(region, id)), nextToken };
  },
);

/** What its members send each other comes in, everything goes out. */
const groupXml = (region: Region, id: string) => ({
  groupId: id,
  securityGroupArn: `arn:aws:ec2:${region.name}:${region.accountId}:security-group/${id}`,
  groupName: GROUP.name,
  groupDescription: GROUP.description,
  vpcId: region.vpcId,
  ownerId: region.accountId,
  ipPermissions: [{ ...ALL_TRAFFIC, groups: [{ groupId: id, userId: region.accountId }], ipRanges: [] }],
  ipPermissionsEgress: [{ ...ALL_TRAFFIC, groups: [], ipRanges: [{ cidrIp: '0.0.0.0/0' }] }],
  tagSet: [],
});

const ALL_TRAFFIC = { ipProtocol: '-1', ipv6Ranges: [], prefixListIds: [] } as const;

function find<T extends Thing>(
  kind: Kind,
  all: readonly T[],
  ids: readonly string[] | undefined,
  readers: FilterReaders<T>,
  listing: Listing,
): Page<T> {
  if (ids !== undefined && listing.MaxResults !== undefined) {
    throw new Ec2Error('InvalidParameterCombination', `The ids of a call cannot be used with the parameter maxResults`);
  }
  const named = ids === undefined ? all : pick(kind, ids, (id) => all.find((each) => each.id === id));
  const found = applyFilters(named, listing.Filter, readers);
  return page(
    found.sort((a, b) => (a.id < b.id ? -1 : 1)),
    listing,
  );
}
