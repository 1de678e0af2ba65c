// All gates in their order: who is refused where, with what figures; and what a shape costs.

import type { Micros } from '../money.ts';
import type { Compute } from './block.ts';
import type { Entitlements } from './entitlements.ts';
import { type Asked, decide } from './gates.ts';
import { priceOf } from './price.ts';
import { facts, shapeOf, STORAGE } from './testing.ts';

const asked = (compute: Compute, maxHourly: Micros | null = null, tier: Asked['tier'] = 3): Asked => ({
  compute,
  tier,
  maxHourly,
});
const refusalOf = (request: Asked, given = facts()) => decide(request, given).refusal;
const GPU: Partial<Entitlements> = { gpu_types: ['T4'], max_gpus: 1, gpu_environments: ['production'] };

it('a plain workspace passes every gate', () => {
  const { verdicts, refusal, shape, price } = decide(asked({}), facts());
  expect(verdicts.map(({ gate, passed }) => [gate, passed])).toEqual([
    ['valid', true],
    ['entitled', true],
    ['priced', true],
    ['authorised', true],
    ['quota', true],
  ]);
  expect([refusal, shape?.instanceType, price?.hourly]).toEqual([null, 't3.large', 83_200 + 5_480 + 2_192 + 5_000]);
});

it('the price is the sum of its parts, exactly, and the margin one of them (Q1)', () => {
  const shape = shapeOf({ volume: { iops: 4_000, throughput: 225 } });
  const rates = { machineHour: 83_200, ...STORAGE };
  const { parts, hourly, monthly } = priceOf(shape, rates, { numerator: 115, denominator: 100 });
  expect(parts.map(({ name, monthly: each }) => [name, each])).toEqual([
    ['machine', 60_736_000],
    ['root volume', 50 * 80_000 + 1_000 * 5_000 + 100 * 40_000],
    ['home volume', 20 * 80_000 + 1_000 * 5_000 + 100 * 40_000],
    ['public address', 3_650_000],
    ['margin', 13_197_900],
  ]);
  expect(monthly).toBe(parts.reduce((sum, part) => sum + part.monthly, 0));
  expect(hourly).toBe(parts.reduce((sum, part) => sum + part.hourly, 0));
});

it.each<[string, Asked, Partial<Entitlements>, string]>([
  ['a T1 workspace with a desktop (X17)', asked({ display: { mode: 'desktop-control' } }, null, 1), {}, 'TIER_FORBIDS'],
  ['a T1 workspace with a GPU (X17)', asked({ gpu: { type: 'T4' } }, 9e6, 1), GPU, 'TIER_FORBIDS'],
  ['a GPU without the entitlement (R29)', asked({ gpu: { type: 'T4' } }, 9e6), {}, 'NOT_ENTITLED'],
  ['a GPU of another type', asked({ gpu: { type: 'L4' } }, 9e6), GPU, 'NOT_ENTITLED'],
  ['more GPUs than entitled to', asked({ gpu: { type: 'T4', count: 4 } }, 9e6), GPU, 'NOT_ENTITLED'],
  [
    'a GPU in another environment (Q3)',
    asked({ gpu: { type: 'T4' } }, 9e6),
    { ...GPU, gpu_environments: [] },
    'NOT_ENTITLED',
  ],
  ['a GPU by its type alone', asked({ instance_type: 'g4dn.xlarge' }, 9e6), {}, 'NOT_ENTITLED'],
  ['a custom AMI', asked({ os: { family: 'custom-ami', image_id: 'ami-00000001' } }, 9e6), {}, 'NOT_ENTITLED'],
  ['spot where it is not allowed', asked({ market: 'spot' }), { spot: false }, 'NOT_ENTITLED'],
  [
    'a desktop where it is not allowed',
    asked({ display: { mode: 'desktop-control' } }),
    { display: false },
    'NOT_ENTITLED',
  ],
  ['more vCPUs than allowed', asked({ instance_type: 't3.2xlarge' }), { max_vcpus: 4 }, 'NOT_ENTITLED'],
  ['a larger root than allowed (X4)', asked({ volume: { root_gb: 200 } }), { max_root_gb: 100 }, 'NOT_ENTITLED'],
  ['a larger home than allowed', asked({ volume: { home_gb: 200 } }), { max_home_gb: 100 }, 'NOT_ENTITLED'],
])('%s is refused', (_, request, own, code) => {
  expect(refusalOf(request, facts({ own }))).toMatchObject({ gate: 'entitled', code });
});

it('a tenant has as many workspaces as it may have', () => {
  const own = { max_workspaces: 2 };
  expect(refusalOf(asked({}), facts({ own, workspaces: 1 }))).toBeNull();
  expect(refusalOf(asked({}), facts({ own, workspaces: 2 }))).toMatchObject({ code: 'WORKSPACE_LIMIT' });
});

it('a GPU needs an authorised price, whatever it costs (R29)', () => {
  const given = facts({ own: GPU });
  expect(refusalOf(asked({ gpu: { type: 'T4' } }), given)).toMatchObject({ code: 'COST_AUTHORIZATION_REQUIRED' });
  expect(refusalOf(asked({ gpu: { type: 'T4' } }, 500_000), given)).toMatchObject({
    code: 'COST_ABOVE_AUTHORIZED',
    context: { hourly_usd: '0.544151', max_hourly_usd: '0.50' },
  });
  expect(refusalOf(asked({ gpu: { type: 'T4' } }, 544_151), given)).toBeNull();
  expect(refusalOf(asked({ gpu: { type: 'T4' } }, 544_150), given)).not.toBeNull();
});

it('a plain shape needs one only above the free price', () => {
  expect(refusalOf(asked({}), facts({ freeHourly: 90_000 }))).toMatchObject({ code: 'COST_AUTHORIZATION_REQUIRED' });
  expect(refusalOf(asked({}, 100_000), facts({ freeHourly: 90_000 }))).toBeNull();
});

it('without a known price a plain shape is launched, and a gated one never', () => {
  const priceless = { ratesOf: () => null };
  expect(decide(asked({}), facts(priceless))).toMatchObject({ refusal: null, price: null });
  expect(refusalOf(asked({ gpu: { type: 'T4' } }, 9e6), facts({ ...priceless, own: GPU }))).toMatchObject({
    gate: 'priced',
    code: 'PRICE_UNKNOWN',
  });
});

it('the budget is for everything that the tenant has, and says all figures', () => {
  const own = { budget_hourly: 200_000 };
  expect(refusalOf(asked({}), facts({ own, spend: { hourly: 104_128, monthly: 0 } }))).toBeNull();
  expect(refusalOf(asked({}), facts({ own, spend: { hourly: 104_129, monthly: 0 } }))).toMatchObject({
    code: 'BUDGET_EXCEEDED',
    context: { period: 'hourly', budget_usd: '0.20', used_usd: '0.104129', asked_usd: '0.095872' },
  });
  expect(refusalOf(asked({}, 9e6), facts({ own: { budget_monthly: 1 } }))).toMatchObject({ code: 'BUDGET_EXCEEDED' });
});

it('the AWS quota counts others and reservations, in vCPUs', () => {
  const quota = { code: 'L-1216C47A', limit: 8, inUse: 4, reserved: 2, ageSeconds: 7 };
  expect(refusalOf(asked({}), facts({ quotaOf: () => quota }))).toBeNull();
  expect(refusalOf(asked({}), facts({ quotaOf: () => ({ ...quota, reserved: 3 }) }))).toMatchObject({
    gate: 'quota',
    code: 'AWS_QUOTA_INSUFFICIENT',
    context: { quota_code: 'L-1216C47A', limit: 8, in_use: 4, reserved: 3, asked: 2, age_seconds: 7 },
  });
});

it('every gate after a valid shape says its word, and the first refusal counts', () => {
  const quota = { code: 'L-1216C47A', limit: 0, inUse: 0, reserved: 0, ageSeconds: 0 };
  const { verdicts, refusal } = decide(
    asked({ market: 'spot' }, 1),
    facts({ own: { spot: false }, quotaOf: () => quota }),
  );
  expect(verdicts.filter(({ passed }) => !passed).map(({ gate }) => gate)).toEqual(['entitled', 'authorised', 'quota']);
  expect(refusal?.gate).toBe('entitled');
});
