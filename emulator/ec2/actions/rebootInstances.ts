// RebootInstances: the same machine starts anew; asked for at once, done when it is done.

import { boolean, list, string } from '../../protocols/parameters.ts';
import { Ec2Error } from '../errors.ts';
import { isOver } from '../instances.ts';
import { action, stopDryRun } from './action.ts';
import { named } from './changeStates.ts';

export const rebootInstances = action(
  'RebootInstances',
  { InstanceId: list(string), DryRun: boolean },
  (region, input) => {
    const instances = named(region, input.InstanceId);
    for (const instance of instances.filter((each) => !isOver(each))) {
      // One that has ended is left alone (SDK, RebootInstances).
      if (instance.state === 'running' || isOver(instance)) continue;
      throw new Ec2Error(
        'IncorrectInstanceState',
        `The instance '${instance.id}' is not in a state from which it can be rebooted.`,
      );
    }
    stopDryRun(input.DryRun);
    for (const { impairedAtMs: _, ...instance } of instances.filter((each) => !isOver(each))) {
      region.world.fleet.reboot(region, region.putInstance(instance));
    }
    return { return: true };
  },
);
