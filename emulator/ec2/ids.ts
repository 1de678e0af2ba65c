// Resource ids: made at random, and refused as malformed before they are looked for.

import { randomBytes } from 'node:crypto';
import { AwsError } from '../protocols/awsError.ts';

type Prefix = 'i' | 'vol' | 'r' | 'eni' | 'sir';

/** As AWS's long ids: 17 hexadecimal digits. */
export const newId = (prefix: Prefix): string => `${prefix}-0${randomBytes(8).toString('hex')}`;

const MALFORMED = {
  i: 'InvalidInstanceID.Malformed',
  vol: 'InvalidVolumeID.Malformed',
  ami: 'InvalidAMIID.Malformed',
  snap: 'InvalidSnapshotID.Malformed',
} as const;

/** Throws the resource's own `.Malformed`. Short ids of eight digits are still good. */
export function checkId(prefix: keyof typeof MALFORMED, id: string): void {
  if (!new RegExp(`^${prefix}-([0-9a-f]{8}|[0-9a-f]{17})$`).test(id)) {
    throw new AwsError(MALFORMED[prefix], `Invalid id: "${id}" (expecting "${prefix}-...")`);
  }
}
