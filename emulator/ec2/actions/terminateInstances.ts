// TerminateInstances: each call succeeds, however often; one unknown id and none is terminated (facts/ec2.md 1.5).

import { boolean, list, string } from '../../protocols/parameters.ts';
import { Ec2Error } from '../errors.ts';
import { REASONS, terminate } from '../instanceLife.ts';
import { action, stopDryRun } from './action.ts';
import { changes, named } from './changeStates.ts';

/** The most that one call takes. */
const MAX_IDS = 1_000;

export const terminateInstances = action(
  'TerminateInstances',
  { InstanceId: list(string), Force: boolean, SkipOsShutdown: boolean, DryRun: boolean },
  (region, input) => {
    if ((input.InstanceId ?? []).length > MAX_IDS) {
      throw new Ec2Error('InvalidParameterValue', `A call takes at most ${MAX_IDS} instances`);
    }
    const instances = named(region, input.InstanceId);
    stopDryRun(input.DryRun);
    const why = `User initiated (${new Date(region.nowMs).toISOString()})`;
    const protectedZones = new Set(instances.filter((each) => each.isTerminationProtected).map((each) => each.zone));
    // A protected instance saves those of its zone; the others go although the call fails (facts/ec2.md 1.5).
    const answer = changes(
      instances.filter((each) => !protectedZones.has(each.zone)),
      (instance) => terminate(region, instance, REASONS.user, why),
    );
    const saved = instances.find((each) => each.isTerminationProtected);
    if (saved === undefined) return answer;
    throw new Ec2Error(
      'OperationNotPermitted',
      `The instance '${saved.id}' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again.`,
    );
  },
);
