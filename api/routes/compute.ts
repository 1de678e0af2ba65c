// /compute: what can be asked for, and what it would cost (facts/wire.md 1.9).

import { Hono } from 'hono';
import { computeRules } from '../../config/computeRules.ts';
import { pricedTypes, priceSource } from '../../config/launchFacts.ts';
import { CHECKPOINT_EVERY } from '../../domain/checkpointSchedule.ts';
import { ARCHITECTURES, DISPLAY_MODES, GPU_TYPES, MARKETS, OS_FAMILIES } from '../../domain/compute/block.ts';
import { candidatesOf, presentCandidate } from '../../domain/compute/candidates.ts';
import { type ListPrices, presentPrice } from '../../domain/compute/price.ts';
import { DISPLAY_HEIGHT, DISPLAY_WIDTH, GP3, type TypeFacts } from '../../domain/compute/shape.ts';
import { formatUsd } from '../../domain/money.ts';
import { pricesOf } from '../../store/prices.ts';
import { adminAuth } from '../auth.ts';
import { readBody } from '../body.ts';
import type { ApiDependencies, ApiEnv } from '../context.ts';
import { decideNow } from '../decideNow.ts';
import { presentExpected } from '../expectedPrice.ts';
import { presentVerdict } from '../presentVerdict.ts';
import { quoteSchema } from '../schemas/workspace.ts';
import { warningsOf } from '../quoteWarnings.ts';

export function computeRoutes(deps: ApiDependencies) {
  const { db, catalogue, settings } = deps;
  const region = settings.AWS_REGION;
  const rules = computeRules(settings);

  return new Hono<ApiEnv>()
    .get('/metadata', async (c) => {
      const mayName = [...rules.allowedInstanceTypes, ...rules.allowedGpuInstanceTypes];
      const prices = await pricesOf(db, region);
      const { source, asOf } = priceSource(catalogue, prices);
      const types = pricedTypes(catalogue, region, prices).filter(
        ({ name, zones }) => mayName.includes(name) && zones.length > 0,
      );
      const { defaults } = rules;
      return c.json({
        providers: ['aws'],
        region,
        prices_as_of: asOf,
        source,
        instance_types: types.map((type) => presentType(type, prices)),
        os: { families: OS_FAMILIES, archs: ARCHITECTURES },
        gpu_types: GPU_TYPES,
        markets: MARKETS,
        bounds: {
          root_gb: rules.rootGb,
          home_gb: rules.homeGb,
          iops: GP3.iops,
          throughput: GP3.throughput,
          display_width: DISPLAY_WIDTH,
          display_height: DISPLAY_HEIGHT,
          checkpoint_every: CHECKPOINT_EVERY,
        },
        defaults: {
          instance_type: defaults.instanceType,
          root_gb: defaults.rootGb,
          home_gb: defaults.homeGb,
          checkpoint_every: settings.CHECKPOINT_EVERY_MINUTES,
        },
        display_modes: DISPLAY_MODES,
        display_defaults: {
          instance_type: defaults.desktopInstanceType,
          root_gb: defaults.desktopRootGb,
          width: defaults.displayWidth,
          height: defaults.displayHeight,
          protocol: 'novnc',
        },
      });
    })
    .post('/quote', adminAuth(deps), async (c) => {
      const { compute, tier, max_hourly_usd: maxHourlyUsd } = await readBody(c, quoteSchema);
      const { verdicts, refusal, shape, price, prices, offers, facts } = await decideNow(deps, c.get('tenantId'), {
        compute,
        tier,
        maxHourlyUsd,
      });
      const zonesOf = (type: string) => catalogue.find(type, region)?.zones ?? [];
      // A launch turns the zones of each type to the one that its workspace begins with.
      const candidates = candidatesOf(offers, facts, { zonesOf, start: 0 });
      const quoted = { prices_as_of: prices.asOf, source: prices.source, ...presentExpected(candidates[0], facts) };
      return c.json({
        launchable: refusal === null,
        gates: verdicts.map(presentVerdict),
        shape,
        price: price === null ? null : { ...presentPrice(price), ...quoted },
        candidates: candidates.map(presentCandidate),
        warnings: shape === null ? [] : warningsOf(shape, catalogue.find(shape.instanceType, region)),
      });
    });
}

const presentType = (type: TypeFacts, { spot }: ListPrices) => ({
  name: type.name,
  vcpus: type.vcpus,
  memory_mib: type.memoryMib,
  archs: type.architectures,
  markets: type.usageClasses,
  burstable: type.burstable,
  gpu: type.gpu,
  zones: type.zones,
  hourly_usd: type.hourlyMicros === null ? null : formatUsd(type.hourlyMicros),
  spot_hourly_usd: Object.fromEntries(
    type.zones.flatMap((zone) => {
      const price = spot[`${type.name}/${zone}`];
      return price === undefined ? [] : [[zone, formatUsd(price.micros)]];
    }),
  ),
});
