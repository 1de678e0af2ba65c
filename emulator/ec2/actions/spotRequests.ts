// DescribeSpotInstanceRequests and CancelSpotInstanceRequests (facts/ec2.md 1.3).

import { boolean, integer, list, string } from '../../protocols/parameters.ts';
import { type FilterReaders, filterSchema } from '../filters.ts';
import { pick } from '../ids.ts';
import { REASONS, terminate } from '../instanceLife.ts';
import type { Region } from '../region.ts';
import { select } from '../select.ts';
import { type SpotRequest, spotRequestXml } from '../spot/requests.ts';
import { action, required, stopDryRun } from './action.ts';

const readers: FilterReaders<SpotRequest> = {
  'spot-instance-request-id': (request) => [request.id],
  'instance-id': (request) => [request.instanceId ?? undefined],
  state: (request) => [request.state],
  'status-code': (request) => [request.status.code],
  type: (request) => [request.type],
  'launched-availability-zone': (request) => [request.zone],
  'launch.instance-type': (request) => [request.instanceType],
  'launch.image-id': (request) => [request.imageId],
  'create-time': (request) => [new Date(request.createdAtMs).toISOString()],
};

export const describeSpotInstanceRequests = action(
  'DescribeSpotInstanceRequests',
  {
    SpotInstanceRequestId: list(string),
    Filter: filterSchema,
    MaxResults: integer,
    NextToken: string,
    DryRun: boolean,
  },
  (region, input) => {
    stopDryRun(input.DryRun);
    const { items, nextToken } = select(region.spotRequests, {
      kind: 'spot request',
      ids: input.SpotInstanceRequestId,
      filters: input.Filter,
      readers,
      paging: input,
    });
    return { spotInstanceRequestSet: items.map(spotRequestXml), nextToken };
  },
);

export const cancelSpotInstanceRequests = action(
  'CancelSpotInstanceRequests',
  { SpotInstanceRequestId: list(string), DryRun: boolean },
  (region, input) => {
    const ids = required(input.SpotInstanceRequestId, 'SpotInstanceRequestId');
    const requests = pick('spot request', ids, (id) => region.spotRequests.get(id));
    stopDryRun(input.DryRun);
    return { spotInstanceRequestSet: requests.map((request) => cancel(region, request)) };
  },
);

/** A running instance goes on; a stopped one ends with its request (facts/ec2.md 1.3). */
function cancel(region: Region, request: SpotRequest) {
  const instance = request.instanceId === null ? undefined : region.instances.get(request.instanceId);
  if (['open', 'active', 'disabled'].includes(request.state)) {
    const code =
      instance?.state === 'running' ? 'request-canceled-and-instance-running' : 'canceled-before-fulfillment';
    const status = { code, message: 'The request was cancelled.', atMs: region.nowMs };
    region.spotRequests.put({ ...request, state: 'cancelled', status });
  }
  if (instance?.state === 'stopped') terminate(region, instance, REASONS.user);
  const { state } = region.spotRequests.get(request.id)!;
  return { spotInstanceRequestId: request.id, state };
}
