// Everything that makes EC2 refuse a launch before anything is made (facts/ec2.md 1.2, 1.8, 1.11).

import { findInstanceType, instanceType, zoneId, zonesOf } from '../catalogue.ts';
import { Ec2Error } from '../errors.ts';
import { checkId, notFound } from '../ids.ts';
import { findImage, type Image } from '../images.ts';
import type { Market, MetadataOptions } from '../instances.ts';
import { defaultGroupId, subnetsOf } from '../network.ts';
import { required } from '../actions/action.ts';
import type { Region } from '../region.ts';
import { tagsFor } from '../tags.ts';
import { devicesOf, type Device } from './devices.ts';
import { LAUNCH_TAGGABLE, type LaunchInput } from './parameters.ts';

export type Wanted = {
  readonly image: Image;
  readonly type: string;
  readonly vcpus: number;
  readonly zone: string;
  readonly market: Market;
  readonly least: number;
  readonly most: number;
  readonly devices: readonly Device[];
  readonly securityGroupIds: readonly string[];
  readonly metadata: MetadataOptions;
  readonly spot: {
    readonly type: 'one-time' | 'persistent';
    readonly behavior: 'terminate' | 'stop' | 'hibernate';
    readonly maxPrice: string | null;
  } | null;
};

const MAX_USER_DATA_BYTES = 16_384;
const MAX_COUNT = 1_000;

export function check(region: Region, input: LaunchInput): Wanted {
  const [least, most] = countOf(input);
  const image = imageOf(region, required(input.ImageId, 'ImageId'));
  const type = input.InstanceType ?? 'm1.small';
  const { architectures, vcpus } = instanceType(type);
  if (!architectures.includes(image.architecture)) {
    throw invalid(
      `The architecture '${image.architecture}' of the specified image does not match the architecture of the instance type ${type}.`,
    );
  }
  const market = marketOf(input, type);
  const zone = zoneOf(region, input, type);
  checkUserData(input.UserData);
  checkOneOf(input.InstanceInitiatedShutdownBehavior, ['stop', 'terminate'], 'InstanceInitiatedShutdownBehavior');
  checkOneOf(input.Placement?.Tenancy, ['default'], 'Placement.Tenancy');
  if (input.KeyName !== undefined && region.keyPairs.get(input.KeyName) === undefined) {
    throw new Ec2Error('InvalidKeyPair.NotFound', `The key pair '${input.KeyName}' does not exist`);
  }
  for (const resource of LAUNCH_TAGGABLE) tagsFor(input.TagSpecification, resource, LAUNCH_TAGGABLE);
  return {
    image,
    type,
    vcpus,
    zone,
    market,
    least,
    most,
    devices: devicesOf(region, input.BlockDeviceMapping ?? [], image, type),
    securityGroupIds: groupsOf(region, input),
    metadata: metadataOf(input),
    spot: market === 'spot' ? spotOf(input) : null,
  };
}

function countOf({ MinCount, MaxCount }: LaunchInput): [number, number] {
  const most = required(MaxCount, 'MaxCount');
  const least = required(MinCount, 'MinCount');
  if (least < 1 || most < least || most > MAX_COUNT) throw invalid(`MinCount ${least} and MaxCount ${most} don't fit`);
  return [least, most];
}

function imageOf(region: Region, id: string): Image {
  checkId('image', id);
  const image = findImage(region, id);
  const isHidden = image?.is_private === true && image.owner !== region.accountId;
  if (image === undefined || isHidden)
    throw new Ec2Error('InvalidAMIID.NotFound', `The image id '[${id}]' does not exist`);
  if ((image.state ?? 'available') !== 'available') {
    throw new Ec2Error('InvalidAMIID.Unavailable', `The image ID '${id}' is not yet available`);
  }
  return image;
}

function marketOf(input: LaunchInput, type: string): Market {
  const market = input.InstanceMarketOptions?.MarketType;
  if (market !== undefined && market !== 'spot') throw invalid(`Invalid market type ${market}`);
  const wanted = market ?? 'on-demand';
  if (findInstanceType(type)?.usage_classes.includes(wanted) !== true) {
    throw new Ec2Error('Unsupported', `The instance type ${type} is not offered as ${wanted}.`);
  }
  return wanted;
}

/** Persistent requests stop or hibernate, one-time ones end (facts/ec2.md 1.3). */
function spotOf(input: LaunchInput): Wanted['spot'] {
  const options = input.InstanceMarketOptions?.SpotOptions ?? {};
  checkOneOf(options.SpotInstanceType, ['one-time', 'persistent'], 'SpotInstanceType');
  checkOneOf(options.InstanceInterruptionBehavior, ['terminate', 'stop', 'hibernate'], 'InstanceInterruptionBehavior');
  const type = options.SpotInstanceType === 'persistent' ? 'persistent' : 'one-time';
  const behavior = (options.InstanceInterruptionBehavior ?? 'terminate') as NonNullable<Wanted['spot']>['behavior'];
  if ((type === 'persistent') === (behavior === 'terminate')) {
    throw new Ec2Error(
      'InvalidParameterCombination',
      `A ${type} spot request cannot have the interruption behavior ${behavior}.`,
    );
  }
  if (options.ValidUntil !== undefined && type !== 'persistent') {
    throw new Ec2Error('InvalidParameterCombination', 'ValidUntil is for persistent spot requests only.');
  }
  const maxPrice = options.MaxPrice ?? null;
  if (maxPrice !== null && !(/^\d+(\.\d+)?$/.test(maxPrice) && Number(maxPrice) > 0.001)) {
    throw invalid(`Value (${maxPrice}) for parameter price is invalid. The price must be above 0.001.`);
  }
  return { type, behavior, maxPrice };
}

/** Said, or implied by the subnet, or the first that has the type. */
function zoneOf(region: Region, input: LaunchInput, type: string): string {
  const zones = zonesOf(region.name);
  const offered = findInstanceType(type)?.zones[region.name] ?? [];
  const zone = explicitZone(region, input) ?? offered[0] ?? zones[0];
  if (zone === undefined || !zones.includes(zone)) throw invalid(`Invalid availability zone: [${zone ?? region.name}]`);
  if (offered.includes(zone)) return zone;
  throw new Ec2Error(
    'Unsupported',
    `Your requested instance type (${type}) is not supported in your requested Availability Zone (${zone}).`,
  );
}

/** The zone that a launch names, by itself or by its subnet: its token is zonal then (facts/ec2.md 1.1). */
export function explicitZone(region: Region, { Placement, SubnetId }: LaunchInput): string | undefined {
  const byId = Placement?.AvailabilityZoneId;
  const named =
    Placement?.AvailabilityZone ?? zonesOf(region.name).find((zone) => byId !== undefined && zoneId(zone) === byId);
  if (byId !== undefined && named === undefined) throw invalid(`Invalid availability zone id: [${byId}]`);
  if (SubnetId === undefined) return named;
  checkId('subnet', SubnetId);
  const subnet = subnetsOf(region).find(({ id }) => id === SubnetId);
  if (subnet === undefined) throw notFound('subnet', [SubnetId]);
  if (named !== undefined && named !== subnet.zone) {
    throw invalid(`The availability zone '${named}' is not the one of the subnet '${SubnetId}'`);
  }
  return subnet.zone;
}

function groupsOf(region: Region, input: LaunchInput): string[] {
  const own = defaultGroupId(region);
  for (const id of input.SecurityGroupId ?? []) {
    checkId('security group', id);
    if (id !== own) throw new Ec2Error('InvalidGroup.NotFound', `The security group '${id}' does not exist`);
  }
  for (const name of input.SecurityGroup ?? []) {
    if (name !== 'default') throw new Ec2Error('InvalidGroup.NotFound', `The security group '${name}' does not exist`);
  }
  return [own];
}

function metadataOf({ MetadataOptions: given = {} }: LaunchInput): MetadataOptions {
  checkOneOf(given.HttpTokens, ['optional', 'required'], 'HttpTokens');
  checkOneOf(given.HttpEndpoint, ['enabled', 'disabled'], 'HttpEndpoint');
  checkOneOf(given.InstanceMetadataTags, ['enabled', 'disabled'], 'InstanceMetadataTags');
  const hopLimit = given.HttpPutResponseHopLimit;
  if (hopLimit !== undefined && (hopLimit < 1 || hopLimit > 64)) {
    throw invalid(`Value (${hopLimit}) for parameter HttpPutResponseHopLimit is invalid.`);
  }
  return {
    // The emulator's images say imdsSupport v2.0, which makes these the defaults (facts/ec2.md 1.9).
    httpTokens: (given.HttpTokens ?? 'required') as MetadataOptions['httpTokens'],
    httpEndpoint: (given.HttpEndpoint ?? 'enabled') as MetadataOptions['httpEndpoint'],
    hopLimit: hopLimit ?? 2,
    instanceTags: (given.InstanceMetadataTags ?? 'disabled') as MetadataOptions['instanceTags'],
  };
}

function checkUserData(encoded: string | undefined): void {
  if (encoded === undefined || encoded === '') return;
  if (!/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(encoded))
    throw new Ec2Error('InvalidUserData.Malformed', 'Invalid BASE64 encoding of user data');
  if (Buffer.from(encoded, 'base64').length > MAX_USER_DATA_BYTES) throw invalid('User data is limited to 16384 bytes');
}

function checkOneOf(value: string | undefined, allowed: readonly string[], name: string): void {
  if (value !== undefined && !allowed.includes(value))
    throw invalid(`Value (${value}) for parameter ${name} is invalid.`);
}

const invalid = (text: string): Ec2Error => new Ec2Error('InvalidParameterValue', text);
