// Whether the volume of a home exists no more: somebody has deleted it, or AWS has lost it.

import { DescribeVolumesCommand } from '@aws-sdk/client-ec2';
import type { Dependencies } from '../dependencies.ts';
import { isAwsCode } from '../ec2/errors.ts';
import { aws } from '../failure.ts';

const GONE = ['deleting', 'deleted', 'error'];

/** Of a home that a machine has had: it is older than AWS takes to show what is new, so "not found" is what it says. */
export async function isHomeGone({ ec2 }: Pick<Dependencies, 'ec2'>, volumeId: string): Promise<boolean> {
  try {
    const { Volumes = [] } = await ec2.describe.send(new DescribeVolumesCommand({ VolumeIds: [volumeId] }));
    return GONE.includes(Volumes[0]?.State ?? '');
  } catch (error) {
    if (isAwsCode(error, 'InvalidVolume.NotFound')) return true;
    return aws('DescribeVolumes', () => Promise.reject(error));
  }
}
