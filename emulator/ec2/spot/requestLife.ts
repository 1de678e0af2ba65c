// What becomes of a spot request as its instance is taken away or ends (facts/ec2.md 1.3, 3).

import type { Instance, StateReason } from '../instances.ts';
import type { Region } from '../region.ts';

/** A one-time request ends with its instance; a persistent one opens again (facts/ec2.md 1.3). */
export function spotInstanceEnded(region: Region, instance: Instance, reason: StateReason): void {
  const request = instance.spotRequestId === undefined ? undefined : region.spotRequests.get(instance.spotRequestId);
  if (request === undefined || request.state !== 'active') return;
  const byUser = reason.code.startsWith('Client.');
  const status = byUser
    ? { code: 'instance-terminated-by-user', message: 'Spot Instance terminated due to user-initiated termination.' }
    : { code: request.status.code, message: request.status.message };
  region.spotRequests.put({ ...request, state: 'closed', status: { ...status, atMs: region.nowMs } });
}

export function markRequest(region: Region, instance: Instance, code: string, message: string): void {
  const request = instance.spotRequestId === undefined ? undefined : region.spotRequests.get(instance.spotRequestId);
  if (request === undefined) return;
  region.spotRequests.put({ ...request, status: { code, message, atMs: region.nowMs } });
}
