// Why an image can't be what a machine is launched from (facts/ec2.md 1.8).

import type { Image } from '@aws-sdk/client-ec2';

export type BootNeeds = { readonly architecture: string; readonly rootGb: number };

/** The first thing that stands in the way, as a clause; or null. */
export function bootProblem(image: Image, { architecture, rootGb }: BootNeeds): string | null {
  if (image.State !== 'available') return `it is ${image.State}`;
  if (image.Architecture !== architecture) return `it is for ${image.Architecture}, and the machine is ${architecture}`;
  if (image.VirtualizationType !== 'hvm') return `its virtualization is ${image.VirtualizationType}`;
  if (image.EnaSupport !== true) return 'it has no driver for the network of current machines (ENA)';
  if (image.RootDeviceName === undefined) return 'it says no root device';
  const devices = image.BlockDeviceMappings ?? [];
  const root = devices.find((device) => device.DeviceName === image.RootDeviceName)?.Ebs?.VolumeSize ?? 0;
  if (root > rootGb) return `its root needs ${root} GiB, and ${rootGb} were asked for`;
  const further = devices.filter((device) => device.DeviceName !== image.RootDeviceName && device.Ebs !== undefined);
  if (further.length > 0) return `it brings ${further.length} volume(s) of its own, which nobody would delete`;
  return null;
}

/** A caller's own image has to be one that its owner still stands for; ours is launched until a newer one has booted. */
export function deprecationProblem({ DeprecationTime: since }: Image): string | null {
  return since !== undefined && Date.parse(since) <= Date.now() ? `it is deprecated since ${since}` : null;
}
