// Reads what spot machines cost now, by type and zone, and keeps it with its date (facts/ec2.md 1.8).

import { type _InstanceType, paginateDescribeSpotPriceHistory, type SpotPrice } from '@aws-sdk/client-ec2';
import { mayLaunch } from '../../config/computeRules.ts';
import { parseUsd } from '../../domain/money.ts';
import { recordPrices, SPOT } from '../../store/prices.ts';
import type { Dependencies } from '../dependencies.ts';
import { aws } from '../failure.ts';

export type SpotRefreshed = { readonly region: string; readonly prices: number };

/** A history from now to now is the present price of each type and zone. What it lacks keeps the price and date that it had. */
export const refreshSpotPrices =
  ({ db, ec2, settings }: Dependencies) =>
  async (): Promise<SpotRefreshed> => {
    const region = settings.AWS_REGION;
    const now = new Date();
    const pages = paginateDescribeSpotPriceHistory(
      { client: ec2.describe, pageSize: 1000 },
      {
        InstanceTypes: [...mayLaunch(settings)] as _InstanceType[],
        ProductDescriptions: ['Linux/UNIX'],
        StartTime: now,
        EndTime: now,
      },
    );
    const newest = new Map<string, SpotPrice>();
    await aws('DescribeSpotPriceHistory', async () => {
      for await (const { SpotPriceHistory = [] } of pages) {
        for (const price of SpotPriceHistory) {
          const key = `${SPOT}${price.InstanceType}/${price.AvailabilityZone}`;
          if (since(price) >= since(newest.get(key))) newest.set(key, price);
        }
      }
    });
    const micros: Record<string, number> = {};
    for (const [key, price] of newest) {
      const read = parseUsd(price.SpotPrice ?? '');
      if (read !== null) micros[key] = read;
    }
    const prices = Object.keys(micros).length;
    if (prices > 0) await recordPrices(db, region, micros);
    return { region, prices };
  };

const since = (price: SpotPrice | undefined): number => price?.Timestamp?.getTime() ?? -Infinity;
