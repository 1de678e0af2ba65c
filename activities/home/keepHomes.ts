// No machine takes a home with it: whether it would is looked at, not assumed, and changed where it would (facts/ec2.md 1.6).

import { ModifyInstanceAttributeCommand, type Instance } from '@aws-sdk/client-ec2';
import type { Ec2Clients } from '../ec2/clients.ts';
import { aws } from '../failure.ts';

/** Of the instance's volumes those of `homes` that end with it, by their device. */
export const doomedDevices = (
  { BlockDeviceMappings = [] }: Pick<Instance, 'BlockDeviceMappings'>,
  homes: ReadonlySet<string>,
): string[] =>
  BlockDeviceMappings.filter(({ Ebs }) => Ebs?.DeleteOnTermination !== false && homes.has(Ebs?.VolumeId ?? '')).map(
    ({ DeviceName }) => DeviceName!,
  );

/** From here on what is attached there stays when the instance ends. Setting it again is success. */
export async function keepAttached(
  { mutate }: Ec2Clients,
  InstanceId: string,
  devices: readonly string[],
): Promise<void> {
  if (devices.length === 0) return;
  const BlockDeviceMappings = devices.map((DeviceName) => ({ DeviceName, Ebs: { DeleteOnTermination: false } }));
  await aws('ModifyInstanceAttribute', () =>
    mutate.send(new ModifyInstanceAttributeCommand({ InstanceId, BlockDeviceMappings })),
  );
}
