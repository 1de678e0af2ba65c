// refreshPrices: reads the price list; started by its schedule (workers/schedules.ts).

import { pricingActivities } from './policies.ts';

export async function refreshPrices(): Promise<string> {
  const { region, prices, missing } = await pricingActivities.refreshPrices.executeWithOptions(
    { summary: 'read the price list' },
    [],
  );
  const lack = missing.length === 0 ? '' : `; not in the list: ${missing.join(', ')}`;
  return `${prices} prices of ${region}${lack}`;
}
