// Instance types and the zones that offer them (facts/ec2.md 1.8, 5).

import {
  DescribeInstanceTypeOfferingsCommand,
  DescribeInstanceTypesCommand,
  type DescribeInstanceTypesCommandInput,
  type InstanceTypeInfo,
  type LocationType,
} from '@aws-sdk/client-ec2';
import { capability } from './support/capability.ts';
import { contract } from './support/contract.ts';
import { REGION } from './support/endpoint.ts';
import { codeOf } from './support/refusal.ts';

const aws = contract();

/** Those of facts/ec2.md 5: vCPUs, GiB, architecture. */
const SHAPES = {
  't3.micro': [2, 1, 'x86_64'],
  't3.xlarge': [4, 16, 'x86_64'],
  't4g.small': [2, 2, 'arm64'],
  'm6i.2xlarge': [8, 32, 'x86_64'],
  'm7g.large': [2, 8, 'arm64'],
  'c7g.xlarge': [4, 8, 'arm64'],
  'r6i.large': [2, 16, 'x86_64'],
  'g4dn.xlarge': [4, 16, 'x86_64'],
} as const;

async function types(input: DescribeInstanceTypesCommandInput): Promise<InstanceTypeInfo[]> {
  const found: InstanceTypeInfo[] = [];
  let NextToken: string | undefined;
  do {
    const page = await aws.ec2.send(new DescribeInstanceTypesCommand({ ...input, NextToken }));
    found.push(...(page.InstanceTypes ?? []));
    ({ NextToken } = page);
  } while (NextToken);
  return found;
}

async function offerings(LocationType: LocationType | undefined, ...Values: string[]): Promise<string[]> {
  const found: string[] = [];
  const Filters = Values.length === 0 ? [] : [{ Name: 'instance-type', Values }];
  let NextToken: string | undefined;
  do {
    const page = await aws.ec2.send(new DescribeInstanceTypeOfferingsCommand({ LocationType, Filters, NextToken }));
    found.push(...page.InstanceTypeOfferings!.map((each) => `${each.InstanceType} in ${each.Location}`));
    ({ NextToken } = page);
  } while (NextToken);
  return found.sort();
}

capability(
  'instance types',
  () => [types({ InstanceTypes: ['t3.micro'] })],
  (it) => {
    it('a type says its size, its architecture and how it is sold (1.8, 5)', async () => {
      const InstanceTypes = Object.keys(SHAPES) as (keyof typeof SHAPES)[];
      const found = await types({ InstanceTypes });
      const shapes = found.map((type) => [
        type.InstanceType,
        [
          type.VCpuInfo!.DefaultVCpus,
          type.MemoryInfo!.SizeInMiB! / 1_024,
          type.ProcessorInfo!.SupportedArchitectures!.find((each) => each !== 'i386'),
        ],
      ]);
      expect(Object.fromEntries(shapes)).toEqual(SHAPES);
      for (const type of found) {
        expect(type.SupportedUsageClasses).toEqual(expect.arrayContaining(['on-demand', 'spot']));
        expect(type.SupportedVirtualizationTypes).toContain('hvm');
      }
    });

    it('it says whether it bursts, and how many volumes it takes (1.6, 1.8)', async () => {
      const [t3] = await types({ InstanceTypes: ['t3.micro'] });
      const [m6i] = await types({ InstanceTypes: ['m6i.large'] });
      expect([t3!.BurstablePerformanceSupported, m6i!.BurstablePerformanceSupported]).toEqual([true, false]);
      expect(t3!.EbsInfo).toMatchObject({ MaximumEbsAttachments: expect.any(Number), NvmeSupport: 'required' });
    });

    it('one with a GPU says which, how many and how large (5)', async () => {
      const [one] = await types({ InstanceTypes: ['g4dn.xlarge'] });
      expect(one!.GpuInfo!.Gpus).toMatchObject([
        { Name: 'T4', Manufacturer: 'NVIDIA', Count: 1, MemoryInfo: { SizeInMiB: 16_384 } },
      ]);
      const [none] = await types({ InstanceTypes: ['t3.micro'] });
      expect(none!.GpuInfo).toBeUndefined();
    });

    it('all pages together are all types, once (1.8)', async () => {
      const found = (await types({ MaxResults: 50 })).map(({ InstanceType }) => InstanceType!);
      expect(new Set(found).size).toBe(found.length);
      expect(found).toEqual(expect.arrayContaining(Object.keys(SHAPES)));
    });

    it('they are found by what they are (1.8)', async () => {
      const named = async (...filters: [string, string][]) => {
        const Filters = filters.map(([Name, value]) => ({ Name, Values: [value] }));
        return (await types({ Filters })).map(({ InstanceType }) => InstanceType!).sort();
      };
      expect(await named(['instance-type', 't3.micro'])).toEqual(['t3.micro']);
      expect(await named(['instance-type', 't4g.*'])).toEqual(expect.arrayContaining(['t4g.medium', 't4g.micro']));
      const arm = await named(['processor-info.supported-architecture', 'arm64'], ['instance-type', '*.large']);
      expect([arm.includes('m7g.large'), arm.includes('m6i.large')]).toEqual([true, false]);
      expect(await named(['instance-type', 't3.micro'], ['current-generation', 'true'])).toEqual(['t3.micro']);
    });

    it('one that there is not is refused (1.11)', async () => {
      expect(await codeOf(types({ InstanceTypes: ['t3.enormous' as 't3.micro'] }))).toBe('InvalidInstanceType');
    });
  },
);

capability(
  'offerings',
  () => [offerings('availability-zone', 't3.micro')],
  (it) => {
    it('a type is offered in the region, and in some of its zones (1.8)', async () => {
      expect(await offerings(undefined, 't3.micro')).toEqual([`t3.micro in ${REGION}`]);
      expect(await offerings('region', 't3.micro')).toEqual([`t3.micro in ${REGION}`]);
      const zones = await offerings('availability-zone', 't3.micro');
      expect(zones).toContain(`t3.micro in ${aws.around.zone}`);
      expect(await offerings('availability-zone-id', 't3.micro')).toHaveLength(zones.length);
    });

    it('none is offered of what there is not (1.8)', async () => {
      expect(await offerings('availability-zone', 't3.enormous')).toEqual([]);
    });

    it('a launch in a zone that does not offer the type is unsupported (1.8)', async () => {
      const all = await offerings('availability-zone');
      const zones = [...new Set(all.map((each) => each.split(' in ')[1]!))];
      const families =
        aws.around.architecture === 'x86_64' ? ['t3', 'm6i', 'm7i', 'c6i', 'c7i'] : ['t4g', 'm7g', 'c7g'];
      const absent = families
        .flatMap((family) => zones.map((zone) => ({ InstanceType: `${family}.large`, zone })))
        .find(({ InstanceType, zone }) => !all.includes(`${InstanceType} in ${zone}`));
      // Some regions offer all of them everywhere: there is nothing to see there.
      if (absent === undefined) return;
      const { InstanceType, zone } = absent;
      const call = aws.make.launch({ InstanceType: InstanceType as 't3.large', Placement: { AvailabilityZone: zone } });
      expect(await codeOf(call)).toBe('Unsupported');
    });
  },
);
