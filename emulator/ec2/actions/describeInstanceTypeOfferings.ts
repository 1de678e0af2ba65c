// DescribeInstanceTypeOfferings: where each type is offered.

import { boolean, integer, string } from '../../protocols/parameters.ts';
import { instanceTypes } from '../catalogue.ts';
import { Ec2Error } from '../errors.ts';
import { applyFilters, type FilterReaders, filterSchema } from '../filters.ts';
import { page } from '../paging.ts';
import { action, stopDryRun } from './action.ts';

type Offering = { readonly instanceType: string; readonly location: string; readonly tags: Map<string, string> };

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
    if (locationType !== 'region' && locationType !== 'availability-zone') {
      throw new Ec2Error('InvalidParameterValue', `Value (${locationType}) for parameter LocationType is invalid.`);
    }
    const all = instanceTypes().flatMap(([instanceType, type]) => {
      const zones = type.zones[region.options.name] ?? [];
      const locations = locationType === 'availability-zone' ? zones : zones.length > 0 ? [region.options.name] : [];
      return locations.map((location) => ({ instanceType, location, tags: new Map<string, string>() }));
    });
    const { items, nextToken } = page(applyFilters(all, input.Filter, readers), input);
    return {
      instanceTypeOfferingSet: items.map(({ instanceType, location }) => ({ instanceType, locationType, location })),
      nextToken,
    };
  },
);
