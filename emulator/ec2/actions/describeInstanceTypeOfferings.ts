// DescribeInstanceTypeOfferings: where each type is offered.

import { boolean, integer, string } from '../../protocols/parameters.ts';
import { instanceTypes, zoneId } from '../catalogue.ts';
import { Ec2Error } from '../errors.ts';
import { applyFilters, type FilterReaders, filterSchema } from '../filters.ts';
import { page } from '../paging.ts';
import { action, stopDryRun } from './action.ts';

type Offering = { readonly id: string; readonly instanceType: string; readonly location: string };

const readers: FilterReaders<Offering> = {
  'instance-type': (offering) => [offering.instanceType],
  location: (offering) => [offering.location],
};

export const describeInstanceTypeOfferings = action(
  'DescribeInstanceTypeOfferings',
  { LocationType: string, Filter: filterSchema, MaxResults: integer, NextToken: string, DryRun: boolean },
  (region, input) => {
    stopDryRun(input.DryRun);
    const locationType = input.LocationType ?? 'region';
    const locations = (zones: readonly string[]): readonly string[] => {
      switch (locationType) {
        case 'availability-zone':
          return zones;
        case 'availability-zone-id':
          return zones.map(zoneId);
        case 'region':
          return zones.length > 0 ? [region.name] : [];
        default:
          throw new Ec2Error('InvalidParameterValue', `Value (${locationType}) for parameter LocationType is invalid.`);
      }
    };
    const all = instanceTypes()
      .flatMap(([instanceType, type]) =>
        locations(type.zones[region.name] ?? []).map((location) => ({
          id: `${instanceType}/${location}`,
          instanceType,
          location,
        })),
      )
      .sort((a, b) => (a.id < b.id ? -1 : 1));
    const { items, nextToken } = page(applyFilters(all, input.Filter, readers), input);
    return {
      instanceTypeOfferingSet: items.map(({ instanceType, location }) => ({ instanceType, locationType, location })),
      nextToken,
    };
  },
);
