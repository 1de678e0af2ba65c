// The compute block: what is allowed, what is refused and why, and what an empty one means (R5..R27, X1, X4, X6).

import { type ComputeRules, computeProblem, resolveShape } from './compute.ts';

const rules: ComputeRules = {
  defaults: { instanceType: 't3.large', rootGb: 50, homeGb: 20 },
  rootGb: { min: 30, max: 500 },
  allowedInstanceTypes: ['t3.large', 'm6i.large'],
};
const isKnown = (type: string): boolean => ['t3.large', 'm6i.large', 'p5.48xlarge'].includes(type);
const problem = (compute: Parameters<typeof computeProblem>[0]) => computeProblem(compute, rules, isKnown);

it.each([
  {},
  { volume: {} },
  { instance_type: 'm6i.large' },
  { volume: { root_gb: 30 } },
  { volume: { root_gb: 500 } },
  { instance_type: 't3.large', volume: { root_gb: 31 } },
])('%j is allowed', (compute) => {
  expect(problem(compute)).toBeNull();
});

it.each([29, 501, 0, -50, 50.5, Number.NaN, Number.POSITIVE_INFINITY])(
  'a root volume of %d GiB is refused with the bounds, not clamped',
  (root_gb) => {
    expect(problem({ volume: { root_gb } })).toEqual({
      code: 'ROOT_GB_OUT_OF_RANGE',
      context: { root_gb, min: 30, max: 500 },
    });
  },
);

it('a type that AWS does not have is told apart from one that is not allowed', () => {
  expect(problem({ instance_type: 't9.huge' })).toEqual({
    code: 'INSTANCE_TYPE_UNKNOWN',
    context: { instance_type: 't9.huge', allowed: ['t3.large', 'm6i.large'] },
  });
  expect(problem({ instance_type: 'p5.48xlarge' })).toEqual({
    code: 'INSTANCE_TYPE_NOT_ALLOWED',
    context: { instance_type: 'p5.48xlarge', allowed: ['t3.large', 'm6i.large'] },
  });
});

it('an empty instance type is a type that does not exist, not an omitted one', () => {
  expect(problem({ instance_type: '' })).toMatchObject({ code: 'INSTANCE_TYPE_UNKNOWN' });
});

it('of two problems the type is named first', () => {
  expect(problem({ instance_type: 't9.huge', volume: { root_gb: 1 } })).toMatchObject({
    code: 'INSTANCE_TYPE_UNKNOWN',
  });
});

it('{} is the platform default, and what is given replaces only itself', () => {
  const { defaults } = rules;
  expect(resolveShape({}, defaults)).toEqual(defaults);
  expect(resolveShape({ volume: {} }, defaults)).toEqual(defaults);
  expect(resolveShape({ instance_type: 'm6i.large' }, defaults)).toEqual({ ...defaults, instanceType: 'm6i.large' });
  expect(resolveShape({ volume: { root_gb: 100 } }, defaults)).toEqual({ ...defaults, rootGb: 100 });
});
