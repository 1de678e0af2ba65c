// GetConsoleOutput: what the machine wrote, in base64.

import { boolean, string } from '../../protocols/parameters.ts';
import { pick } from '../ids.ts';
import { action, required, stopDryRun } from './action.ts';

export const getConsoleOutput = action(
  'GetConsoleOutput',
  { InstanceId: string, Latest: boolean, DryRun: boolean },
  (region, input) => {
    const [instance] = pick('instance', [required(input.InstanceId, 'InstanceId')], (id) => region.instances.get(id));
    stopDryRun(input.DryRun);
    const output = Buffer.from(region.console(instance!.id)).toString('base64');
    return { instanceId: instance!.id, timestamp: region.now, output };
  },
);
