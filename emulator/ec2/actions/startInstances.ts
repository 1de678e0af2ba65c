// StartInstances: only from stopped, and only where there is capacity and quota (facts/ec2.md 1.5).

import { boolean, list, string } from '../../protocols/parameters.ts';
import { Ec2Error } from '../errors.ts';
import { start } from '../instanceLife.ts';
import { checkQuota, claimCapacity } from '../limits/launchLimits.ts';
import { action, stopDryRun } from './action.ts';
import { changes, named } from './changeStates.ts';

export const startInstances = action(
  'StartInstances',
  { InstanceId: list(string), DryRun: boolean },
  (region, input) => {
    const instances = named(region, input.InstanceId);
    for (const instance of instances) {
      if (!['stopped', 'pending', 'running'].includes(instance.state)) {
        throw new Ec2Error(
          'IncorrectInstanceState',
          `The instance '${instance.id}' is not in a state from which it can be started.`,
        );
      }
    }
    stopDryRun(input.DryRun);
    const stopped = instances.filter((instance) => instance.state === 'stopped');
    for (const { type, zone, market, vcpus } of stopped) {
      const count = stopped.filter((each) => each.type === type && each.zone === zone && each.market === market).length;
      claimCapacity(region, { type, zone, market, vcpus, count }, count);
      checkQuota(region, { type, zone, market, vcpus, count });
    }
    return changes(instances, (instance) => (instance.state === 'stopped' ? start(region, instance) : instance));
  },
);
