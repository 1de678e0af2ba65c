// DescribeInstances: by id, by filter, in pages; what was launched together is one reservation.

import { boolean, integer, list, string } from '../../protocols/parameters.ts';
import { type FilterReaders, filterSchema } from '../filters.ts';
import { dnsName, type Instance, instanceXml, stateXml } from '../instances.ts';

import type { Region } from '../region.ts';
import { select } from '../select.ts';
import { action, stopDryRun } from './action.ts';

export const instanceReaders = (region: Region): FilterReaders<Instance> => ({
  'instance-id': (instance) => [instance.id],
  'instance-state-name': (instance) => [instance.state],
  'instance-state-code': (instance) => [String(stateXml(instance.state).code)],
  'instance-type': (instance) => [instance.type],
  'image-id': (instance) => [instance.imageId],
  'client-token': (instance) => [instance.clientToken],
  'availability-zone': (instance) => [instance.zone],
  'instance-lifecycle': (instance) => [instance.market === 'spot' ? 'spot' : undefined],
  'spot-instance-request-id': (instance) => [instance.spotRequestId],
  architecture: (instance) => [instance.architecture],
  'reservation-id': (instance) => [instance.reservationId],
  'key-name': (instance) => [instance.keyName],
  'launch-time': (instance) => [new Date(instance.launchedAtMs).toISOString()],
  'owner-id': () => [region.accountId],
  'private-ip-address': (instance) => [instance.privateIp],
  'private-dns-name': (instance) => [dnsName(instance.privateIp, region.name)],
  'root-device-name': (instance) => [instance.rootDevice],
  'root-device-type': () => ['ebs'],
  'state-reason-code': (instance) => [instance.stateReason?.code],
  'subnet-id': (instance) => [instance.subnetId],
  'vpc-id': () => [region.vpcId],
  'instance.group-id': (instance) => instance.securityGroupIds,
  tenancy: () => ['default'],
  'virtualization-type': () => ['hvm'],
  'block-device-mapping.volume-id': (instance) => instance.devices.map((device) => device.volumeId),
  'block-device-mapping.device-name': (instance) => instance.devices.map((device) => device.device),
  'block-device-mapping.delete-on-termination': (instance) =>
    instance.devices.map((device) => String(device.deleteOnTermination)),
  'metadata-options.http-tokens': (instance) => [instance.metadata.httpTokens],
});

export const describeInstances = action(
  'DescribeInstances',
  { InstanceId: list(string), Filter: filterSchema, MaxResults: integer, NextToken: string, DryRun: boolean },
  (region, input) => {
    stopDryRun(input.DryRun);
    const { items, nextToken } = select(region.instances, {
      kind: 'instance',
      ids: input.InstanceId,
      filters: input.Filter,
      readers: instanceReaders(region),
      paging: input,
      isOthers: (id) => region.world.isOthers(region, 'instance', id),
    });
    const reservations = new Map<string, Instance[]>();
    for (const instance of items) {
      const together = reservations.get(instance.reservationId);
      if (together === undefined) reservations.set(instance.reservationId, [instance]);
      else together.push(instance);
    }
    return {
      reservationSet: [...reservations].map(([reservationId, instances]) => ({
        reservationId,
        ownerId: region.accountId,
        groupSet: [],
        instancesSet: instances.map((instance) => instanceXml(instance, region)),
      })),
      nextToken,
    };
  },
);
