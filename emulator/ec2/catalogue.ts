// Instance types, where they are offered, and images: what AWS has to choose from, from dated data files.

import { readFileSync } from 'node:fs';
import { Ec2Error } from './errors.ts';

export type InstanceType = {
  readonly vcpus: number;
  readonly memory_mib: number;
  readonly architectures: readonly string[];
  readonly usage_classes: readonly string[];
  readonly burstable: boolean;
  readonly current: boolean;
  readonly zones: Readonly<Record<string, readonly string[]>>;
};

export type Image = {
  readonly id: string;
  readonly owner: string;
  readonly name: string;
  readonly architecture: string;
  readonly created: string;
  readonly root_device: string;
  readonly root_gb: number;
};

const read = (path: string): unknown => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));

const { types: TYPES } = read('../../data/ec2-instance-types.json') as { types: Record<string, InstanceType> };
export const { images: IMAGES } = read('../data/images.json') as { images: readonly Image[] };

export const instanceTypes = (): [string, InstanceType][] => Object.entries(TYPES);

export const findInstanceType = (name: string): InstanceType | undefined =>
  Object.hasOwn(TYPES, name) ? TYPES[name] : undefined;

export function instanceType(name: string): InstanceType {
  const type = findInstanceType(name);
  if (type === undefined) throw new Ec2Error('InvalidParameterValue', `Invalid value '${name}' for InstanceType.`);
  return type;
}

/** Every zone that some type is offered in. */
export const zonesOf = (region: string): string[] =>
  [...new Set(instanceTypes().flatMap(([, type]) => type.zones[region] ?? []))].sort();
