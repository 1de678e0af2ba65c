// What Start-, Stop-, Reboot- and TerminateInstances have in common: all named instances or none, and each one's states.

import { pick } from '../ids.ts';
import { type Instance, stateXml } from '../instances.ts';
import type { Region } from '../region.ts';
import { required } from './action.ts';

/** Throws Malformed and NotFound: one unknown id and nothing happens (facts/ec2.md 1.5). */
export const named = (region: Region, ids: readonly string[] | undefined): Instance[] =>
  pick('instance', required(ids, 'InstanceId'), (id) => region.instances.get(id));

/** `change` gives the instance as it is from now on. */
export const changes = (instances: readonly Instance[], change: (instance: Instance) => Instance) => ({
  instancesSet: instances.map((instance) => ({
    instanceId: instance.id,
    previousState: stateXml(instance.state),
    currentState: stateXml(change(instance).state),
  })),
});
