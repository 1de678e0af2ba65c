// Which types may stand in for the first, and in what order all of it is tried.

import fc from 'fast-check';
import type { Compute } from './block.ts';
import { candidatesOf, type Places, homeFirst, zoneFirst } from './candidates.ts';
import { type Asked, decide, type Facts } from './gates.ts';
import { quotaCode } from './quotaCode.ts';
import { anyBlock, facts, optional, TYPES } from './testing.ts';

const places: Places = { zonesOf: (type) => TYPES.find(({ name }) => name === type)?.zones ?? [], start: 0 };
const asked = (compute: Compute, maxHourly: number | null = null): Asked => ({ compute, tier: 3, maxHourly });
const typesOf = (request: Asked, given = facts()): string[] =>
  decide(request, given).offers.map(({ shape }) => shape.instanceType);
const orderOf = (compute: Compute, given: Facts, start = 0): string[] =>
  candidatesOf(decide(asked(compute), given).offers, given, { ...places, start }).map(
    ({ instanceType, zone }) => `${instanceType} ${zone.at(-1)}`,
  );
const inZones = (type: string, letters: string): string[] => letters.split('').map((zone) => `${type} ${zone}`);
const GPU = { gpu_types: ['T4' as const], max_gpus: 1, gpu_environments: ['production'] };

it('no block is the platform default first, then the cheapest that are no smaller', () => {
  expect(typesOf(asked({}))).toEqual(['t3.large', 'm6i.large', 't3.xlarge']);
});

it('a type that is named is the only one', () => {
  expect(typesOf(asked({ instance_type: 't3.large' }))).toEqual(['t3.large']);
});

it('a desktop does not go on to burst credits', () => {
  const rules = { ...facts().rules, allowedInstanceTypes: ['t3.xlarge', 't3.2xlarge', 'm6i.2xlarge'] };
  const desktop = asked({ display: { mode: 'desktop-control' } });
  expect(typesOf(desktop, facts({ rules }))).toEqual(['m6i.xlarge', 'm6i.2xlarge']);
});

it('a GPU stays the same GPU, in the same number, as far as was authorised', () => {
  const given = facts({ own: GPU });
  expect(typesOf(asked({ gpu: { type: 'T4' } }, 2_000_000), given)).toEqual([
    'g4dn.xlarge',
    'g4dn.2xlarge',
    'g4dn.4xlarge',
  ]);
  expect(typesOf(asked({ gpu: { type: 'T4' } }, 800_000), given)).toEqual(['g4dn.xlarge', 'g4dn.2xlarge']);
  expect(typesOf(asked({ gpu: { type: 'T4' } }, 600_000), given)).toEqual(['g4dn.xlarge']);
});

it('entitlement, budget and quota hold for each type', () => {
  expect(typesOf(asked({}), facts({ own: { max_vcpus: 2 } }))).toEqual(['t3.large', 'm6i.large']);
  expect(typesOf(asked({}), facts({ own: { budget_hourly: 100_000 } }))).toEqual(['t3.large']);
  const quota = { code: 'L-1216C47A', limit: 8, inUse: 4, reserved: 1, ageSeconds: 0 };
  // t3.xlarge has four vCPUs; c6i.xlarge and m6i.xlarge as well.
  expect(typesOf(asked({}), facts({ quotaOf: () => quota }))).toEqual(['t3.large', 'm6i.large']);
});

it('what is refused has no others', () => {
  expect(typesOf(asked({}, 1))).toEqual(['t3.large']);
});

it('goes type by type, from the zone that the workspace begins with', () => {
  const own = { max_vcpus: 2 };
  const order = orderOf({}, facts({ own }), 2);
  expect(order).toEqual([...inZones('t3.large', 'cdfab'), ...inZones('m6i.large', 'cdfab')]);
});

it('where there was no room lately comes last, the first type as well', () => {
  const avoided = new Set(['a', 'b', 'c', 'd'].map((zone) => `t3.large/us-east-1${zone}/on-demand`));
  const order = orderOf({}, facts({ own: { max_vcpus: 2 }, avoided }));
  expect(order[0]).toBe('t3.large f');
  expect(order.slice(1, 6)).toEqual(inZones('m6i.large', 'abcdf'));
  expect(order.slice(6)).toEqual(inZones('t3.large', 'abcd'));
});

it('a spot machine goes where it is cheapest now, and the others come by what they cost there', () => {
  const readAt = '2026-08-01T00:00:00Z';
  const prices: Record<string, number> = {
    't3.large/us-east-1c': 20_000,
    't3.large/us-east-1b': 30_000,
    'm6i.large/us-east-1a': 60_000,
    't3.xlarge/us-east-1f': 40_000,
  };
  const spotOf: Facts['spotOf'] = (type, zone) => {
    const micros = prices[`${type}/${zone}`];
    return micros === undefined ? null : { micros, readAt };
  };
  const given = facts({ spotOf });
  const request = asked({ market: 'spot' });
  expect(typesOf(request, given)).toEqual(['t3.large', 't3.xlarge', 'm6i.large']);
  const candidates = candidatesOf(decide(request, given).offers, given, places);
  expect(candidates.slice(0, 5).map(({ zone }) => zone.at(-1))).toEqual(['c', 'b', 'a', 'd', 'f']);
  const first = candidates[0]!;
  // The machine alone is cheaper; what has to be authorised stays the list price.
  expect(first.offer.price!.hourly - first.expected!.hourly).toBe(83_200 - 20_000);
  expect(candidates[2]!.expected).toBeNull();
  prices['t3.large/us-east-1c'] = 900_000;
  const [dear] = candidatesOf(decide(asked({ market: 'spot', instance_type: 't3.large' }), given).offers, given, {
    zonesOf: () => ['us-east-1c'],
    start: 0,
  });
  expect(dear!.expected).toEqual(dear!.offer.price);
});

it('whatever is asked: the first is the shape, each has what was asked for, and none costs more than was authorised', () => {
  const own = {
    gpu_types: ['T4', 'L4', 'A10G', 'A100', 'H100'] as const,
    max_gpus: 8,
    gpu_environments: ['production'],
    os_families: ['ubuntu', 'debian-slim', 'alpine'] as const,
  };
  fc.assert(
    fc.property(anyBlock, optional(fc.integer({ min: 1, max: 20_000_000 })), (compute, maxHourly) => {
      const given = facts({ own });
      const { shape, offers, refusal } = decide(asked(compute, maxHourly ?? null), given);
      if (shape === null) return expect(offers).toEqual([]);
      expect(offers[0]!.shape).toEqual(shape);
      expect(offers.length).toBeLessThanOrEqual(refusal === null && compute.instance_type === undefined ? 3 : 1);
      expect(candidatesOf(offers, given, places)[0]?.instanceType).toBe(shape.instanceType);
      let dearest = 0;
      for (const { shape: each, price } of offers) {
        const { instanceType, vcpus, ...same } = each;
        const { instanceType: first, vcpus: least, ...rest } = shape;
        expect(same).toEqual(rest);
        expect(vcpus).toBeGreaterThanOrEqual(least);
        expect(quotaCode(instanceType, each.market)).toBe(quotaCode(first, shape.market));
        if (refusal === null) expect(price!.hourly).toBeLessThanOrEqual(maxHourly ?? given.freeHourly);
        // The default comes first whatever it costs; the others by their price.
        if (each !== offers[0]!.shape) expect(price!.hourly).toBeGreaterThanOrEqual(dearest);
        if (each !== offers[0]!.shape) dearest = price!.hourly;
      }
      return undefined;
    }),
    { numRuns: 5_000 },
  );
});

it('a home whose machine was taken away stays in its zone where anything can be had there, in the order of the plan', () => {
  const plan = ['a b', 'a c', 'x a', 'a a', 'x b'].map((name) => {
    const [instanceType, zone] = name.split(' ');
    return { instanceType: instanceType!, zone: zone! };
  });
  const names = (candidates: typeof plan) => candidates.map(({ instanceType, zone }) => `${instanceType} ${zone}`);
  expect(names(zoneFirst(plan, 'a'))).toEqual(['x a', 'a a', 'a b', 'a c', 'x b']);
  expect(names(homeFirst(plan, 'a'))).toEqual(['a a', 'a b', 'a c', 'x a', 'x b']);
});
