// The account's storage: GiB of volumes of one type against its quota in TiB (facts/ec2.md 2).

import { Ec2Error } from '../errors.ts';
import type { Region } from '../region.ts';

const CODES: Readonly<Record<string, string>> = { gp3: 'L-7A658B76', gp2: 'L-D18FCD1D' };
const GIB_PER_TIB = 1_024;

/** Throws VolumeLimitExceeded. */
export function checkStorage(region: Region, type: string, sizeGb: number): void {
  const code = CODES[type];
  if (code === undefined) return;
  if (region.storageInUse(type) + sizeGb > region.world.quota(region, code) * GIB_PER_TIB) {
    throw new Ec2Error('VolumeLimitExceeded', `The maximum storage of ${type} volumes of the account is reached.`);
  }
}
