// Instance types and where they are offered: what AWS has to choose from, from a dated data file.

import { readFileSync } from 'node:fs';
import { Ec2Error } from './errors.ts';

export type InstanceType = {
  readonly vcpus: number;
  readonly memory_mib: number;
  readonly architectures: readonly string[];
  readonly usage_classes: readonly string[];
  readonly burstable: boolean;
  readonly current: boolean;
  readonly gpu?: {
    readonly name: string;
    readonly manufacturer: string;
    readonly count: number;
    readonly memory_mib: number;
  };
  readonly ebs?: {
    readonly optimized: string;
    readonly nvme: string;
    readonly max_iops?: number;
    readonly max_mbps?: number;
    readonly max_attachments?: number;
  };
  readonly max_network_interfaces?: number;
  readonly zones: Readonly<Record<string, readonly string[]>>;
};

const { types: TYPES } = JSON.parse(
  readFileSync(new URL('../../data/ec2-instance-types.json', import.meta.url), 'utf8'),
) as { types: Record<string, InstanceType> };

export const instanceTypes = (): [string, InstanceType][] => Object.entries(TYPES);

export const findInstanceType = (name: string): InstanceType | undefined =>
  Object.hasOwn(TYPES, name) ? TYPES[name] : undefined;

export function instanceType(name: string): InstanceType {
  const type = findInstanceType(name);
  if (type === undefined) throw new Ec2Error('InvalidParameterValue', `Invalid value '${name}' for InstanceType.`);
  return type;
}

const ZONES = new Map<string, string[]>();
for (const type of Object.values(TYPES)) {
  for (const [region, zones] of Object.entries(type.zones)) {
    ZONES.set(region, [...new Set([...(ZONES.get(region) ?? []), ...zones])].sort());
  }
}

/** Every zone that some type is offered in. */
export const zonesOf = (region: string): readonly string[] => ZONES.get(region) ?? [];

export const regions = (): string[] => [...ZONES.keys()].sort();

/** `use1-az1`: the id of a zone, which is the same in every account. */
export const zoneId = (zone: string): string => {
  const [, area = '', where = '', number = '', letter = 'a'] = /^([a-z]+)-([a-z]+)-(\d)([a-z])$/.exec(zone) ?? [];
  return `${area}${where.replace(/^(north|south|east|west|central).*/, (word) => word[0]!)}${number}-az${letter.charCodeAt(0) - 96}`;
};

/** The most volumes that an instance takes, the root among them. */
export const maxVolumes = (type: string): number => findInstanceType(type)?.ebs?.max_attachments ?? 27;
