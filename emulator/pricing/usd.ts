// Amounts of money as whole micro-dollars, so that no sum is ever a float.

const MICROS = 1_000_000n;

/** RangeError for what is no amount of at most six decimals. */
export function parseUsd(text: string): bigint {
  const parts = /^(\d{1,9})(?:\.(\d{1,6}))?$/.exec(text);
  if (parts === null) throw new RangeError(`${text} is no amount in USD of at most six decimals`);
  return BigInt(parts[1]!) * MICROS + BigInt((parts[2] ?? '').padEnd(6, '0'));
}

/** Always six decimals: '0.096000'. */
export const formatUsd = (micros: bigint): string => `${micros / MICROS}.${String(micros % MICROS).padStart(6, '0')}`;

/** Without the zeros at the end: '0.096'. */
export const shortUsd = (micros: bigint): string => formatUsd(micros).replace(/\.?0+$/, '');

/** A product of an amount and a decimal factor, rounded half up. */
export const timesFactor = (micros: bigint, factor: string): bigint =>
  (micros * parseUsd(factor) + MICROS / 2n) / MICROS;
