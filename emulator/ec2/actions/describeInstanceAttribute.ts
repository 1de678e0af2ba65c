// DescribeInstanceAttribute: one attribute of one instance.

import { boolean, string } from '../../protocols/parameters.ts';
import type { XmlElement } from '../../protocols/xml.ts';
import { Ec2Error } from '../errors.ts';
import { one } from '../ids.ts';
import { type Instance, instanceXml, type Whereabouts } from '../instances.ts';
import { action, required, stopDryRun } from './action.ts';

/** By the name that asks for it, which is the name of the element of the answer, too. */
const ATTRIBUTES: Readonly<
  Record<string, (instance: Instance, region: Whereabouts) => XmlElement | readonly XmlElement[]>
> = {
  instanceType: ({ type }) => ({ value: type }),
  userData: ({ userData }) => ({ value: userData }),
  disableApiTermination: ({ isTerminationProtected }) => ({ value: isTerminationProtected }),
  disableApiStop: ({ isStopProtected }) => ({ value: isStopProtected }),
  instanceInitiatedShutdownBehavior: ({ shutdownBehavior }) => ({ value: shutdownBehavior }),
  rootDeviceName: ({ rootDevice }) => ({ value: rootDevice }),
  blockDeviceMapping: (instance, region) => instanceXml(instance, region).blockDeviceMapping,
  sourceDestCheck: ({ sourceDestCheck }) => ({ value: sourceDestCheck }),
  ebsOptimized: ({ ebsOptimized }) => ({ value: ebsOptimized }),
  groupSet: ({ securityGroupIds }) => securityGroupIds.map((groupId) => ({ groupId })),
  enclaveOptions: () => ({ enabled: false }),
  productCodes: () => [],
  // Of paravirtual machines, and of network cards before ENA: nothing here has them.
  kernel: () => ({}),
  ramdisk: () => ({}),
  sriovNetSupport: () => ({}),
};

export const describeInstanceAttribute = action(
  'DescribeInstanceAttribute',
  { InstanceId: string, Attribute: string, DryRun: boolean },
  (region, input) => {
    const name = required(input.Attribute, 'Attribute');
    const read = Object.hasOwn(ATTRIBUTES, name) ? ATTRIBUTES[name] : undefined;
    if (read === undefined) {
      throw new Ec2Error('InvalidParameterValue', `Value (${name}) for parameter attribute is invalid.`);
    }
    const instance = one('instance', required(input.InstanceId, 'InstanceId'), (id) => region.instances.seen(id));
    stopDryRun(input.DryRun);
    return { instanceId: instance.id, [name]: read(instance, region) };
  },
);
