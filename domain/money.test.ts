// Money is exact: whole micro-dollars inside, decimal text at the edges.

import fc from 'fast-check';
import { formatUsd, parseFactor, parseUsd, ratio } from './money.ts';

it.each([
  ['0', 0, '0.00'],
  ['1', 1_000_000, '1.00'],
  ['1.5', 1_500_000, '1.50'],
  ['0.0104', 10_400, '0.0104'],
  ['55.040000', 55_040_000, '55.04'],
  ['10.492640', 10_492_640, '10.49264'],
  ['0.000001', 1, '0.000001'],
  ['0.5000000000', 500_000, '0.50'],
])('%s USD are %i millionths, and shown as %s', (text, micros, shown) => {
  expect(parseUsd(text)).toBe(micros);
  expect(formatUsd(micros)).toBe(shown);
});

it.each(['', '-1', '1,5', '1.0000001', '.5', '1.', '1e3', 'NaN', '0x1', ' 1', '9999999999'])(
  '%j is no amount',
  (text) => {
    expect(parseUsd(text)).toBeNull();
  },
);

it('what was shown is read back as it was', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 999_999_999_999_999 }), (micros) => {
      expect(parseUsd(formatUsd(micros))).toBe(micros);
    }),
  );
});

it('a share is rounded up, never down, and by less than one millionth', () => {
  const positive = fc.integer({ min: 1, max: 1_000 });
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1e12 }), positive, positive, (micros, numerator, denominator) => {
      const exact = BigInt(micros) * BigInt(numerator);
      const rest = BigInt(ratio(micros, numerator, denominator)) * BigInt(denominator) - exact;
      expect(rest >= 0n && rest < BigInt(denominator)).toBe(true);
    }),
  );
});

it('a factor is a decimal above nothing', () => {
  expect(parseFactor('1.15')).toEqual({ numerator: 1_150_000, denominator: 1_000_000 });
  expect(parseFactor('0')).toBeNull();
  expect(parseFactor('many')).toBeNull();
});
