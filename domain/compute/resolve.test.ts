// The first gate: what a block means, what is refused and why (R5..R27, X1..X6, X16).

import fc from 'fast-check';
import { ERRORS, errorMessage, errorNextStep } from '../errors.ts';
import type { Compute } from './block.ts';
import { resolveShape } from './resolve.ts';
import { anyBlock, optional, problemOf, RULES, shapeOf, TYPES } from './testing.ts';

it('no block is the platform default, as it always was (R18, X1)', () => {
  for (const empty of [{}, { volume: {} }, { gpu: {} }, { display: { mode: 'none' as const } }]) {
    expect(shapeOf(empty)).toMatchObject({
      instanceType: 't3.large',
      architecture: 'x86_64',
      rootGb: 50,
      homeGb: 20,
      iops: 3_000,
      throughput: 125,
      gpu: null,
      display: null,
      market: 'on-demand',
      egressOpen: true,
      os: { family: 'ubuntu', version: '24.04', imageId: null },
    });
  }
});

it('what is said is launched', () => {
  const compute: Compute = {
    instance_type: 'm6i.xlarge',
    volume: { root_gb: 200, home_gb: 100, iops: 6_000, throughput: 500 },
    display: { mode: 'desktop-control', width: 1280, height: 800, protocol: 'novnc' },
    market: 'spot',
    interruption_policy: 'on-demand',
    data_persistence: 'ephemeral',
    savings_plan: 'team-a',
  };
  expect(shapeOf(compute)).toMatchObject({
    instanceType: 'm6i.xlarge',
    rootGb: 200,
    homeGb: 100,
    iops: 6_000,
    throughput: 500,
    display: { mode: 'desktop-control', width: 1280, height: 800, protocol: 'novnc' },
    market: 'spot',
    interruptionPolicy: 'on-demand',
    dataPersistence: 'ephemeral',
    savingsPlan: 'team-a',
  });
});

it('a desktop that names nothing else is m6i.xlarge with 100 GB and 1920x1080 (X16)', () => {
  expect(shapeOf({ display: { mode: 'desktop-control' } })).toMatchObject({
    instanceType: 'm6i.xlarge',
    rootGb: 100,
    display: { width: 1920, height: 1080 },
  });
});

it.each([
  ['T4', 'g4dn.xlarge'],
  ['L4', 'g6.xlarge'],
  ['A10G', 'g5.xlarge'],
  ['H100', 'p5.4xlarge'],
] as const)('a %s without a type is the cheapest type that has one: %s', (type, instanceType) => {
  const shape = shapeOf({ gpu: { type } });
  expect(shape).toMatchObject({ instanceType, gpu: { type, count: 1 }, rootGb: 100 });
});

it('the number of GPUs is the number asked for', () => {
  expect(shapeOf({ gpu: { type: 'T4', count: 4 } }).instanceType).toBe('g4dn.12xlarge');
  expect(shapeOf({ gpu: { type: 'A100', count: 8 } }).instanceType).toBe('p4d.24xlarge');
  expect(problemOf({ gpu: { type: 'A100', count: 1 } })).toMatchObject({ code: 'NO_INSTANCE_TYPE' });
  expect(shapeOf({ display: { mode: 'gpu-desktop-control' } }).instanceType).toBe('g4dn.xlarge');
});

it.each<[string, Compute, string, readonly string[]]>([
  [
    'a GPU',
    { instance_type: 'm6i.large', gpu: { type: 'T4' } },
    'gpu',
    ['g4dn.xlarge', 'g4dn.2xlarge', 'g4dn.4xlarge'],
  ],
  ['another GPU', { instance_type: 'g5.xlarge', gpu: { type: 'T4', count: 4 } }, 'gpu', ['g4dn.12xlarge']],
  ['an architecture', { instance_type: 't3.large', os: { arch: 'arm64' } }, 'os.arch', []],
  [
    'no GPU',
    { instance_type: 'g5.xlarge', gpu: { type: 'none' } },
    'gpu',
    expect.arrayContaining(['t3.large']) as never,
  ],
  [
    'a GPU desktop',
    { instance_type: 't3.large', display: { mode: 'gpu-desktop-control' } },
    'gpu',
    expect.arrayContaining(['g4dn.xlarge', 'g6.xlarge']) as never,
  ],
])('a type that contradicts %s is refused, and which would do is said', (_, compute, field, would_do) => {
  expect(problemOf(compute)).toEqual({
    code: 'INSTANCE_TYPE_CONTRADICTED',
    context: { instance_type: compute.instance_type, field, wanted: expect.any(String) as never, would_do },
  });
});

it.each<[string, Compute, string]>([
  ['a type that AWS does not have', { instance_type: 't9.huge' }, 'INSTANCE_TYPE_UNKNOWN'],
  ['a type off the list', { instance_type: 'c6i.12xlarge' }, 'INSTANCE_TYPE_NOT_ALLOWED'],
  ['a root of 29 GiB', { volume: { root_gb: 29 } }, 'ROOT_GB_OUT_OF_RANGE'],
  ['a root of 501 GiB', { volume: { root_gb: 501 } }, 'ROOT_GB_OUT_OF_RANGE'],
  ['half a GiB', { volume: { root_gb: 50.5 } }, 'ROOT_GB_OUT_OF_RANGE'],
  ['a home of nothing', { volume: { home_gb: 0 } }, 'COMPUTE_OUT_OF_RANGE'],
  ['2,999 IOPS', { volume: { iops: 2_999 } }, 'COMPUTE_OUT_OF_RANGE'],
  ['more IOPS than a home of 20 GiB takes', { volume: { iops: 10_001 } }, 'COMPUTE_OUT_OF_RANGE'],
  [
    'more IOPS than the machine carries',
    { volume: { root_gb: 500, home_gb: 500, iops: 80_000 } },
    'COMPUTE_OUT_OF_RANGE',
  ],
  ['more throughput than the IOPS allow', { volume: { throughput: 751 } }, 'COMPUTE_OUT_OF_RANGE'],
  ['a narrow display', { display: { mode: 'desktop-control', width: 799 } }, 'COMPUTE_OUT_OF_RANGE'],
  ['a size of no display', { display: { width: 1920 } }, 'COMPUTE_CONTRADICTORY'],
  ['DCV', { display: { mode: 'desktop-control', protocol: 'dcv' } }, 'DISPLAY_PROTOCOL_UNAVAILABLE'],
  ['a custom AMI without one', { os: { family: 'custom-ami' } }, 'COMPUTE_CONTRADICTORY'],
  ['an AMI that is not custom', { os: { image_id: 'ami-00000001' } }, 'COMPUTE_CONTRADICTORY'],
  ['two GPUs of no type', { gpu: { count: 2 } }, 'COMPUTE_CONTRADICTORY'],
  ['no GPU, twice', { gpu: { type: 'none', count: 2 } }, 'COMPUTE_CONTRADICTORY'],
  ['an interruption that never comes', { interruption_policy: 'pause' }, 'COMPUTE_CONTRADICTORY'],
  ['an architecture that no allowed type has', { os: { arch: 'arm64' } }, 'NO_INSTANCE_TYPE'],
  ['a closed network where there is none', { network: { egress_open: false } }, 'EGRESS_RESTRICTION_UNAVAILABLE'],
])('%s is refused, not mended', (_, compute, code) => {
  expect(problemOf(compute).code).toBe(code);
});

it('the allow-list decides which architectures there are', () => {
  const rules = { ...RULES, allowedInstanceTypes: ['t3.large', 't4g.small', 'm7g.large', 'm7g.xlarge'] };
  // Not smaller than what it would have been.
  expect(shapeOf({ os: { arch: 'arm64' } }, rules)).toMatchObject({ instanceType: 'm7g.large', architecture: 'arm64' });
});

it('any block is a clear refusal or a shape that says what the block said', () => {
  fc.assert(
    fc.property(anyBlock, optional(fc.boolean()), (compute, egress_open) => {
      const asked = egress_open === undefined ? compute : { ...compute, network: { egress_open } };
      const resolution = resolveShape(asked, RULES, TYPES);
      if ('problem' in resolution) {
        const { code, context } = resolution.problem;
        expect(ERRORS[code].status).toBe(400);
        expect(errorMessage(code, context) + errorNextStep(code, context)).not.toMatch(/\{\w+\}|undefined/);
        return;
      }
      const { shape } = resolution;
      expect(shape.instanceType).toBe(compute.instance_type ?? shape.instanceType);
      expect(shape.rootGb).toBe(compute.volume?.root_gb ?? shape.rootGb);
      expect(shape.homeGb).toBe(compute.volume?.home_gb ?? shape.homeGb);
      expect(shape.market).toBe(compute.market ?? 'on-demand');
      expect(shape.architecture).toBe(compute.os?.arch ?? shape.architecture);
      if (compute.gpu?.type !== undefined && compute.gpu.type !== 'none') {
        expect(shape.gpu).toEqual({ type: compute.gpu.type, count: compute.gpu.count ?? 1 });
      }
    }),
    { numRuns: 10_000 },
  );
});
