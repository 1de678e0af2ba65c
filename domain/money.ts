// Money: whole micro-dollars, so that sums are exact; decimal text at the edges (no floats in between).

/** Whole millionths of a US dollar. */
export type Micros = number;

const MICROS = 1_000_000;
/** Up to six decimals, as AWS's prices have them. */
const DECIMAL = /^(\d{1,9})(?:\.(\d{1,6})0*)?$/;

/** Null where the text is no amount. */
export function parseUsd(text: string): Micros | null {
  const [, whole, fraction = ''] = DECIMAL.exec(text) ?? [];
  return whole === undefined ? null : Number(whole) * MICROS + Number(fraction.padEnd(6, '0'));
}

/** `1.5`, `0.0104`: no more decimals than it has, but two at least. */
export function formatUsd(micros: Micros): string {
  const sign = micros < 0 ? '-' : '';
  const amount = Math.abs(micros);
  const fraction = String(amount % MICROS)
    .padStart(6, '0')
    .replace(/0{1,4}$/, '');
  return `${sign}${Math.floor(amount / MICROS)}.${fraction}`;
}

/** `micros * numerator / denominator`, rounded up: what is charged is never less than what it costs. */
export const ratio = (micros: Micros, numerator: number, denominator: number): Micros => {
  const [product, by] = [BigInt(micros) * BigInt(numerator), BigInt(denominator)];
  return Number((product + by - 1n) / by);
};

/** A factor such as a margin, "1.15". Null where the text is none. */
export function parseFactor(text: string): { readonly numerator: number; readonly denominator: number } | null {
  const micros = parseUsd(text);
  return micros === null || micros === 0 ? null : { numerator: micros, denominator: MICROS };
}
