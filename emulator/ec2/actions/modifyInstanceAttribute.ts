// ModifyInstanceAttribute: one attribute of one instance in a call; what the machine is made of only while it is stopped.

import { boolean, list, string, structure, type Values } from '../../protocols/parameters.ts';
import { findInstanceType, maxVolumes } from '../catalogue.ts';
import { Ec2Error } from '../errors.ts';
import { one } from '../ids.ts';
import { type Instance, isOver } from '../instances.ts';
import type { Region } from '../region.ts';
import { action, required, stopDryRun } from './action.ts';

const flag = structure({ Value: boolean });
const text = structure({ Value: string });

const attributes = {
  DisableApiTermination: flag,
  DisableApiStop: flag,
  InstanceInitiatedShutdownBehavior: text,
  BlockDeviceMapping: list(
    structure({ DeviceName: string, Ebs: structure({ VolumeId: string, DeleteOnTermination: boolean }) }),
  ),
  SourceDestCheck: flag,
  EbsOptimized: flag,
  UserData: text,
  InstanceType: text,
} as const;

type Attributes = Values<typeof attributes>;
type Mapping = NonNullable<Attributes['BlockDeviceMapping']>[number];

const MAX_USER_DATA_BYTES = 16_384;

export const modifyInstanceAttribute = action(
  'ModifyInstanceAttribute',
  { InstanceId: string, DryRun: boolean, ...attributes },
  (region, { InstanceId, DryRun, ...given }) => {
    const name = onlyOne(given);
    const instance = one('instance', required(InstanceId, 'InstanceId'), (id) => region.instances.get(id));
    if (isOver(instance)) throw wrongState(instance, `is '${instance.state}'`);
    const change = changeOf(region, instance, name, given);
    stopDryRun(DryRun);
    region.putInstance({ ...instance, ...change });
    for (const { volumeId, deleteOnTermination } of change.devices ?? []) {
      region.changeVolume(volumeId, ({ attachment }) =>
        attachment === null ? {} : { attachment: { ...attachment, deleteOnTermination } },
      );
    }
    return { return: true };
  },
);

function onlyOne(given: Attributes): keyof Attributes {
  const names = Object.keys(given) as (keyof Attributes)[];
  if (names.length === 1) return names[0]!;
  throw new Ec2Error(
    'InvalidParameterCombination',
    names.length === 0 ? 'No attributes specified.' : `Fields for multiple attribute types specified: ${names.join()}`,
  );
}

/** Throws where the instance can't have it, or not in its state. */
function changeOf(region: Region, instance: Instance, name: keyof Attributes, given: Attributes): Partial<Instance> {
  switch (name) {
    case 'DisableApiTermination':
      return { isTerminationProtected: protection(instance, given[name]?.Value, name) };
    case 'DisableApiStop':
      return { isStopProtected: protection(instance, given[name]?.Value, name) };
    case 'InstanceInitiatedShutdownBehavior':
      return { shutdownBehavior: shutdownBehavior(required(given[name]?.Value, name)) };
    case 'SourceDestCheck':
      return { sourceDestCheck: required(given[name]?.Value, name) };
    case 'EbsOptimized':
      checkStopped(instance);
      return { ebsOptimized: required(given[name]?.Value, name) };
    case 'UserData':
      checkStopped(instance);
      return { userData: userData(given[name]?.Value) };
    case 'InstanceType':
      checkStopped(instance);
      return ofType(region, instance, required(given[name]?.Value, name));
    case 'BlockDeviceMapping':
      return { devices: devices(instance, required(given[name], name)) };
  }
}

/** A spot instance goes when EC2 wants it back (facts/ec2.md 1.3). */
function protection(instance: Instance, value: boolean | undefined, name: string): boolean {
  const isWanted = required(value, name);
  if (!isWanted || instance.market !== 'spot') return isWanted;
  throw new Ec2Error('UnsupportedOperation', `${name} can't be set for the Spot Instance '${instance.id}'.`);
}

function shutdownBehavior(value: string): Instance['shutdownBehavior'] {
  if (value === 'stop' || value === 'terminate') return value;
  throw invalid(`Value (${value}) for parameter instanceInitiatedShutdownBehavior is invalid.`);
}

/** Base64; none takes it away. */
function userData(encoded = ''): string | undefined {
  if (encoded === '') return undefined;
  if (!/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(encoded)) {
    throw new Ec2Error('InvalidUserData.Malformed', 'Invalid BASE64 encoding of user data');
  }
  if (Buffer.from(encoded, 'base64').length > MAX_USER_DATA_BYTES) throw invalid('User data is limited to 16384 bytes');
  return encoded;
}

/** Quota and capacity are asked for by the start that follows. */
function ofType(region: Region, instance: Instance, name: string): Partial<Instance> {
  const type = findInstanceType(name);
  if (type === undefined) {
    throw new Ec2Error('InvalidInstanceAttributeValue', `Invalid value '${name}' for instanceType.`);
  }
  if (instance.market === 'spot') {
    throw new Ec2Error('UnsupportedOperation', `The type of the Spot Instance '${instance.id}' can't be changed.`);
  }
  if (!type.architectures.includes(instance.architecture)) {
    throw invalid(
      `The architecture '${instance.architecture}' of the instance does not match the architecture of the instance type ${name}.`,
    );
  }
  if (!type.usage_classes.includes('on-demand')) {
    throw new Ec2Error('Unsupported', `The instance type ${name} is not offered as on-demand.`);
  }
  if (!(type.zones[region.name] ?? []).includes(instance.zone)) {
    throw new Ec2Error(
      'Unsupported',
      `The instance type (${name}) is not supported in the instance's Availability Zone (${instance.zone}).`,
    );
  }
  if (instance.devices.length > maxVolumes(name)) {
    throw new Ec2Error('AttachmentLimitExceeded', `${name} takes at most ${maxVolumes(name)} volumes`);
  }
  return { type: name, vcpus: type.vcpus };
}

function devices(instance: Instance, mappings: readonly Mapping[]): Instance['devices'] {
  const wanted = new Map<string, boolean>();
  for (const { DeviceName, Ebs = {} } of mappings) {
    const name = required(DeviceName, 'BlockDeviceMapping.DeviceName');
    const device = instance.devices.find((each) => each.device === name);
    if (device === undefined || (Ebs.VolumeId ?? device.volumeId) !== device.volumeId) {
      throw new Ec2Error(
        'InvalidInstanceAttributeValue',
        `No device is currently mapped at ${name}${Ebs.VolumeId === undefined ? '' : ` with ${Ebs.VolumeId}`}`,
      );
    }
    // Not said is true (SDK).
    wanted.set(name, Ebs.DeleteOnTermination ?? true);
  }
  return instance.devices.map((each) => ({
    ...each,
    deleteOnTermination: wanted.get(each.device) ?? each.deleteOnTermination,
  }));
}

function checkStopped(instance: Instance): void {
  if (instance.state !== 'stopped') throw wrongState(instance, "is not in the 'stopped' state");
}

const wrongState = (instance: Instance, what: string): Ec2Error =>
  new Ec2Error('IncorrectInstanceState', `The instance '${instance.id}' ${what}.`);

const invalid = (message: string): Ec2Error => new Ec2Error('InvalidParameterValue', message);
