// What EC2 does to spot instances: the notice, the end that follows it, and the rebalance recommendation (facts/ec2.md 3).

import { REASONS, stop, terminate } from '../instanceLife.ts';
import type { Instance } from '../instances.ts';
import type { Region } from '../region.ts';
import { markRequest } from './requestLife.ts';

/** Why it is taken away: how the request's status names it. */
export type InterruptionCause = 'no-capacity' | 'by-price' | 'capacity-oversubscribed';

export const spotHandlers = (region: Region) => ({
  'spot.interrupt': (id: string) => {
    const instance = region.instances.get(id);
    if (instance?.notice !== undefined) interruptNow(region, instance, instance.notice.reason as InterruptionCause);
  },
});

/** Notice now, the end after `noticeMs`; 0 = an end without notice, which happens, too. */
export function interrupt(region: Region, instance: Instance, cause: InterruptionCause, noticeMs: number): void {
  if (noticeMs === 0) return interruptNow(region, instance, cause);
  const atMs = region.nowMs + noticeMs;
  const action = behaviorOf(region, instance) === 'stop' ? 'stop' : 'terminate';
  region.putInstance({ ...instance, notice: { action, atMs, reason: cause } });
  markRequest(region, instance, 'marked-for-termination', 'Your Spot Instance is marked for termination.');
  region.timeline.at(atMs, 'spot.interrupt', instance.id);
  region.world.emit(region, {
    type: 'EC2 Spot Instance Interruption Warning',
    // The zone stands where the account should (facts/ec2.md 3): read the detail.
    resources: [`arn:aws:ec2:${instance.zone}:instance/${instance.id}`],
    detail: { 'instance-id': instance.id, 'instance-action': action },
  });
}

export function recommendRebalance(region: Region, instance: Instance): void {
  region.putInstance({ ...instance, rebalanceAtMs: region.nowMs });
  region.world.emit(region, {
    type: 'EC2 Instance Rebalance Recommendation',
    resources: [`arn:aws:ec2:${instance.zone}:instance/${instance.id}`],
    detail: { 'instance-id': instance.id },
  });
}

function interruptNow(region: Region, instance: Instance, cause: InterruptionCause): void {
  if (instance.state !== 'running' && instance.state !== 'pending') return;
  const stops = behaviorOf(region, instance) === 'stop';
  const { notice: _, ...rest } = instance;
  const status = `instance-${stops ? 'stopped' : 'terminated'}-${cause}`;
  if (stops) stop(region, rest, REASONS.spotStop);
  else terminate(region, rest, REASONS.spot, `Server.SpotInstanceTermination`);
  markRequest(region, instance, status, `Your Spot Instance was ${stops ? 'stopped' : 'terminated'}: ${cause}.`);
}

const behaviorOf = (region: Region, instance: Instance): string | undefined =>
  instance.spotRequestId === undefined
    ? undefined
    : region.spotRequests.get(instance.spotRequestId)?.interruptionBehavior;
