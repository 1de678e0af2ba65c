// GetConsoleOutput: what the machine wrote, in base64; the newest 64 KB (facts/ec2.md 1.9).

import { boolean, string } from '../../protocols/parameters.ts';
import { one } from '../ids.ts';
import { action, required, stopDryRun } from './action.ts';

const KEPT_BYTES = 65_536;

export const getConsoleOutput = action(
  'GetConsoleOutput',
  { InstanceId: string, Latest: boolean, DryRun: boolean },
  (region, input) => {
    const instance = one('instance', required(input.InstanceId, 'InstanceId'), (id) => region.instances.get(id));
    stopDryRun(input.DryRun);
    const output = Buffer.from(region.world.fleet.console(instance.id)).subarray(-KEPT_BYTES).toString('base64');
    return { instanceId: instance.id, timestamp: new Date(region.nowMs), output };
  },
);
