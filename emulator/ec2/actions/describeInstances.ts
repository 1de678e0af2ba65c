// DescribeInstances: by id, by filter, in pages.

import { boolean, integer, list, string } from '../../protocols/parameters.ts';
import { applyFilters, type FilterReaders, filterSchema } from '../filters.ts';
import { pick } from '../ids.ts';
import { type Instance, instanceXml } from '../instances.ts';
import { Ec2Error } from '../errors.ts';
import { page } from '../paging.ts';
import { action, stopDryRun } from './action.ts';

const readers: FilterReaders<Instance> = {
  'instance-id': (instance) => [instance.id],
  'instance-state-name': (instance) => [instance.state],
  'instance-type': (instance) => [instance.type],
  'image-id': (instance) => [instance.imageId],
  'client-token': (instance) => [instance.clientToken],
  'availability-zone': (instance) => [instance.zone],
  'instance-lifecycle': (instance) => [instance.market === 'spot' ? 'spot' : undefined],
  architecture: (instance) => [instance.architecture],
  'reservation-id': (instance) => [instance.reservationId],
  'block-device-mapping.volume-id': (instance) => instance.devices.map((device) => device.volumeId),
};

export const describeInstances = action(
  'DescribeInstances',
  { InstanceId: list(string), Filter: filterSchema, MaxResults: integer, NextToken: string, DryRun: boolean },
  (region, input) => {
    stopDryRun(input.DryRun);
    if (input.InstanceId !== undefined && input.MaxResults !== undefined) {
      throw new Ec2Error(
        'InvalidParameterCombination',
        'The parameter instancesSet cannot be used with the parameter maxResults',
      );
    }
    const all =
      input.InstanceId === undefined
        ? [...region.instances.values()]
        : pick('instance', input.InstanceId, (id) => region.instances.get(id));
    const { items, nextToken } = page(applyFilters(all, input.Filter, readers), input);
    return {
      reservationSet: items.map((instance) => ({
        reservationId: instance.reservationId,
        ownerId: region.options.accountId,
        groupSet: [],
        instancesSet: [instanceXml(instance)],
      })),
      nextToken,
    };
  },
);
