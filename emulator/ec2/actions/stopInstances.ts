// StopInstances: keeps volumes and address, loses capacity; a one-time spot instance can't be stopped (facts/ec2.md 1.3, 1.5).

import { boolean, list, string } from '../../protocols/parameters.ts';
import { Ec2Error } from '../errors.ts';
import { REASONS, stop } from '../instanceLife.ts';
import type { Instance } from '../instances.ts';
import type { Region } from '../region.ts';
import { action, stopDryRun } from './action.ts';
import { changes, named } from './changeStates.ts';

export const stopInstances = action(
  'StopInstances',
  { InstanceId: list(string), Force: boolean, Hibernate: boolean, SkipOsShutdown: boolean, DryRun: boolean },
  (region, input) => {
    const instances = named(region, input.InstanceId);
    if (input.Hibernate === true) {
      throw new Ec2Error('UnsupportedHibernationConfiguration', 'The instances were not launched for hibernation.');
    }
    for (const instance of instances) checkStoppable(region, instance);
    stopDryRun(input.DryRun);
    const why = `User initiated (${new Date(region.nowMs).toISOString()})`;
    return changes(instances, (instance) =>
      instance.state === 'running' ? stop(region, instance, REASONS.user, why) : instance,
    );
  },
);

function checkStoppable(region: Region, instance: Instance): void {
  const request = instance.spotRequestId === undefined ? undefined : region.spotRequests.get(instance.spotRequestId);
  if (instance.market === 'spot' && request?.type !== 'persistent')
    throw new Ec2Error(
      'UnsupportedOperation',
      `You can't stop the Spot Instance '${instance.id}' because it is associated with a one-time Spot Instance request.`,
    );
  if (instance.isStopProtected)
    throw new Ec2Error('OperationNotPermitted', `The instance '${instance.id}' may not be stopped.`);
  if (!['running', 'stopping', 'stopped'].includes(instance.state)) {
    throw new Ec2Error(
      'IncorrectInstanceState',
      `The instance '${instance.id}' is not in a state from which it can be stopped.`,
    );
  }
}
