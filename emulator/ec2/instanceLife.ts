// How instances come up, stop and end (facts/ec2.md 1.2, 1.5). Each transition that takes time is due on the region's timeline.

import { type Instance, isOver, type StateReason } from './instances.ts';
import type { Region } from './region.ts';
import { spotInstanceEnded, spotInstanceStarted, spotInstanceStopped } from './spot/requestLife.ts';
import { releaseVolumes } from './volumeLife.ts';

/** A terminated instance stays visible for about an hour (facts/ec2.md 1.4). */
const TOMBSTONE_MS = 3_600_000;

export const REASONS = {
  user: { code: 'Client.UserInitiatedShutdown', message: 'Client.UserInitiatedShutdown: User initiated shutdown' },
  inside: {
    code: 'Client.InstanceInitiatedShutdown',
    message: 'Client.InstanceInitiatedShutdown: Instance initiated shutdown',
  },
  spot: {
    code: 'Server.SpotInstanceTermination',
    message: 'Server.SpotInstanceTermination: Spot instance termination',
  },
  spotStop: { code: 'Server.SpotInstanceShutdown', message: 'Server.SpotInstanceShutdown: Spot instance shutdown' },
  hardware: { code: 'Server.InternalError', message: 'Server.InternalError: Internal error on launch' },
} satisfies Record<string, StateReason>;

export const instanceHandlers = (region: Region) => ({
  'instance.run': (id: string) => run(region, id),
  'instance.stop': (id: string) => stopped(region, id),
  'instance.terminate': (id: string) => terminated(region, id),
  'instance.forget': (id: string) => {
    const instance = region.instances.get(id);
    if (instance !== undefined) region.forgetInstance(instance);
  },
});

/** A new instance, or one that was stopped. */
export function start(region: Region, instance: Instance): Instance {
  const { stateReason: _, ...rest } = instance;
  const launchedAtMs = region.nowMs;
  const pending = region.putInstance({ ...rest, state: 'pending', transitionReason: '', launchedAtMs });
  spotInstanceStarted(region, pending);
  region.timeline.after(region.world.settings().delays.pendingMs, 'instance.run', instance.id);
  return pending;
}

function run(region: Region, id: string): void {
  const instance = region.instances.get(id);
  if (instance?.state !== 'pending') return;
  if (instance.doom !== undefined) return ended(region, instance, instance.doom, '');
  const span = { fromMs: region.nowMs, toMs: null };
  const running = region.putInstance({ ...instance, state: 'running', billed: [...instance.billed, span] });
  region.world.fleet.boot(region, running);
}

export function stop(region: Region, instance: Instance, reason: StateReason, transitionReason = ''): Instance {
  region.timeline.cancel('instance.run', instance.id);
  const stopping = region.putInstance({
    ...closed(region, instance),
    state: 'stopping',
    stateReason: reason,
    transitionReason,
  });
  spotInstanceStopped(region, instance, reason);
  region.world.fleet.halt(instance.id);
  region.timeline.after(region.world.settings().delays.stoppingMs, 'instance.stop', instance.id);
  return stopping;
}

function stopped(region: Region, id: string): void {
  const instance = region.instances.get(id);
  if (instance?.state === 'stopping') region.putInstance({ ...instance, state: 'stopped' });
}

/** Already so is success: each call to terminate succeeds (facts/ec2.md 1.5). */
export function terminate(region: Region, instance: Instance, reason: StateReason, transitionReason = ''): Instance {
  if (isOver(instance)) return instance;
  region.timeline.cancel('instance.run', instance.id);
  region.timeline.cancel('instance.stop', instance.id);
  const ending = region.putInstance({
    ...closed(region, instance),
    state: 'shutting-down',
    stateReason: reason,
    transitionReason,
  });
  region.world.fleet.halt(instance.id);
  region.timeline.after(region.world.settings().delays.shuttingDownMs, 'instance.terminate', instance.id);
  return ending;
}

function terminated(region: Region, id: string): void {
  const instance = region.instances.get(id);
  if (instance?.state !== 'shutting-down') return;
  ended(region, instance, instance.stateReason ?? REASONS.user, instance.transitionReason);
}

function ended(region: Region, instance: Instance, stateReason: StateReason, transitionReason: string): void {
  releaseVolumes(region, instance);
  const { doom: _, ...rest } = closed(region, instance);
  region.putInstance({
    ...rest,
    state: 'terminated',
    stateReason,
    transitionReason,
    devices: [],
    endedAtMs: region.nowMs,
  });
  region.world.fleet.forget(region, instance.id);
  spotInstanceEnded(region, instance, stateReason);
  region.timeline.after(TOMBSTONE_MS, 'instance.forget', instance.id);
}

/** What the machine does to itself: `shutdown` (facts/ec2.md 1.2). */
export function shutDownFromInside(region: Region, instance: Instance): void {
  if (instance.state !== 'running') return;
  if (instance.shutdownBehavior === 'terminate') terminate(region, instance, REASONS.inside);
  else stop(region, instance, REASONS.inside);
}

/** Its billing ends here: what shuts down is not paid for (facts/ec2.md 1.2). */
const closed = (region: Region, instance: Instance): Instance => ({
  ...instance,
  billed: instance.billed.map((span) => ({ ...span, toMs: span.toMs ?? region.nowMs })),
});
