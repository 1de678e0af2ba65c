// Which quota an instance type counts in, and which value of a quota counts.

import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { steppedClock } from '../clock.ts';
import { Store } from '../state/store.ts';
import { findService, QUOTAS } from './catalogue.ts';
import { appliedQuota, setQuota, vcpuQuota } from './limits.ts';

const { types } = JSON.parse(readFileSync(new URL('../../data/ec2-instance-types.json', import.meta.url), 'utf8')) as {
  types: Record<string, unknown>;
};

const anAccount = () => ({
  store: new Store({ clock: steppedClock(), lagMs: () => 0 }),
  accountId: '1',
  region: 'us-east-1',
});

/** Written out family by family, so that the rule is not tested with itself. */
const FAMILIES: Readonly<Record<string, readonly string[]>> = {
  standard: 'a1 c5 c6i c7g c7i d3en h1 i4i im4gn is4gen m6g m6i m7g m7i r6i r7g t3 t3a t4g z1d'.split(' '),
  g: 'g4dn g5 g5g g6 g6e g6f gr6 gr6f g7e vt1'.split(' '),
  p: 'p3dn p4d p4de p5 p5en p6-b200'.split(' '),
  inf: ['inf1', 'inf2'],
  dl: ['dl1', 'dl2q'],
  f: ['f1', 'f2'],
  trn: ['trn1', 'trn1n', 'trn2'],
  x: ['x1e', 'x2gd', 'x2idn', 'x8g'],
  u: ['u-6tb1', 'u7i-12tb', 'u7in-16tb'],
  hpc: ['hpc6a', 'hpc7g'],
};
const EXAMPLES = Object.entries(FAMILIES).flatMap(([family, names]) => names.map((name) => [name, family] as const));

it.each(EXAMPLES)('%s counts in the quota of %s', (name, family) => {
  expect(vcpuQuota(`${name}.4xlarge`, 'on-demand').family).toBe(family);
});

it.each(Object.keys(types))('%s has its quotas', (type) => {
  const family = EXAMPLES.find(([name]) => type.startsWith(`${name}.`))![1];
  for (const market of ['on-demand', 'spot'] as const) {
    const { code } = vcpuQuota(type, market);
    expect(QUOTAS.find((quota) => quota.code === code)).toMatchObject({ family, market, service: 'ec2' });
  }
});

it.each([
  ['t3.micro', 'on-demand', 'L-1216C47A'],
  ['t3.micro', 'spot', 'L-34B43A08'],
  ['gr6.4xlarge', 'spot', 'L-3819A6DF'],
  ['trn1.2xlarge', 'spot', 'L-6B0D517C'],
  ['u7i-12tb.224xlarge', 'on-demand', 'L-43DA4232'],
  ['hpc7g.16xlarge', 'on-demand', 'L-F7808C92'],
] as const)('%s %s is %s', (type, market, code) => {
  expect(vcpuQuota(type, market).code).toBe(code);
});

it.each([
  ['mac2.metal', 'on-demand'],
  ['mac2-m2pro.metal', 'on-demand'],
  ['u-6tb1.metal', 'spot'],
  ['hpc7g.16xlarge', 'spot'],
  ['q9.large', 'on-demand'],
  ['constructor1.large', 'on-demand'],
  ['t3', 'on-demand'],
  ['', 'on-demand'],
] as const)('%p has no %s quota of vCPUs', (type, market) => {
  expect(() => vcpuQuota(type, market)).toThrow(RangeError);
});

it('each code stands for one quota of a known service', () => {
  expect(new Set(QUOTAS.map((quota) => quota.code)).size).toBe(QUOTAS.length);
  for (const quota of QUOTAS) {
    expect(quota.code).toMatch(/^L-[0-9A-F]{8}$/);
    expect(findService(quota.service)).toBeDefined();
    expect(quota.family === undefined).toBe(quota.market === undefined);
  }
});

it('the value that was set counts, else the applied one, else the default', () => {
  const account = anAccount();
  expect([appliedQuota(account, 'L-1216C47A'), appliedQuota(account, 'L-0263D0A3')]).toEqual([640, 5]);
  setQuota(account, 'L-1216C47A', 0);
  setQuota(account, 'L-0263D0A3', 7);
  expect([appliedQuota(account, 'L-1216C47A'), appliedQuota(account, 'L-0263D0A3')]).toEqual([0, 7]);
});

it('a quota that is not known, and a value that is none, are refused', () => {
  const account = anAccount();
  expect(() => appliedQuota(account, 'L-00000000')).toThrow(RangeError);
  expect(() => setQuota(account, 'L-00000000', 1)).toThrow(RangeError);
  for (const value of [-1, NaN, Infinity]) expect(() => setQuota(account, 'L-1216C47A', value)).toThrow(RangeError);
  expect(appliedQuota(account, 'L-1216C47A')).toBe(640);
});

it('the last value set is the one that counts, of each quota for itself', () => {
  const set = fc.record({ code: fc.constantFrom(...QUOTAS.map((quota) => quota.code)), value: fc.nat() });
  fc.assert(
    fc.property(fc.array(set, { maxLength: 50 }), (sets) => {
      const account = anAccount();
      const expected = new Map(QUOTAS.map((quota) => [quota.code, quota.applied ?? quota.default]));
      for (const { code, value } of sets) {
        setQuota(account, code, value);
        expected.set(code, value);
      }
      for (const [code, value] of expected) expect(appliedQuota(account, code)).toBe(value);
    }),
    { seed: 2 },
  );
});
