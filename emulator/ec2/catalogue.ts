// The instance types and where they are offered, from the dated data file (facts/ec2.md 1.8, 5).

import { readFileSync } from 'node:fs';
import { AwsError } from '../protocols/awsError.ts';

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
  readonly ebs: {
    readonly optimized: string;
    readonly nvme: string;
    readonly max_iops?: number;
    readonly max_mbps?: number;
    readonly max_attachments: number;
  };
  readonly max_network_interfaces: number;
  readonly zones: Readonly<Record<string, readonly string[]>>;
};

export type Catalogue = {
  readonly types: ReadonlyMap<string, InstanceType>;
  /** All zones of a region, in order; undefined where there is no such region. */
  zonesOf(region: string): readonly Zone[] | undefined;
};

export type Zone = { readonly name: string; readonly id: string };

export function readCatalogue(): Catalogue {
  const file = new URL('../../data/ec2-instance-types.json', import.meta.url);
  const data = JSON.parse(readFileSync(file, 'utf8')) as { types: Record<string, InstanceType> };
  const types = new Map(Object.entries(data.types));
  const names = new Map<string, Set<string>>();
  for (const { zones } of types.values()) {
    for (const [region, offered] of Object.entries(zones)) {
      names.set(region, new Set([...(names.get(region) ?? []), ...offered]));
    }
  }
  const zones = new Map(
    [...names].map(([region, found]) => [region, [...found].sort().map((name) => ({ name, id: zoneId(region, name) }))]),
  );
  return { types, zonesOf: (region) => zones.get(region) };
}

/** `us-east-1b` -> `use1-az2`. On AWS which letter is which id differs per account; here it is the alphabet's order. */
function zoneId(region: string, zone: string): string {
  const [area, direction, number] = region.split('-');
  const place = zone.charCodeAt(zone.length - 1) - 'a'.charCodeAt(0) + 1;
  return `${area}${direction?.charAt(0)}${number}-az${place}`;
}

/** The zone that a request names by its name or its id, or undefined where it names none. */
export function namedZone(
  catalogue: Catalogue,
  region: string,
  asked: { readonly AvailabilityZone: string | undefined; readonly AvailabilityZoneId: string | undefined } | undefined,
): string | undefined {
  const { AvailabilityZone: name, AvailabilityZoneId: id } = asked ?? {};
  if (name !== undefined && id !== undefined) {
    throw new AwsError(
      'InvalidParameterCombination',
      'You cannot specify both AvailabilityZone and AvailabilityZoneId.',
    );
  }
  if (name === undefined && id === undefined) return undefined;
  const zone = catalogue.zonesOf(region)?.find((known) => known.name === name || known.id === id);
  if (zone === undefined) throw new AwsError('InvalidParameterValue', `Invalid availability zone: [${name ?? id}]`);
  return zone.name;
}
