// What an EventBridge message about EC2 says, or that it says nothing that can be understood (facts/ec2.md 3).

import { z } from 'zod';
import type { Notice } from '../domain/workspace.ts';

export type Ec2Event =
  | { readonly type: 'notice'; readonly notice: Notice }
  | { readonly type: 'ended'; readonly instanceId: string; readonly state: string }
  /** Well-formed, and of no interest. */
  | { readonly type: 'other' };

/** From a warning to the end of the machine. */
const WARNING_MS = 120_000;

const instanceId = z.string().regex(/^i-[0-9a-f]{8,17}$/);
const event = z.object({ 'detail-type': z.string(), time: z.iso.datetime({ offset: true }), detail: z.unknown() });
const ofInstance = z.object({ 'instance-id': instanceId });
const stateChange = ofInstance.extend({ state: z.string() });
const health = z.object({
  service: z.string(),
  startTime: z.string().optional(),
  affectedEntities: z.array(z.object({ entityValue: z.string() })).default([]),
});

/** One for each instance that it is about. Throws where the body is not an event: such a message is set aside. */
export function readEc2Event(body: string): readonly Ec2Event[] {
  const { 'detail-type': type, time, detail } = event.parse(JSON.parse(body));
  switch (type) {
    case 'EC2 Spot Instance Interruption Warning': {
      const actionAt = new Date(Date.parse(time) + WARNING_MS).toISOString();
      return [noticeOf('interruption', ofInstance.parse(detail)['instance-id'], actionAt)];
    }
    case 'EC2 Instance Rebalance Recommendation':
      return [noticeOf('rebalance', ofInstance.parse(detail)['instance-id'], null)];
    case 'EC2 Instance State-change Notification': {
      const { state, 'instance-id': id } = stateChange.parse(detail);
      return state === 'terminated' ? [{ type: 'ended', instanceId: id, state }] : [{ type: 'other' }];
    }
    case 'AWS Health Event': {
      const { service, startTime, affectedEntities } = health.parse(detail);
      if (service !== 'EC2') return [{ type: 'other' }];
      const at = startTime === undefined ? NaN : Date.parse(startTime);
      const actionAt = Number.isNaN(at) ? null : new Date(at).toISOString();
      const ids = affectedEntities
        .map(({ entityValue }) => entityValue)
        .filter((id) => instanceId.safeParse(id).success);
      return ids.map((id) => noticeOf('scheduled', id, actionAt));
    }
    default:
      return [{ type: 'other' }];
  }
}

const noticeOf = (kind: Notice['kind'], id: string, actionAt: string | null): Ec2Event => ({
  type: 'notice',
  notice: { kind, instanceId: id, actionAt, source: 'events' },
});
