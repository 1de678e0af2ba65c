// TerminateInstances: each call succeeds, however often; one unknown id and none is terminated (facts/ec2.md 1.5).

import { boolean, list, string } from '../../protocols/parameters.ts';
import { pick } from '../ids.ts';
import { stateXml } from '../instances.ts';
import { action, required, stopDryRun } from './action.ts';

export const terminateInstances = action(
  'TerminateInstances',
  { InstanceId: list(string), DryRun: boolean },
  (region, input) => {
    const instances = pick('instance', required(input.InstanceId, 'InstanceId'), (id) => region.instances.get(id));
    stopDryRun(input.DryRun);
    return {
      instancesSet: instances.map((instance) => {
        const previousState = stateXml(instance.state);
        const reason = {
          code: 'Client.UserInitiatedShutdown',
          message: 'Client.UserInitiatedShutdown: User initiated shutdown',
        };
        region.terminate(instance, reason, `User initiated (${region.now.toISOString()})`);
        return { instanceId: instance.id, currentState: stateXml(instance.state), previousState };
      }),
    };
  },
);
