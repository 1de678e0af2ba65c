// GetSpotPlacementScores: how likely spot capacity is, from 1 to 10, for regions or for zones; from the seed and the pools (facts/ec2.md 1.8).

import { createHash } from 'node:crypto';
import { boolean, integer, list, string } from '../../protocols/parameters.ts';
import { type InstanceType, instanceType, regions, zoneId, zonesOf } from '../catalogue.ts';
import { Ec2Error } from '../errors.ts';
import { page } from '../paging.ts';
import type { Region } from '../region.ts';
import { action, required, stopDryRun } from './action.ts';

type Wanted = { readonly types: readonly string[]; readonly countOf: (type: InstanceType) => number };
type Score = { readonly id: string; readonly region: string; readonly zone?: string; readonly score: number };

const MAX_CAPACITY = 2_000_000_000;
const MAX_REGIONS = 10;
const MAX_TYPES = 1_000;
/** AWS answers with the best ones alone. */
const ANSWERED = 10;
/** With fewer types to choose from a score is always low (SDK). */
const ENOUGH_TYPES = 3;

export const getSpotPlacementScores = action(
  'GetSpotPlacementScores',
  {
    InstanceType: list(string),
    TargetCapacity: integer,
    TargetCapacityUnitType: string,
    SingleAvailabilityZone: boolean,
    RegionName: list(string),
    MaxResults: integer,
    NextToken: string,
    DryRun: boolean,
  },
  (region, input) => {
    const capacity = required(input.TargetCapacity, 'TargetCapacity');
    if (capacity < 1 || capacity > MAX_CAPACITY) throw invalid(String(capacity), 'targetCapacity');
    const wanted: Wanted = {
      types: typesOf(required(input.InstanceType, 'InstanceType')),
      countOf: counter(capacity, input.TargetCapacityUnitType ?? 'units'),
    };
    const names = regionsOf(input.RegionName);
    const scores = names.flatMap((name): Score[] => {
      const zones = zonesOf(name).map((zone) => scored(name, scoreOf(region, zone, wanted), zone));
      if (input.SingleAvailabilityZone === true) return zones;
      // A fleet over all zones is filled where there is most.
      return [scored(name, Math.max(...zones.map(({ score }) => score)))];
    });
    const best = scores.sort((a, b) => (a.id < b.id ? -1 : 1)).slice(0, ANSWERED);
    const { items, nextToken } = page(best, input, { min: 10, max: 1_000 });
    stopDryRun(input.DryRun);
    return {
      spotPlacementScoreSet: items.map(({ region: name, zone, score }) => ({
        region: name,
        availabilityZoneId: zone === undefined ? undefined : zoneId(zone),
        score,
      })),
      nextToken,
    };
  },
);

function typesOf(names: readonly string[]): string[] {
  if (names.length > MAX_TYPES) throw new Ec2Error('InvalidParameterValue', `A call takes at most ${MAX_TYPES} types`);
  for (const name of names) instanceType(name);
  return [...new Set(names)];
}

/** How many instances of a type the target takes. */
function counter(capacity: number, unit: string): Wanted['countOf'] {
  switch (unit) {
    case 'units':
      return () => capacity;
    case 'vcpu':
      return ({ vcpus }) => Math.ceil(capacity / vcpus);
    case 'memory-mib':
      return ({ memory_mib }) => Math.ceil(capacity / memory_mib);
    default:
      throw invalid(unit, 'targetCapacityUnitType');
  }
}

function regionsOf(names: readonly string[] | undefined): string[] {
  if (names === undefined) return regions();
  if (names.length > MAX_REGIONS) throw new Ec2Error('InvalidParameterValue', `A call takes ${MAX_REGIONS} regions`);
  const unknown = names.find((name) => !regions().includes(name));
  if (unknown !== undefined) throw invalid(unknown, 'regionName');
  return [...new Set(names)];
}

/** In the order of the pages, which is the best first. */
const scored = (region: string, score: number, zone?: string): Score => ({
  id: `${String(10 - score).padStart(2, '0')}/${region}/${zone ?? ''}`,
  region,
  ...(zone === undefined ? {} : { zone }),
  score,
});

function scoreOf(region: Region, zone: string, { types, countOf }: Wanted): number {
  const chances = types.map((name) => chanceOf(region, zone, name, countOf(instanceType(name))));
  const best = chances.sort((a, b) => b - a).slice(0, ENOUGH_TYPES);
  return 1 + Math.round((9 * best.reduce((sum, chance) => sum + chance, 0)) / ENOUGH_TYPES);
}

/** From 0 to 1: less for more of them, and for a pool that has not got as many left. */
function chanceOf(region: Region, zone: string, name: string, count: number): number {
  const type = instanceType(name);
  const isOffered = Object.values(type.zones).some((zones) => zones.includes(zone));
  if (!isOffered || !type.usage_classes.includes('spot')) return 0;
  const size = region.world.capacity(name, zone, 'spot');
  const left = size === null ? count : Math.max(0, size - region.inPool(name, zone, 'spot'));
  const share = Math.min(1, left / count);
  return (share * (0.5 + draw(region, name, zone) / 2)) / (1 + Math.log10(count) / 5);
}

/** From 0 to 1, the same for ever. */
const draw = (region: Region, name: string, zone: string): number =>
  createHash('sha256').update(`${region.world.seed}/placement/${name}/${zone}`).digest().readUInt32BE() / 2 ** 32;

const invalid = (value: string, name: string): Ec2Error =>
  new Ec2Error('InvalidParameterValue', `Value (${value}) for parameter ${name} is invalid.`);
