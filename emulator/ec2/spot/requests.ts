// Spot instance requests, as a spot launch leaves them (facts/ec2.md 1.3).

import { type Tags, tagIndex, tagXml } from '../tags.ts';

export type SpotState = 'open' | 'active' | 'closed' | 'cancelled' | 'disabled' | 'failed';

export type SpotRequest = {
  readonly id: string;
  readonly instanceId: string | null;
  readonly instanceType: string;
  readonly imageId: string;
  readonly zone: string;
  readonly type: 'one-time' | 'persistent';
  readonly interruptionBehavior: 'terminate' | 'stop' | 'hibernate';
  readonly maxPrice: string;
  readonly state: SpotState;
  readonly status: { readonly code: string; readonly message: string; readonly atMs: number };
  readonly createdAtMs: number;
  readonly tags: Tags;
};

export const spotRequestIndexes = {
  tag: tagIndex,
  'instance-id': (request: SpotRequest) => (request.instanceId === null ? [] : [request.instanceId]),
};

export const spotRequestXml = (request: SpotRequest) => ({
  spotInstanceRequestId: request.id,
  spotPrice: request.maxPrice,
  type: request.type,
  state: request.state,
  status: {
    code: request.status.code,
    updateTime: new Date(request.status.atMs),
    message: request.status.message,
  },
  launchSpecification: {
    imageId: request.imageId,
    instanceType: request.instanceType,
    placement: { availabilityZone: request.zone },
  },
  instanceId: request.instanceId ?? undefined,
  createTime: new Date(request.createdAtMs),
  productDescription: 'Linux/UNIX',
  launchedAvailabilityZone: request.zone,
  instanceInterruptionBehavior: request.interruptionBehavior,
  tagSet: tagXml(request.tags),
});
