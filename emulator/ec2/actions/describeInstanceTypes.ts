// DescribeInstanceTypes: shapes from the catalogue.

import { boolean, integer, list, string } from '../../protocols/parameters.ts';
import { findInstanceType, type InstanceType, instanceTypes } from '../catalogue.ts';
import { Ec2Error } from '../errors.ts';
import { applyFilters, type FilterReaders, filterSchema } from '../filters.ts';
import { page } from '../paging.ts';
import { action, stopDryRun } from './action.ts';

type Named = InstanceType & { readonly id: string };

const readers: FilterReaders<Named> = {
  'instance-type': (type) => [type.id],
  'current-generation': (type) => [String(type.current)],
  'processor-info.supported-architecture': (type) => type.architectures,
  'supported-usage-class': (type) => type.usage_classes,
  'burstable-performance-supported': (type) => [String(type.burstable)],
  'bare-metal': (type) => [String(isMetal(type))],
  'vcpu-info.default-vcpus': (type) => [String(type.vcpus)],
  'memory-info.size-in-mib': (type) => [String(type.memory_mib)],
  'supported-virtualization-type': () => ['hvm'],
  'supported-root-device-type': () => ['ebs'],
  'ebs-info.nvme-support': (type) => [type.ebs?.nvme],
  'ebs-info.ebs-optimized-support': (type) => [type.ebs?.optimized],
};

const isMetal = ({ id }: Named): boolean => id.includes('.metal');

export const describeInstanceTypes = action(
  'DescribeInstanceTypes',
  { InstanceType: list(string), Filter: filterSchema, MaxResults: integer, NextToken: string, DryRun: boolean },
  (region, input) => {
    stopDryRun(input.DryRun);
    const unknown = (input.InstanceType ?? []).filter((name) => findInstanceType(name) === undefined);
    if (unknown.length > 0) {
      throw new Ec2Error(
        'InvalidInstanceType',
        `The following supplied instance types do not exist: [${unknown.join(', ')}]`,
      );
    }
    if ((input.InstanceType ?? []).length > 100) {
      throw new Ec2Error('InvalidParameterValue', 'A call takes at most 100 instance types');
    }
    const all = instanceTypes()
      .filter(
        ([name, type]) => (type.zones[region.name] ?? []).length > 0 && (input.InstanceType?.includes(name) ?? true),
      )
      .map(([name, type]) => ({ ...type, id: name }))
      .sort((a, b) => (a.id < b.id ? -1 : 1));
    const { items, nextToken } = page(applyFilters(all, input.Filter, readers), input, { min: 5, max: 100 });
    return { instanceTypeSet: items.map(typeXml), nextToken };
  },
);

const typeXml = (type: Named) => ({
  instanceType: type.id,
  currentGeneration: type.current,
  freeTierEligible: type.id === 't3.micro',
  supportedUsageClasses: type.usage_classes,
  supportedRootDeviceTypes: ['ebs'],
  supportedVirtualizationTypes: ['hvm'],
  bareMetal: isMetal(type),
  hypervisor: isMetal(type) ? undefined : 'nitro',
  processorInfo: { supportedArchitectures: type.architectures },
  vCpuInfo: {
    defaultVCpus: type.vcpus,
    defaultCores: Math.max(1, type.vcpus / 2),
    defaultThreadsPerCore: type.vcpus > 1 ? 2 : 1,
  },
  memoryInfo: { sizeInMiB: type.memory_mib },
  ebsInfo:
    type.ebs === undefined
      ? undefined
      : {
          ebsOptimizedSupport: type.ebs.optimized,
          encryptionSupport: 'supported',
          nvmeSupport: type.ebs.nvme,
          maximumEbsAttachments: type.ebs.max_attachments,
          ebsOptimizedInfo: { maximumIops: type.ebs.max_iops, maximumThroughputInMBps: type.ebs.max_mbps },
        },
  networkInfo: { maximumNetworkInterfaces: type.max_network_interfaces, enaSupport: 'required' },
  gpuInfo:
    type.gpu === undefined
      ? undefined
      : {
          gpus: [
            {
              name: type.gpu.name,
              manufacturer: type.gpu.manufacturer,
              count: type.gpu.count,
              memoryInfo: { sizeInMiB: type.gpu.memory_mib },
            },
          ],
          totalGpuMemoryInMiB: type.gpu.count * type.gpu.memory_mib,
        },
  burstablePerformanceSupported: type.burstable,
});
