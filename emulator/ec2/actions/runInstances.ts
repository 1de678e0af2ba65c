// RunInstances: tokens, limits and tags as AWS documents them (facts/ec2.md 1.1, 1.2).

import { Ec2Error } from '../errors.ts';
import { type Instance, instanceXml, isOver } from '../instances.ts';
import { check, explicitZone } from '../launch/check.ts';
import { checkSpotPrice, launchOne } from '../launch/launch.ts';
import { launchParameters } from '../launch/parameters.ts';
import { checkQuota, claimCapacity } from '../limits/launchLimits.ts';
import type { Region } from '../region.ts';
import { action, stopDryRun } from './action.ts';

export const runInstances = action('RunInstances', launchParameters, (region, input) => {
  const { ClientToken: token, DryRun, ...rest } = input;
  // Zonal where the zone is said, regional otherwise: the same token in another zone is another launch.
  const scope = explicitZone(region, input) ?? region.name;
  const before = region.launchTokens.find(token, scope, rest);
  if (before !== null) return answer(region, again(region, before));
  const wanted = check(region, input);
  stopDryRun(DryRun);
  try {
    checkSpotPrice(region, wanted);
    const { type, zone, market, vcpus, least, most } = wanted;
    const count = claimCapacity(region, { type, zone, market, vcpus, count: most }, least);
    checkQuota(region, { type, zone, market, vcpus, count });
    const reservationId = region.newId('reservation');
    const instances = Array.from({ length: count }, (_, index) => {
      const doom = region.takeDoom();
      return launchOne(region, input, wanted, { reservationId, index, ...(doom === null ? {} : { doom }) });
    });
    const ids = instances.map((instance) => instance.id);
    region.launchTokens.record(token, scope, rest, ids);
    return answer(region, instances);
  } catch (error) {
    // A launch that failed has used its token up (facts/ec2.md 1.1).
    if (error instanceof Ec2Error) region.launchTokens.record(token, scope, rest, []);
    throw error;
  }
});

/** The instances of a token that was used before, in the state they are in by now. */
function again(region: Region, ids: readonly string[]): Instance[] {
  if (ids.length === 0) {
    throw new Ec2Error('InsufficientInstanceCapacity', 'There was no capacity for the launch of this client token.');
  }
  const instances = ids.flatMap((id) => region.instances.get(id) ?? []);
  const isGone = instances.length === 0 || instances.every(isOver);
  if (isGone && (region.world.settings().terminatedToken === 'error' || instances.length === 0)) {
    throw new Ec2Error(
      'IdempotentInstanceTerminated',
      'The instance launched by the request with this client token is terminated.',
    );
  }
  return instances;
}

const answer = (region: Region, instances: readonly Instance[]) => ({
  reservationId: instances[0]!.reservationId,
  ownerId: region.accountId,
  groupSet: [],
  instancesSet: instances.map((instance) => instanceXml(instance, region)),
});
