// Percentiles and how they are shown.

export type Figures = {
  readonly n: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly min: number;
  readonly max: number;
};

export function figuresOf(values: readonly number[]): Figures {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
  return {
    n: sorted.length,
    p50: at(0.5),
    p90: at(0.9),
    p99: at(0.99),
    min: sorted[0] ?? Number.NaN,
    max: sorted.at(-1) ?? Number.NaN,
  };
}

export const row = (name: string, { n, p50, p90, p99, min, max }: Figures): string =>
  `${name.padEnd(22)} n=${n}  p50 ${ms(p50)}  p90 ${ms(p90)}  p99 ${ms(p99)}  spread ${ms(min)} .. ${ms(max)}`;

const ms = (value: number): string => `${value.toFixed(1)} ms`;
