// What a receiver may say about when it wants to be asked again.

import { retryAfterMs } from './retryAfter.ts';

const NOW = Date.UTC(2026, 10, 27, 12, 0, 0);

it.each([
  ['120', 120_000],
  [' 0 ', 0],
  ['Fri, 27 Nov 2026 12:05:00 GMT', 300_000],
  ['Fri, 27 Nov 2026 11:00:00 GMT', 0],
  [undefined, null],
  ['', null],
  ['-5', null],
  ['1.5', null],
  ['soon', null],
  ['2026-11-27', null],
  ['Someday, maybe', null],
  ['99999999999', null],
])('%j is %j', (value, ms) => {
  expect(retryAfterMs(value, NOW)).toBe(ms);
});
