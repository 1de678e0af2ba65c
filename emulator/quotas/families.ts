// Which vCPU quota an instance type counts in: by the letters that its name begins with (facts/ec2.md 2).

import { type Market, QUOTAS } from './catalogue.ts';

/** All letters before the first digit, so that 'im4gn' is no 'inf', 'trn1' no 't' and 'hpc7g' no 'h'. */
const FAMILY_OF_LETTERS: Readonly<Record<string, string>> = {
  a: 'standard',
  c: 'standard',
  d: 'standard',
  h: 'standard',
  i: 'standard',
  im: 'standard',
  is: 'standard',
  m: 'standard',
  r: 'standard',
  t: 'standard',
  z: 'standard',
  g: 'g',
  gr: 'g',
  vt: 'g',
  p: 'p',
  inf: 'inf',
  dl: 'dl',
  f: 'f',
  trn: 'trn',
  x: 'x',
  u: 'u',
  hpc: 'hpc',
};

/**
 * Throws RangeError where there is no such quota: mac instances run on Dedicated Hosts alone, which have quotas of their
 * own, and High Memory and HPC types have no spot quota.
 */
export function vcpuQuota(instanceType: string, market: Market): { code: string; family: string } {
  const letters = /^([a-z]+)-?\d[a-z0-9-]*\.[a-z0-9-]+$/.exec(instanceType)?.[1] ?? '';
  const family = Object.hasOwn(FAMILY_OF_LETTERS, letters) ? FAMILY_OF_LETTERS[letters] : undefined;
  const quota = QUOTAS.find((each) => each.family === family && each.market === market);
  if (family === undefined || quota === undefined) {
    throw new RangeError(`no vCPU quota counts ${instanceType} (${market})`);
  }
  return { code: quota.code, family };
}
