// Puts together what the gates look at: the settings, the catalogue, and what the database knows of the tenant and of the quotas.

import type { Entitlements } from '../domain/compute/entitlements.ts';
import type { Facts, PriceSource, QuotaFacts, Spend } from '../domain/compute/gates.ts';
import type { ListPrices, Rates } from '../domain/compute/price.ts';
import { quotaCode } from '../domain/compute/quotaCode.ts';
import type { Shape, TypeFacts } from '../domain/compute/shape.ts';
import { parseUsd } from '../domain/money.ts';
import { computeRules } from './computeRules.ts';
import type { Settings } from './settings.ts';

/** What the built-in catalogue is asked. */
type BuiltIn = {
  /** The day of its data. */
  readonly asOf: string;
  types(region: string): readonly TypeFacts[];
  storageRates(region: string): Omit<Rates, 'machineHour'> | null;
};

export type Known = {
  readonly entitlements: Entitlements;
  readonly spend: Spend;
  readonly workspaces: number;
  readonly quotas: ReadonlyMap<string, QuotaFacts>;
  readonly prices: ListPrices;
  readonly avoided: ReadonlySet<string>;
};

/** Prices are AWS's where they have been read, and the built-in ones where not. */
export function launchFacts(settings: Settings, builtIn: BuiltIn, known: Known): Facts {
  const region = settings.AWS_REGION;
  const { micros, spot } = known.prices;
  const types = pricedTypes(builtIn, region, known.prices);
  return {
    rules: computeRules(settings),
    types,
    entitlements: known.entitlements,
    environment: settings.BERTH_ENVIRONMENT,
    spend: known.spend,
    workspaces: known.workspaces,
    avoided: known.avoided,
    prices: priceSource(builtIn, known.prices),
    freeHourly: parseUsd(settings.FREE_HOURLY_USD)!,
    ratesOf(shape: Shape) {
      const machineHour = types.find(({ name }) => name === shape.instanceType)?.hourlyMicros ?? null;
      const listed = storageRates(micros) ?? builtIn.storageRates(region);
      // Spot is charged at most what on-demand costs: that is what has to be authorised.
      return machineHour === null || listed === null ? null : { machineHour, ...listed };
    },
    spotOf: (instanceType, zone) => spot[`${instanceType}/${zone}`] ?? null,
    quotaOf({ instanceType, market }) {
      const code = quotaCode(instanceType, market);
      return code === null ? null : (known.quotas.get(code) ?? null);
    },
  };
}

export const pricedTypes = (builtIn: BuiltIn, region: string, { micros }: ListPrices): TypeFacts[] =>
  builtIn.types(region).map((type) => ({ ...type, hourlyMicros: micros[`machine/${type.name}`] ?? type.hourlyMicros }));

export const priceSource = ({ asOf }: BuiltIn, { pricedAt }: ListPrices): PriceSource =>
  pricedAt === null ? { source: 'built-in', asOf } : { source: 'aws', asOf: pricedAt };

/** All of one list or none: rates of different days are not mixed. */
function storageRates(micros: ListPrices['micros']): Omit<Rates, 'machineHour'> | null {
  const { gp3GbMonth, gp3IopsMonth, gp3ThroughputMonth, ipv4Hour } = micros;
  if (gp3GbMonth === undefined || gp3IopsMonth === undefined) return null;
  if (gp3ThroughputMonth === undefined || ipv4Hour === undefined) return null;
  return { gp3GbMonth, gp3IopsMonth, gp3ThroughputMonth, ipv4Hour };
}
