// What an account has without our making it: an image that boots, the zones for the type, the default network.

import {
  DescribeAvailabilityZonesCommand,
  DescribeImagesCommand,
  DescribeInstanceTypeOfferingsCommand,
  DescribeInstanceTypesCommand,
  type Image,
} from '@aws-sdk/client-ec2';
import { GetParameterCommand } from '@aws-sdk/client-ssm';
import type { Clients } from './clients.ts';
import { INSTANCE_TYPE } from './endpoint.ts';
import { lackOf } from './refusal.ts';

export type Surroundings = {
  readonly image: Image & { readonly ImageId: string; readonly RootDeviceName: string };
  readonly architecture: 'x86_64' | 'arm64';
  /** Two zones that offer the type. */
  readonly zone: string;
  readonly otherZone: string;
};

/** By their owners, as names can't be trusted (facts/ec2.md 1.8). */
const PUBLISHED = [
  { owner: '137112412989', name: 'al2023-ami-2023*' },
  { owner: '099720109477', name: 'ubuntu/images/hvm-ssd*/ubuntu-noble-24.04-*' },
];

export const latestImageParameter = (architecture: string): string =>
  `/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-${architecture}`;

export async function lookAround(clients: Clients): Promise<Surroundings> {
  const architecture = await architectureOf(clients);
  const [image, zones] = await Promise.all([imageFor(clients, architecture), zonesOf(clients)]);
  const [zone, otherZone] = zones;
  if (zone === undefined || otherZone === undefined) throw new Error(`${INSTANCE_TYPE} needs two zones, has ${zones}`);
  return { image: image as Surroundings['image'], architecture, zone, otherZone };
}

async function architectureOf({ ec2 }: Clients): Promise<Surroundings['architecture']> {
  const { InstanceTypes } = await ec2.send(
    new DescribeInstanceTypesCommand({ InstanceTypes: [INSTANCE_TYPE as 't3.micro'] }),
  );
  return InstanceTypes![0]!.ProcessorInfo!.SupportedArchitectures!.includes('arm64') ? 'arm64' : 'x86_64';
}

async function imageFor({ ec2, ssm }: Clients, architecture: string): Promise<Image> {
  const parameter = ssm.send(new GetParameterCommand({ Name: latestImageParameter(architecture) }));
  if ((await lackOf(parameter)) === null) {
    const id = await parameter.then(
      ({ Parameter }) => Parameter!.Value!,
      () => null,
    );
    if (id !== null) return (await ec2.send(new DescribeImagesCommand({ ImageIds: [id] }))).Images![0]!;
  }
  for (const { owner, name } of PUBLISHED) {
    const { Images = [] } = await ec2.send(
      new DescribeImagesCommand({
        Owners: [owner],
        Filters: [
          { Name: 'name', Values: [name] },
          { Name: 'architecture', Values: [architecture] },
          { Name: 'state', Values: ['available'] },
        ],
      }),
    );
    const newest = Images.toSorted((a, b) => (a.CreationDate! < b.CreationDate! ? 1 : -1))[0];
    if (newest !== undefined) return newest;
  }
  throw new Error(`no image for ${architecture}: neither a public parameter nor one of a trusted owner`);
}

async function zonesOf({ ec2 }: Clients): Promise<string[]> {
  const [offered, open] = await Promise.all([
    ec2.send(
      new DescribeInstanceTypeOfferingsCommand({
        LocationType: 'availability-zone',
        Filters: [{ Name: 'instance-type', Values: [INSTANCE_TYPE] }],
      }),
    ),
    ec2.send(new DescribeAvailabilityZonesCommand({})),
  ]);
  const names = new Set(open.AvailabilityZones!.map((each) => each.ZoneName));
  return offered
    .InstanceTypeOfferings!.map((each) => each.Location!)
    .filter((name) => names.has(name))
    .sort();
}
