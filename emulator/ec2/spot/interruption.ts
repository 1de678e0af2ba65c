// What EC2 does to spot instances: the notice, the end that follows it, and the rebalance recommendation (facts/ec2.md 3).

import { REASONS, stop, terminate } from '../instanceLife.ts';
import type { Instance } from '../instances.ts';
import type { Region } from '../region.ts';
import { forgetRequest, markRequest } from './requestLife.ts';
import type { SpotRequest } from './requests.ts';

/** Why it is taken away: how the request's status names it. */
export type InterruptionCause = 'no-capacity' | 'by-price' | 'capacity-oversubscribed';

export const spotHandlers = (region: Region) => ({
  'spot.interrupt': (id: string) => {
    const instance = region.instances.get(id);
    if (instance?.notice === undefined) return;
    const { notice, ...rest } = instance;
    if (mayBeInterrupted(instance)) interruptNow(region, rest, notice.reason as InterruptionCause);
    // One that was stopped meanwhile is left alone, and hears no more of it when it starts again.
    else region.putInstance(rest);
  },
  'spot.forget': (id: string) => forgetRequest(region, id),
});

/** Notice now, the end after `noticeMs`; 0 = an end without notice, which happens, too. */
export function interrupt(region: Region, instance: Instance, cause: InterruptionCause, noticeMs: number): void {
  if (noticeMs === 0) return interruptNow(region, instance, cause);
  const action = behaviorOf(region, instance);
  region.world.emit(region, {
    type: 'EC2 Spot Instance Interruption Warning',
    // The zone stands where the account should (facts/ec2.md 3): read the detail.
    resources: [`arn:aws:ec2:${instance.zone}:instance/${instance.id}`],
    detail: { 'instance-id': instance.id, 'instance-action': action },
  });
  // Hibernation begins at once (facts/ec2.md 3).
  if (action === 'hibernate') return interruptNow(region, instance, cause);
  const atMs = region.nowMs + noticeMs;
  region.putInstance({ ...instance, notice: { action, atMs, reason: cause } });
  const marked = action === 'stop' ? 'stop' : 'termination';
  markRequest(region, instance, `marked-for-${marked}`, `Your Spot Instance is marked for ${marked}.`);
  region.timeline.at(atMs, 'spot.interrupt', instance.id);
}

export function recommendRebalance(region: Region, instance: Instance): void {
  region.putInstance({ ...instance, rebalanceAtMs: region.nowMs });
  region.world.emit(region, {
    type: 'EC2 Instance Rebalance Recommendation',
    resources: [`arn:aws:ec2:${instance.zone}:instance/${instance.id}`],
    detail: { 'instance-id': instance.id },
  });
}

const mayBeInterrupted = ({ state }: Instance): boolean => state === 'running' || state === 'pending';

function interruptNow(region: Region, instance: Instance, cause: InterruptionCause): void {
  if (!mayBeInterrupted(instance)) return;
  const { notice: _, ...rest } = instance;
  // What hibernates is stopped, with its memory kept.
  const done = behaviorOf(region, instance) === 'terminate' ? 'terminated' : 'stopped';
  if (done === 'stopped') stop(region, rest, REASONS.spotStop);
  else terminate(region, rest, REASONS.spot, `Server.SpotInstanceTermination`);
  markRequest(region, instance, `instance-${done}-${cause}`, `Your Spot Instance was ${done}: ${cause}.`);
}

const behaviorOf = (region: Region, { spotRequestId = '' }: Instance): SpotRequest['interruptionBehavior'] =>
  region.spotRequests.get(spotRequestId)?.interruptionBehavior ?? 'terminate';
