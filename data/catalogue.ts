// The dated built-in catalogue of instance types and storage prices; its sources stand in the files themselves.

import { readFileSync } from 'node:fs';
import type { Rates } from '../domain/compute/price.ts';
import type { TypeFacts } from '../domain/compute/shape.ts';
import { parseUsd } from '../domain/money.ts';

type InstanceType = {
  readonly vcpus: number;
  readonly memory_mib: number;
  readonly architectures: readonly string[];
  readonly usage_classes: readonly string[];
  readonly burstable: boolean;
  readonly gpu?: { readonly name: string; readonly count: number };
  readonly ebs?: { readonly max_iops?: number };
  readonly zones: Readonly<Record<string, readonly string[]>>;
  /** USD per hour as a decimal string; absent where the price list does not have the type. */
  readonly on_demand_usd_per_hour_us_east_1?: string;
};

type StoragePrices = {
  readonly as_of: string;
  readonly regions: Readonly<Record<string, Readonly<Record<keyof Omit<Rates, 'machineHour'>, string>>>>;
};

export type StorageRates = Omit<Rates, 'machineHour'>;

export type Catalogue = {
  /** The day of its data, ISO. */
  readonly asOf: string;
  /** Every type, with what this region has of it. */
  types(region: string): readonly TypeFacts[];
  find(instanceType: string, region: string): TypeFacts | undefined;
  /** Null where the region's prices are not known. */
  storageRates(region: string): StorageRates | null;
};

/** The prices of the types are those of this region alone. */
const PRICED_REGION = 'us-east-1';

export function readCatalogue(): Catalogue {
  const { types } = read('./ec2-instance-types.json') as { types: Record<string, InstanceType> };
  const storage = read('./storage-prices.json') as StoragePrices;
  const byRegion = new Map<string, readonly TypeFacts[]>();
  const inRegion = (region: string): readonly TypeFacts[] => {
    const known = byRegion.get(region);
    if (known !== undefined) return known;
    const facts = Object.entries(types).map(([name, type]) => factsOf(name, type, region));
    byRegion.set(region, facts);
    return facts;
  };
  return {
    asOf: storage.as_of,
    types: inRegion,
    find: (instanceType, region) => inRegion(region).find(({ name }) => name === instanceType),
    storageRates(region) {
      const rates = storage.regions[region];
      if (rates === undefined) return null;
      const micros = (name: keyof StorageRates): number => parseUsd(rates[name])!;
      return {
        gp3GbMonth: micros('gp3GbMonth'),
        gp3IopsMonth: micros('gp3IopsMonth'),
        gp3ThroughputMonth: micros('gp3ThroughputMonth'),
        ipv4Hour: micros('ipv4Hour'),
      };
    },
  };
}

const read = (path: string): unknown => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));

function factsOf(name: string, type: InstanceType, region: string): TypeFacts {
  const price = region === PRICED_REGION ? type.on_demand_usd_per_hour_us_east_1 : undefined;
  return {
    name,
    vcpus: type.vcpus,
    memoryMib: type.memory_mib,
    architectures: type.architectures,
    usageClasses: type.usage_classes,
    burstable: type.burstable,
    gpu: type.gpu ?? null,
    maxIops: type.ebs?.max_iops ?? null,
    zones: type.zones[region] ?? [],
    hourlyMicros: price === undefined ? null : parseUsd(price),
  };
}
