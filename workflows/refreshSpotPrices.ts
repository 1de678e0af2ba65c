// refreshSpotPrices: reads what spot machines cost now; started by its schedule (workers/schedules.ts).

import { pricingActivities } from './policies.ts';

export async function refreshSpotPrices(): Promise<string> {
  const summary = 'read the spot prices';
  const { region, prices } = await pricingActivities.refreshSpotPrices.executeWithOptions({ summary }, []);
  return `${prices} spot prices of ${region}`;
}
