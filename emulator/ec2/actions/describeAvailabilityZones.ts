// DescribeAvailabilityZones: the zones of the region.

import { boolean } from '../../protocols/parameters.ts';
import { zonesOf } from '../catalogue.ts';
import { action, stopDryRun } from './action.ts';

export const describeAvailabilityZones = action('DescribeAvailabilityZones', { DryRun: boolean }, (region, input) => {
  stopDryRun(input.DryRun);
  return {
    availabilityZoneInfo: zonesOf(region.options.name).map((zoneName) => ({
      zoneName,
      zoneState: 'available',
      regionName: region.options.name,
      optInStatus: 'opt-in-not-required',
      zoneType: 'availability-zone',
    })),
  };
});
