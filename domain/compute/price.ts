// What a shape costs, in its parts: the machine, its volumes, its address, the tenant's margin (R30, Q1).

import { formatUsd, type Micros, ratio } from '../money.ts';
import { GP3, type Shape } from './shape.ts';

/** Of one region. Storage per GiB-month and the like; the machine and the address by the hour. */
export type Rates = {
  readonly machineHour: Micros;
  readonly gp3GbMonth: Micros;
  readonly gp3IopsMonth: Micros;
  readonly gp3ThroughputMonth: Micros;
  readonly ipv4Hour: Micros;
};

export type StorageRateName = keyof Omit<Rates, 'machineHour'>;

/** As they were last read from AWS. Keys: `machine/t3.large`, and the names of the storage rates. */
export type ListPrices = {
  readonly micros: Readonly<Record<string, Micros>>;
  /** ISO, of the oldest of them; null = there are none. */
  readonly pricedAt: string | null;
  /** By `t3.large/us-east-1a`. */
  readonly spot: Readonly<Record<string, SpotPrice>>;
};

/** Of an hour of one type in one zone; `readAt` ISO, when AWS said so. */
export type SpotPrice = { readonly micros: Micros; readonly readAt: string };

export type PricePart = {
  readonly name: 'machine' | 'root volume' | 'home volume' | 'public address' | 'margin';
  readonly hourly: Micros;
  readonly monthly: Micros;
};

export type Price = {
  readonly parts: readonly PricePart[];
  readonly hourly: Micros;
  readonly monthly: Micros;
};

/** As AWS counts. */
export const HOURS_PER_MONTH = 730;

export type Margin = { readonly numerator: number; readonly denominator: number };

export function priceOf(shape: Shape, rates: Rates, margin: Margin): Price {
  const listed: PricePart[] = [
    byTheHour('machine', rates.machineHour),
    byTheMonth('root volume', volumeMonth(shape.rootGb, shape, rates)),
    byTheMonth('home volume', volumeMonth(shape.homeGb, shape, rates)),
    byTheHour('public address', rates.ipv4Hour),
  ];
  const [hourly, monthly] = [sum(listed, 'hourly'), sum(listed, 'monthly')];
  const { numerator, denominator } = margin;
  const added: PricePart = {
    name: 'margin',
    hourly: ratio(hourly, numerator, denominator) - hourly,
    monthly: ratio(monthly, numerator, denominator) - monthly,
  };
  const parts = added.hourly === 0 && added.monthly === 0 ? listed : [...listed, added];
  return { parts, hourly: sum(parts, 'hourly'), monthly: sum(parts, 'monthly') };
}

/** What a paused workspace costs: its home, and the root volume of a machine that is only stopped. */
export function storageOf(
  shape: Shape,
  rates: Rates,
  { keepsRoot }: { readonly keepsRoot: boolean },
): { readonly hourly: Micros; readonly monthly: Micros } {
  const home = volumeMonth(shape.homeGb, shape, rates);
  const monthly = home + (keepsRoot ? volumeMonth(shape.rootGb, shape, rates) : 0);
  return { hourly: ratio(monthly, 1, HOURS_PER_MONTH), monthly };
}

/** gp3 has 3,000 IOPS and 125 MiB/s for nothing (facts/ec2.md 5). */
const volumeMonth = (sizeGb: number, { iops, throughput }: Shape, rates: Rates): Micros =>
  sizeGb * rates.gp3GbMonth +
  (iops - GP3.iops.min) * rates.gp3IopsMonth +
  (throughput - GP3.throughput.min) * rates.gp3ThroughputMonth;

const byTheHour = (name: PricePart['name'], hourly: Micros): PricePart => ({
  name,
  hourly,
  monthly: hourly * HOURS_PER_MONTH,
});

const byTheMonth = (name: PricePart['name'], monthly: Micros): PricePart => ({
  name,
  hourly: ratio(monthly, 1, HOURS_PER_MONTH),
  monthly,
});

const sum = (parts: readonly PricePart[], field: 'hourly' | 'monthly'): Micros =>
  parts.reduce((total, part) => total + part[field], 0);

/** On the wire: decimal text, as JSON's numbers are floats. */
export const presentPrice = ({ parts, hourly, monthly }: Price) => ({
  hourly_usd: formatUsd(hourly),
  monthly_usd: formatUsd(monthly),
  parts: parts.map((part) => ({
    name: part.name,
    hourly_usd: formatUsd(part.hourly),
    monthly_usd: formatUsd(part.monthly),
  })),
});
