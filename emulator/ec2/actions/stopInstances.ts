// StopInstances: keeps volumes and address, loses capacity; a one-time spot instance can't be stopped (facts/ec2.md 1.3, 1.5).

import { boolean, list, string } from '../../protocols/parameters.ts';
import { Ec2Error } from '../errors.ts';
import { pick } from '../ids.ts';
import { stateXml } from '../instances.ts';
import { action, required, stopDryRun } from './action.ts';

export const stopInstances = action(
  'StopInstances',
  { InstanceId: list(string), Force: boolean, DryRun: boolean },
  (region, input) => {
    const instances = pick('instance', required(input.InstanceId, 'InstanceId'), (id) => region.instances.get(id));
    for (const instance of instances) {
      if (instance.market === 'spot')
        throw new Ec2Error(
          'UnsupportedOperation',
          `You can't stop the Spot Instance '${instance.id}' because it is associated with a one-time Spot Instance request.`,
        );
      if (!['running', 'pending', 'stopping', 'stopped'].includes(instance.state)) {
        throw new Ec2Error(
          'IncorrectInstanceState',
          `The instance '${instance.id}' is not in a state from which it can be stopped.`,
        );
      }
    }
    stopDryRun(input.DryRun);
    return {
      instancesSet: instances.map((instance) => {
        const previousState = stateXml(instance.state);
        const reason = {
          code: 'Client.UserInitiatedShutdown',
          message: 'Client.UserInitiatedShutdown: User initiated shutdown',
        };
        if (instance.state === 'running' || instance.state === 'pending') region.stop(instance, reason);
        return { instanceId: instance.id, currentState: stateXml(instance.state), previousState };
      }),
    };
  },
);
