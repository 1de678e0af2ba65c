// DescribeInstanceTypes: shapes from the catalogue.

import { boolean, integer, list, string } from '../../protocols/parameters.ts';
import { findInstanceType, type InstanceType, instanceTypes } from '../catalogue.ts';
import { Ec2Error } from '../errors.ts';
import { applyFilters, type FilterReaders, filterSchema } from '../filters.ts';
import { page } from '../paging.ts';
import { action, stopDryRun } from './action.ts';

type Named = InstanceType & { readonly name: string; readonly tags: Map<string, string> };

const readers: FilterReaders<Named> = {
  'instance-type': (type) => [type.name],
  'current-generation': (type) => [String(type.current)],
  'processor-info.supported-architecture': (type) => type.architectures,
  'supported-usage-class': (type) => type.usage_classes,
  'burstable-performance-supported': (type) => [String(type.burstable)],
};

export const describeInstanceTypes = action(
  'DescribeInstanceTypes',
  { InstanceType: list(string), Filter: filterSchema, MaxResults: integer, NextToken: string, DryRun: boolean },
  (region, input) => {
    stopDryRun(input.DryRun);
    const unknown = (input.InstanceType ?? []).filter((name) => findInstanceType(name) === undefined);
    if (unknown.length > 0)
      throw new Ec2Error(
        'InvalidInstanceType',
        `The following supplied instance types do not exist: [${unknown.join(', ')}]`,
      );
    const all = instanceTypes()
      .filter(
        ([name, type]) =>
          (type.zones[region.options.name] ?? []).length > 0 && (input.InstanceType?.includes(name) ?? true),
      )
      .map(([name, type]) => ({ ...type, name, tags: new Map<string, string>() }));
    const { items, nextToken } = page(applyFilters(all, input.Filter, readers), input, { min: 5, max: 100 });
    return { instanceTypeSet: items.map(typeXml), nextToken };
  },
);

const typeXml = (type: Named) => ({
  instanceType: type.name,
  currentGeneration: type.current,
  supportedUsageClasses: type.usage_classes,
  bareMetal: type.name.includes('.metal'),
  processorInfo: { supportedArchitectures: type.architectures },
  vCpuInfo: { defaultVCpus: type.vcpus },
  memoryInfo: { sizeInMiB: type.memory_mib },
  burstablePerformanceSupported: type.burstable,
});
