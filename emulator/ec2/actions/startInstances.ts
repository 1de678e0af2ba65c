// StartInstances: only from stopped, and only where there is capacity (facts/ec2.md 1.5).

import { boolean, list, string } from '../../protocols/parameters.ts';
import { Ec2Error } from '../errors.ts';
import { pick } from '../ids.ts';
import { stateXml } from '../instances.ts';
import { action, required, stopDryRun } from './action.ts';

export const startInstances = action(
  'StartInstances',
  { InstanceId: list(string), DryRun: boolean },
  (region, input) => {
    const instances = pick('instance', required(input.InstanceId, 'InstanceId'), (id) => region.instances.get(id));
    for (const instance of instances) {
      if (!['stopped', 'pending', 'running'].includes(instance.state)) {
        throw new Ec2Error(
          'IncorrectInstanceState',
          `The instance '${instance.id}' is not in a state from which it can be started.`,
        );
      }
    }
    stopDryRun(input.DryRun);
    for (const instance of instances) {
      if (instance.state === 'stopped') region.checkCapacity(instance.type, instance.zone, instance.market);
    }
    return {
      instancesSet: instances.map((instance) => {
        const previousState = stateXml(instance.state);
        if (instance.state === 'stopped') region.restart(instance);
        return { instanceId: instance.id, currentState: stateXml(instance.state), previousState };
      }),
    };
  },
);
