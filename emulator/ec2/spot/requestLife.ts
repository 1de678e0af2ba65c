// What becomes of a spot request as its instance is taken away or ends (facts/ec2.md 1.3, 3).

import type { Instance, StateReason } from '../instances.ts';
import type { Region } from '../region.ts';
import type { SpotRequest } from './requests.ts';

/** How long a request that is over stays visible (facts/ec2.md 1.3). */
const KEPT_MS = 4 * 3_600_000;
const BY_USER = ['Client.UserInitiatedShutdown', 'Client.InstanceInitiatedShutdown'];

/** A one-time request ends with its instance; a persistent one opens again (facts/ec2.md 1.3). */
export function spotInstanceEnded(region: Region, instance: Instance, reason: StateReason): void {
  const request = requestOf(region, instance);
  if (request === undefined || request.state === 'closed') return;
  const status = { ...endOf(request, reason), atMs: region.nowMs };
  if (request.state !== 'cancelled' && request.type === 'persistent') {
    region.spotRequests.put({ ...request, state: 'open', status, instanceId: null });
    return;
  }
  region.spotRequests.put({ ...request, state: request.state === 'cancelled' ? 'cancelled' : 'closed', status });
  region.timeline.after(KEPT_MS, 'spot.forget', request.id);
}

/** A persistent one waits while its owner has stopped the instance (facts/ec2.md 1.3). */
export function spotInstanceStopped(region: Region, instance: Instance, { code }: StateReason): void {
  const request = requestOf(region, instance);
  if (request?.state !== 'active' || !BY_USER.includes(code)) return;
  const message = 'Spot Instance stopped due to user-initiated stop.';
  const status = { code: 'instance-stopped-by-user', message, atMs: region.nowMs };
  region.spotRequests.put({ ...request, state: 'disabled', status });
}

export function spotInstanceStarted(region: Region, instance: Instance): void {
  const request = requestOf(region, instance);
  if (request?.state !== 'disabled') return;
  const status = { code: 'fulfilled', message: 'Your Spot request is fulfilled.', atMs: region.nowMs };
  region.spotRequests.put({ ...request, state: 'active', status });
}

export const forgetRequest = (region: Region, id: string): void => region.spotRequests.delete(id);

export function markRequest(region: Region, instance: Instance, code: string, message: string): void {
  const request = requestOf(region, instance);
  if (request === undefined) return;
  // One whose instance was stopped waits, too, where it is EC2 that has stopped it.
  const state = request.state === 'active' && code.startsWith('instance-stopped-') ? 'disabled' : request.state;
  region.spotRequests.put({ ...request, state, status: { code, message, atMs: region.nowMs } });
}

const requestOf = (region: Region, { spotRequestId }: Instance): SpotRequest | undefined =>
  spotRequestId === undefined ? undefined : region.spotRequests.get(spotRequestId);

function endOf({ status }: SpotRequest, { code, message }: StateReason): { code: string; message: string } {
  // An interruption has said its cause already.
  if (code === 'Server.SpotInstanceTermination') return status;
  return BY_USER.includes(code)
    ? { code: 'instance-terminated-by-user', message: 'Spot Instance terminated due to user-initiated termination.' }
    : { code: 'system-error', message };
}
