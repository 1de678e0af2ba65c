// When a delivery that failed is tried again.

import { retryInMs } from './webhook.ts';

const rules = { firstMs: 5_000, longestMs: 7_200_000 };
const fullMs = (attempts: number) => retryInMs(attempts, rules, 1);

it('grows from seconds to hours, and no further', () => {
  expect([1, 2, 3, 4, 5].map(fullMs)).toEqual([5_000, 15_000, 45_000, 135_000, 405_000]);
  expect([8, 50, 5_000].map(fullMs)).toEqual([7_200_000, 7_200_000, 7_200_000]);
});

it('half of it is chance', () => {
  expect(retryInMs(1, rules, 0)).toBe(2_500);
  expect(retryInMs(1, rules, 0.5)).toBe(3_750);
});

it('is later where the receiver asks for it, within the longest wait, and never sooner', () => {
  expect(retryInMs(1, rules, 1, 60_000)).toBe(60_000);
  expect(retryInMs(1, rules, 1, 1_000)).toBe(5_000);
  expect(retryInMs(1, rules, 1, 86_400_000)).toBe(7_200_000);
});

it('a day has a dozen tries or more, and no hundreds', () => {
  let [atMs, attempts] = [0, 0];
  for (; atMs < 86_400_000; attempts++) atMs += fullMs(attempts + 1);
  expect(attempts).toBeGreaterThan(12);
  expect(attempts).toBeLessThan(40);
});
