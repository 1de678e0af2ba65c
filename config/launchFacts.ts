// Puts together what the gates look at: the settings, the catalogue, and what the database knows of the tenant and of the quotas.

import type { Entitlements } from '../domain/compute/entitlements.ts';
import type { Facts, QuotaFacts, Spend } from '../domain/compute/gates.ts';
import type { Rates } from '../domain/compute/price.ts';
import { quotaCode } from '../domain/compute/quotaCode.ts';
import type { Shape, TypeFacts } from '../domain/compute/shape.ts';
import { parseUsd } from '../domain/money.ts';
import { computeRules } from './computeRules.ts';
import type { Settings } from './settings.ts';

/** What the built-in catalogue is asked. */
type Prices = {
  types(region: string): readonly TypeFacts[];
  find(instanceType: string, region: string): TypeFacts | undefined;
  storageRates(region: string): Omit<Rates, 'machineHour'> | null;
};

export type Known = {
  readonly entitlements: Entitlements;
  readonly spend: Spend;
  readonly workspaces: number;
  readonly quotas: ReadonlyMap<string, QuotaFacts>;
};

export function launchFacts(settings: Settings, catalogue: Prices, known: Known): Facts {
  const region = settings.AWS_REGION;
  return {
    rules: computeRules(settings),
    types: catalogue.types(region),
    entitlements: known.entitlements,
    environment: settings.BERTH_ENVIRONMENT,
    spend: known.spend,
    workspaces: known.workspaces,
    freeHourly: parseUsd(settings.FREE_HOURLY_USD)!,
    ratesOf(shape: Shape) {
      const machineHour = catalogue.find(shape.instanceType, region)?.hourlyMicros ?? null;
      const storage = catalogue.storageRates(region);
      // Spot is charged at most what on-demand costs: that is what has to be authorised.
      return machineHour === null || storage === null ? null : { machineHour, ...storage };
    },
    quotaOf({ instanceType, market }: Shape) {
      const code = quotaCode(instanceType, market);
      return code === null ? null : (known.quotas.get(code) ?? null);
    },
  };
}
