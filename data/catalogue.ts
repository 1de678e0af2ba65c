// The dated built-in catalogue of instance types; its sources stand in the file itself.

import { readFileSync } from 'node:fs';

export type InstanceType = {
  readonly vcpus: number;
  readonly memory_mib: number;
  readonly architectures: readonly string[];
  readonly zones: Readonly<Record<string, readonly string[]>>;
  /** USD per hour as a decimal string; absent where the price list does not have the type. */
  readonly on_demand_usd_per_hour_us_east_1?: string;
};

export type Catalogue = {
  has(instanceType: string): boolean;
  get(instanceType: string): InstanceType | undefined;
  /** On-demand Linux list price in USD per hour, null where it is not known for that region. */
  hourlyUsd(instanceType: string, region: string): string | null;
};

export function readCatalogue(): Catalogue {
  const file = new URL('./ec2-instance-types.json', import.meta.url);
  const { types } = JSON.parse(readFileSync(file, 'utf8')) as { types: Record<string, InstanceType> };
  const byName = new Map(Object.entries(types));
  return {
    has: (name) => byName.has(name),
    get: (name) => byName.get(name),
    hourlyUsd: (name, region) =>
      region === 'us-east-1' ? (byName.get(name)?.on_demand_usd_per_hour_us_east_1 ?? null) : null,
  };
}
