// Rules, types, facts and random blocks for the tests of the gates: the real catalogue, the settings' defaults.

import { computeRules } from '../../config/computeRules.ts';
import { readSettings } from '../../config/settings.ts';
import { readCatalogue } from '../../data/catalogue.ts';
import fc from 'fast-check';
import { ARCHITECTURES, type Compute, DISPLAY_MODES, GPU_TYPES, MARKETS, OS_FAMILIES } from './block.ts';
import { DEFAULT_ENTITLEMENTS, type Entitlements } from './entitlements.ts';
import type { Facts } from './gates.ts';
import { resolveShape } from './resolve.ts';
import type { ComputeRules, Shape, ShapeProblem, TypeFacts } from './shape.ts';

export const RULES: ComputeRules = computeRules(readSettings({}));
export const TYPES: readonly TypeFacts[] = readCatalogue().types('us-east-1');

export function shapeOf(compute: Compute, rules = RULES): Shape {
  const resolution = resolveShape(compute, rules, TYPES);
  if ('problem' in resolution) throw new Error(`refused: ${JSON.stringify(resolution.problem)}`);
  return resolution.shape;
}

export function problemOf(compute: Compute, rules = RULES): ShapeProblem {
  const resolution = resolveShape(compute, rules, TYPES);
  if ('shape' in resolution) throw new Error(`not refused: ${JSON.stringify(resolution.shape)}`);
  return resolution.problem;
}

export const STORAGE = { gp3GbMonth: 80_000, gp3IopsMonth: 5_000, gp3ThroughputMonth: 40_000, ipv4Hour: 5_000 };
/** A tenant that may have what needs no approval, and an account without quotas. */
export const facts = (change: Partial<Facts> & { own?: Partial<Entitlements> } = {}): Facts => ({
  rules: RULES,
  types: TYPES,
  entitlements: { ...DEFAULT_ENTITLEMENTS, ...change.own },
  environment: 'production',
  workspaces: 0,
  prices: { source: 'built-in', asOf: '2026-07-20' },
  ratesOf: ({ instanceType }) => {
    const machineHour = TYPES.find(({ name }) => name === instanceType)?.hourlyMicros ?? null;
    return machineHour === null ? null : { machineHour, ...STORAGE };
  },
  quotaOf: () => null,
  spend: { hourly: 0, monthly: 0 },
  avoided: new Set(),
  spotOf: () => null,
  freeHourly: 1_000_000,
  ...change,
});

export const optional = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(value, { nil: undefined });
const size = fc.oneof(fc.integer({ min: -5, max: 600 }), fc.double({ min: 0, max: 100 }), fc.constant(50));
export const anyBlock: fc.Arbitrary<Compute> = fc.record(
  {
    instance_type: fc.constantFrom('t3.large', 'm6i.xlarge', 'g5.xlarge', 'p4d.24xlarge', 't4g.small', 'nonsense', ''),
    os: fc.record(
      { family: fc.constantFrom(...OS_FAMILIES), arch: fc.constantFrom(...ARCHITECTURES), version: fc.string() },
      { requiredKeys: [] },
    ),
    volume: fc.record(
      { root_gb: size, home_gb: size, iops: fc.integer({ min: 0, max: 90_000 }), throughput: fc.integer() },
      { requiredKeys: [] },
    ),
    gpu: fc.record(
      { type: fc.constantFrom(...GPU_TYPES, 'none' as const), count: fc.integer({ min: 0, max: 9 }) },
      { requiredKeys: [] },
    ),
    display: fc.record(
      { mode: fc.constantFrom(...DISPLAY_MODES), width: size, height: fc.integer({ min: 500, max: 2500 }) },
      { requiredKeys: [] },
    ),
    market: fc.constantFrom(...MARKETS),
  },
  { requiredKeys: [] },
);
