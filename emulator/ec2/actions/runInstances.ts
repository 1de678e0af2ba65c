// RunInstances: tokens, placement, tags and devices as AWS documents them (facts/ec2.md 1.1, 1.2).

import { randomInt } from 'node:crypto';
import { boolean, integer, list, string, structure, type Values } from '../../protocols/parameters.ts';
import { IMAGES, type Image, instanceType, zonesOf } from '../catalogue.ts';
import { Ec2Error } from '../errors.ts';
import { checkId, newId } from '../ids.ts';
import { type Instance, instanceXml, isOver } from '../instances.ts';
import type { Region } from '../region.ts';
import { tagSpecificationSchema, tagsFor } from '../tags.ts';
import { checkGp3, GP3, type Volume } from '../volumes.ts';
import { action, required, stopDryRun } from './action.ts';

const parameters = {
  ImageId: string,
  InstanceType: string,
  MinCount: integer,
  MaxCount: integer,
  ClientToken: string,
  UserData: string,
  DryRun: boolean,
  Placement: structure({ AvailabilityZone: string, Tenancy: string }),
  InstanceInitiatedShutdownBehavior: string,
  BlockDeviceMapping: list(
    structure({
      DeviceName: string,
      Ebs: structure({
        VolumeSize: integer,
        VolumeType: string,
        Iops: integer,
        Throughput: integer,
        DeleteOnTermination: boolean,
        Encrypted: boolean,
      }),
    }),
  ),
  MetadataOptions: structure({
    HttpTokens: string,
    HttpEndpoint: string,
    HttpPutResponseHopLimit: integer,
    InstanceMetadataTags: string,
  }),
  InstanceMarketOptions: structure({
    MarketType: string,
    SpotOptions: structure({ SpotInstanceType: string, InstanceInterruptionBehavior: string }),
  }),
  TagSpecification: tagSpecificationSchema,
} as const;
type Input = Values<typeof parameters>;

const TAGGABLE = ['instance', 'volume', 'network-interface', 'spot-instances-request'];
const MAX_USER_DATA_BYTES = 16_384;
const MAX_COUNT = 1_000;

export const runInstances = action('RunInstances', parameters, (region, input) => {
  const { ClientToken: token, DryRun, ...rest } = input;
  const explicitZone = input.Placement?.AvailabilityZone;
  // Zonal where the zone is said, regional otherwise: the same token in another zone is another launch.
  const scope = explicitZone ?? region.options.name;
  const before = region.launchTokens.find(token, scope, rest);
  if (before !== null) return answer(region, again(region, before));

  const wanted = check(region, input);
  stopDryRun(DryRun);
  try {
    region.checkCapacity(wanted.type, wanted.zone, wanted.market);
  } catch (error) {
    region.launchTokens.record(token, scope, rest, []);
    throw error;
  }
  const reservationId = newId('reservation');
  const instances = Array.from({ length: wanted.count }, () => launch(region, input, wanted, reservationId));
  region.launchTokens.record(
    token,
    scope,
    rest,
    instances.map((instance) => instance.id),
  );
  return answer(region, instances);
});

type Wanted = {
  readonly image: Image;
  readonly type: string;
  readonly zone: string;
  readonly market: 'on-demand' | 'spot';
  readonly count: number;
  readonly userData: Buffer | null;
};

/** Everything that makes AWS refuse before anything is made. */
function check(region: Region, input: Input): Wanted {
  const count = required(input.MaxCount, 'MaxCount');
  const least = required(input.MinCount, 'MinCount');
  if (least < 1 || count < least || count > MAX_COUNT)
    throw new Ec2Error('InvalidParameterValue', `MinCount ${least} and MaxCount ${count} don't fit`);
  const imageId = required(input.ImageId, 'ImageId');
  checkId('image', imageId);
  const image = IMAGES.find((candidate) => candidate.id === imageId);
  if (image === undefined) throw new Ec2Error('InvalidAMIID.NotFound', `The image id '[${imageId}]' does not exist`);
  const type = input.InstanceType ?? 'm1.small';
  const { architectures, usage_classes: markets, zones } = instanceType(type);
  if (!architectures.includes(image.architecture)) {
    throw new Ec2Error(
      'InvalidParameterValue',
      `The architecture '${image.architecture}' of the specified image does not match the architecture of the instance type ${type}.`,
    );
  }
  const offered = zones[region.options.name] ?? [];
  const zone =
    input.Placement?.AvailabilityZone ?? offered[0] ?? zonesOf(region.options.name)[0] ?? region.options.name;
  if (!zonesOf(region.options.name).includes(zone))
    throw new Ec2Error('InvalidParameterValue', `Invalid availability zone: [${zone}]`);
  if (!offered.includes(zone)) {
    throw new Ec2Error(
      'Unsupported',
      `Your requested instance type (${type}) is not supported in your requested Availability Zone (${zone}).`,
    );
  }
  const marketType = input.InstanceMarketOptions?.MarketType;
  if (marketType !== undefined && marketType !== 'spot')
    throw new Ec2Error('InvalidParameterValue', `Invalid market type ${marketType}`);
  const market = marketType ?? 'on-demand';
  if (!markets.includes(market)) throw new Ec2Error('Unsupported', `${type} is not offered as ${market}`);
  checkOneOf(input.InstanceInitiatedShutdownBehavior, ['stop', 'terminate'], 'InstanceInitiatedShutdownBehavior');
  checkOneOf(input.MetadataOptions?.HttpTokens, ['optional', 'required'], 'HttpTokens');
  checkOneOf(input.MetadataOptions?.HttpEndpoint, ['enabled', 'disabled'], 'HttpEndpoint');
  checkBetween(input.MetadataOptions?.HttpPutResponseHopLimit, 1, 64, 'HttpPutResponseHopLimit');
  for (const type of TAGGABLE) tagsFor(input.TagSpecification, type, TAGGABLE);
  for (const mapping of input.BlockDeviceMapping ?? []) {
    required(mapping.DeviceName, 'BlockDeviceMapping.DeviceName');
    const size = sizeOf(mapping, image);
    if (mapping.DeviceName === image.root_device && size < image.root_gb) {
      throw new Ec2Error(
        'InvalidBlockDeviceMapping',
        `Volume of size ${size}GB is smaller than snapshot, expect size >= ${image.root_gb}GB`,
      );
    }
    if ((mapping.Ebs?.VolumeType ?? 'gp3') === 'gp3')
      checkGp3(size, mapping.Ebs?.Iops ?? GP3.iops, mapping.Ebs?.Throughput ?? GP3.throughput);
  }
  return { image, type, zone, market, count, userData: readUserData(input.UserData) };
}

function readUserData(encoded: string | undefined): Buffer | null {
  if (encoded === undefined || encoded === '') return null;
  if (!/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(encoded))
    throw new Ec2Error('InvalidUserData.Malformed', 'Invalid BASE64 encoding of user data');
  const content = Buffer.from(encoded, 'base64');
  if (content.length > MAX_USER_DATA_BYTES)
    throw new Ec2Error('InvalidParameterValue', 'User data is limited to 16384 bytes');
  return content;
}

function checkOneOf(value: string | undefined, allowed: readonly string[], name: string): void {
  if (value !== undefined && !allowed.includes(value))
    throw new Ec2Error('InvalidParameterValue', `Value (${value}) for parameter ${name} is invalid.`);
}

function checkBetween(value: number | undefined, min: number, max: number, name: string): void {
  if (value !== undefined && (value < min || value > max))
    throw new Ec2Error('InvalidParameterValue', `Value (${value}) for parameter ${name} is invalid.`);
}

type Mapping = NonNullable<Input['BlockDeviceMapping']>[number];
const sizeOf = (mapping: Mapping, image: Image): number =>
  mapping.Ebs?.VolumeSize ?? (mapping.DeviceName === image.root_device ? image.root_gb : 8);

function launch(
  region: Region,
  input: Input,
  { image, type, zone, market, userData }: Wanted,
  reservationId: string,
): Instance {
  const instance: Instance = {
    id: newId('instance'),
    reservationId,
    imageId: image.id,
    type,
    architecture: image.architecture,
    vcpus: instanceType(type).vcpus,
    zone,
    region: region.options.name,
    market,
    clientToken: input.ClientToken,
    launchedAt: region.now,
    userData,
    shutdownBehavior: input.InstanceInitiatedShutdownBehavior === 'terminate' ? 'terminate' : 'stop',
    rootDevice: image.root_device,
    privateIp: `10.${randomInt(256)}.${randomInt(256)}.${randomInt(1, 255)}`,
    httpTokens: input.MetadataOptions?.HttpTokens ?? 'optional',
    hopLimit: input.MetadataOptions?.HttpPutResponseHopLimit ?? 1,
    tags: tagsFor(input.TagSpecification, 'instance', TAGGABLE),
    devices: [],
    state: 'pending',
    stateReason: undefined,
    transitionReason: '',
    endedAt: null,
  };
  const root: Mapping = { DeviceName: image.root_device };
  const mappings = input.BlockDeviceMapping ?? [];
  const all = mappings.some((mapping) => mapping.DeviceName === image.root_device) ? mappings : [root, ...mappings];
  for (const mapping of all) attachAtLaunch(region, input, instance, mapping, image);
  region.addInstance(instance);
  return instance;
}

function attachAtLaunch(region: Region, input: Input, instance: Instance, mapping: Mapping, image: Image): void {
  const id = newId('volume');
  const device = mapping.DeviceName!;
  // Volumes made by a launch through the API go with it unless the launch says otherwise (facts/ec2.md 1.6).
  const deleteOnTermination = mapping.Ebs?.DeleteOnTermination ?? true;
  const volume: Volume = {
    id,
    zone: instance.zone,
    region: instance.region,
    sizeGb: sizeOf(mapping, image),
    type: mapping.Ebs?.VolumeType ?? 'gp3',
    iops: mapping.Ebs?.Iops ?? GP3.iops,
    throughput: mapping.Ebs?.Throughput ?? GP3.throughput,
    clientToken: undefined,
    createdAt: region.now,
    tags: tagsFor(input.TagSpecification, 'volume', TAGGABLE),
    folder: region.volumeFolder(id),
    state: 'in-use',
    attachment: null,
    endedAt: null,
  };
  instance.devices.push({ device, volumeId: id, deleteOnTermination, attachedAt: region.now });
  region.addVolume(volume, {
    instanceId: instance.id,
    device,
    attachedAt: region.now,
    deleteOnTermination,
    state: 'attached',
  });
}

/** The instances of a token that was used before, in the state they are in by now. */
function again(region: Region, ids: readonly string[]): Instance[] {
  if (ids.length === 0) {
    throw new Ec2Error('InsufficientInstanceCapacity', 'There was no capacity for the launch of this client token.');
  }
  const instances = ids.flatMap((id) => region.instances.get(id) ?? []);
  const isGone = instances.length === 0 || instances.every(isOver);
  if (isGone && (region.options.terminatedToken === 'error' || instances.length === 0)) {
    throw new Ec2Error(
      'IdempotentInstanceTerminated',
      'The instance launched by the request with this client token is terminated.',
    );
  }
  return instances;
}

const answer = (region: Region, instances: readonly Instance[]) => ({
  reservationId: instances[0]!.reservationId,
  ownerId: region.options.accountId,
  groupSet: [],
  instancesSet: instances.map(instanceXml),
});
