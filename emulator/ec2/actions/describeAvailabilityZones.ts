// DescribeAvailabilityZones and DescribeRegions: the zones of the region, the regions of the catalogue.

import { boolean, list, string } from '../../protocols/parameters.ts';
import { regions, zoneId, zonesOf } from '../catalogue.ts';
import { Ec2Error } from '../errors.ts';
import { applyFilters, type FilterReaders, filterSchema } from '../filters.ts';
import { action, stopDryRun } from './action.ts';

type Zone = { readonly name: string; readonly region: string };

const zoneReaders: FilterReaders<Zone> = {
  'zone-name': (zone) => [zone.name],
  'zone-id': (zone) => [zoneId(zone.name)],
  'region-name': (zone) => [zone.region],
  'zone-type': () => ['availability-zone'],
  'opt-in-status': () => ['opt-in-not-required'],
  state: () => ['available'],
};

export const describeAvailabilityZones = action(
  'DescribeAvailabilityZones',
  {
    ZoneName: list(string),
    ZoneId: list(string),
    AllAvailabilityZones: boolean,
    Filter: filterSchema,
    DryRun: boolean,
  },
  (region, input) => {
    stopDryRun(input.DryRun);
    const known = zonesOf(region.name);
    for (const name of input.ZoneName ?? []) {
      if (!known.includes(name)) throw new Ec2Error('InvalidParameterValue', `Invalid availability zone: [${name}]`);
    }
    for (const id of input.ZoneId ?? []) {
      if (!known.some((name) => zoneId(name) === id))
        throw new Ec2Error('InvalidParameterValue', `Invalid availability zone-id: [${id}]`);
    }
    const zones = known
      .filter((name) => (input.ZoneName?.includes(name) ?? true) && (input.ZoneId?.includes(zoneId(name)) ?? true))
      .map((name) => ({ name, region: region.name }));
    return {
      availabilityZoneInfo: applyFilters(zones, input.Filter, zoneReaders).map(({ name }) => ({
        zoneName: name,
        zoneId: zoneId(name),
        zoneState: 'available',
        regionName: region.name,
        groupName: region.name,
        networkBorderGroup: region.name,
        optInStatus: 'opt-in-not-required',
        zoneType: 'availability-zone',
        messageSet: [],
      })),
    };
  },
);

const regionReaders: FilterReaders<string> = {
  'region-name': (name) => [name],
  endpoint: (name) => [`ec2.${name}.amazonaws.com`],
  'opt-in-status': () => ['opt-in-not-required'],
};

export const describeRegions = action(
  'DescribeRegions',
  { RegionName: list(string), AllRegions: boolean, Filter: filterSchema, DryRun: boolean },
  (_, input) => {
    stopDryRun(input.DryRun);
    for (const name of input.RegionName ?? []) {
      if (!regions().includes(name)) throw new Ec2Error('InvalidParameterValue', `Invalid region: [${name}]`);
    }
    const named = regions().filter((name) => input.RegionName?.includes(name) ?? true);
    return {
      regionInfo: applyFilters(named, input.Filter, regionReaders).map((regionName) => ({
        regionName,
        regionEndpoint: `ec2.${regionName}.amazonaws.com`,
        optInStatus: 'opt-in-not-required',
      })),
    };
  },
);
