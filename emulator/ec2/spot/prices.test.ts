// The history of spot prices: newest first, a step function per type and zone, the same for the same seed (facts/ec2.md 1.8).

import {
  DescribeSpotPriceHistoryCommand,
  type DescribeSpotPriceHistoryCommandInput,
  paginateDescribeSpotPriceHistory,
  type SpotPrice,
} from '@aws-sdk/client-ec2';
import { controlClient } from '../../control/client.ts';
import { aRunningEmulator, codeOf, type TestEmulator } from '../../testing.ts';

const NOW = new Date('2026-01-01T00:00:00Z');
const daysAgo = (days: number) => new Date(NOW.getTime() - days * 86_400_000);
const T3 = { InstanceTypes: ['t3.large' as const] };
const IN_A = { ...T3, AvailabilityZone: 'us-east-1a' };

let aws: TestEmulator;
beforeEach(async () => {
  aws = await aRunningEmulator({ seed: 'one' });
});
afterEach(() => aws.close());

const history = async (input: DescribeSpotPriceHistoryCommandInput, of = aws): Promise<SpotPrice[]> =>
  (await of.client().send(new DescribeSpotPriceHistoryCommand(input))).SpotPriceHistory!;
const timesOf = (prices: readonly SpotPrice[]) => prices.map((price) => price.Timestamp!.getTime());

it('start and end at the same time is one price per zone: the one in effect', async () => {
  const prices = await history({ ...T3, StartTime: NOW, EndTime: NOW });
  const zones = ['a', 'b', 'c', 'd', 'f'].map((letter) => `us-east-1${letter}`);
  expect(prices.map((price) => price.AvailabilityZone!).toSorted()).toEqual(zones);
  for (const price of prices) {
    expect(price).toMatchObject({ InstanceType: 't3.large', ProductDescription: 'Linux/UNIX' });
    expect(price.SpotPrice).toMatch(/^0\.0\d{5}$/);
    // Between a quarter of the list price and 70 % of it.
    expect(Number(price.SpotPrice)).toBeGreaterThanOrEqual(0.0208);
    expect(Number(price.SpotPrice)).toBeLessThanOrEqual(0.05824);
    expect(price.Timestamp!.getTime()).toBeLessThanOrEqual(NOW.getTime());
  }
});

it('is newest first, each change once, with the one that was in effect at the start', async () => {
  const prices = await history({ ...IN_A, StartTime: daysAgo(3), EndTime: NOW });
  const times = timesOf(prices);
  expect(times).toEqual(times.toSorted((a, b) => b - a));
  expect(new Set(times).size).toBe(times.length);
  // A change each two to six hours.
  expect(times.length).toBeGreaterThan(12);
  expect(times.at(-1)).toBeLessThanOrEqual(daysAgo(3).getTime());
  expect(times.at(-2)).toBeGreaterThan(daysAgo(3).getTime());
});

it('of a moment in the past is what the history says of it', async () => {
  const all = await history({ ...IN_A, StartTime: daysAgo(5), EndTime: NOW });
  for (const days of [1, 2.5, 4]) {
    const at = daysAgo(days);
    const inEffect = all.find((price) => price.Timestamp!.getTime() <= at.getTime());
    expect(await history({ ...IN_A, StartTime: at, EndTime: at })).toEqual([inEffect]);
  }
});

it('is the same for the same seed, and another for another', async () => {
  const [same, other] = [await aRunningEmulator({ seed: 'one' }), await aRunningEmulator({ seed: 'two' })];
  const input = { ...T3, StartTime: daysAgo(2), EndTime: NOW };
  const mine = await history(input);
  expect(await history(input, same)).toEqual(mine);
  expect(await history(input, other)).not.toEqual(mine);
  await Promise.all([same.close(), other.close()]);
});

it('in pages is the whole, in its order, each price once', async () => {
  const input = { ...T3, StartTime: daysAgo(2), EndTime: NOW };
  const whole = await history(input);
  const seen: SpotPrice[] = [];
  for await (const page of paginateDescribeSpotPriceHistory({ client: aws.client(), pageSize: 7 }, input)) {
    expect(page.SpotPriceHistory!.length).toBeLessThanOrEqual(7);
    seen.push(...page.SpotPriceHistory!);
  }
  expect(seen).toEqual(whole);
});

it('goes back 90 days and no further', async () => {
  const times = timesOf(await history({ ...IN_A, StartTime: daysAgo(200), EndTime: NOW }));
  expect(times.at(-2)).toBeGreaterThan(daysAgo(90).getTime());
  expect(times.at(-1)).toBeGreaterThan(daysAgo(91).getTime());
});

it('is of what was asked: type, zone, product', async () => {
  const now = { StartTime: NOW, EndTime: NOW };
  const typed = await history({ ...now, InstanceTypes: ['t3.large', 'm7g.large'], AvailabilityZone: 'us-east-1b' });
  expect(typed.map((price) => String(price.InstanceType)).toSorted()).toEqual(['m7g.large', 't3.large']);
  const vpc = await history({ ...IN_A, ...now, ProductDescriptions: ['Linux/UNIX (Amazon VPC)'] });
  expect(vpc).toMatchObject([{ ProductDescription: 'Linux/UNIX (Amazon VPC)' }]);
  expect(await history({ ...IN_A, ...now, ProductDescriptions: ['Windows'] })).toEqual([]);
  expect(await history({ ...now, InstanceTypes: ['t9.huge' as 't3.large'] })).toEqual([]);
  const filtered = [{ Name: 'availability-zone', Values: ['us-east-1c'] }];
  expect(await history({ ...T3, ...now, Filters: filtered })).toMatchObject([{ AvailabilityZone: 'us-east-1c' }]);
  expect(await codeOf(history({ ...T3, ...now, AvailabilityZone: 'us-east-9z' }))).toBe('InvalidParameterValue');
  expect(await codeOf(history({ ...T3, StartTime: NOW, EndTime: daysAgo(1) }))).toBe('InvalidParameterValue');
});

it('has the changes that control makes, from when they were made, of one account', async () => {
  const control = controlClient(aws.emulator.url);
  const pool = { access_key: 'one', type: 't3.large', zone: 'us-east-1a', market: 'spot' } as const;
  aws.clock.advance(1_000);
  const at = (ms: number) => ({ StartTime: new Date(NOW.getTime() + ms), EndTime: new Date(NOW.getTime() + ms) });
  const [before] = await history({ ...IN_A, ...at(0) });
  await control.setPrice({ ...pool, usd: '0.07' });
  expect(await history({ ...IN_A, ...at(0) })).toEqual([before]);
  expect(await history({ ...IN_A, ...at(1_000) })).toMatchObject([{ SpotPrice: '0.070000' }]);
  const theirs = await aws.client('two').send(new DescribeSpotPriceHistoryCommand({ ...IN_A, ...at(1_000) }));
  expect(theirs.SpotPriceHistory![0]!.SpotPrice).toBe(before!.SpotPrice);
  aws.clock.advance(1_000);
  await control.setPrice({ ...pool, usd: null });
  expect(await history({ ...IN_A, ...at(2_000) })).toMatchObject([{ SpotPrice: before!.SpotPrice }]);
});
