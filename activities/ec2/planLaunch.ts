// Decides everything before the first launch, gate by gate, and reserves what it takes (design, section 5).

import { DescribeInstanceTypeOfferingsCommand } from '@aws-sdk/client-ec2';
import { launchFacts } from '../../config/launchFacts.ts';
import { provisionTimeoutMs } from '../../config/provisionTimeout.ts';
import { candidatesOf, presentCandidate } from '../../domain/compute/candidates.ts';
import { type Asked, decide, type Facts, type Offer } from '../../domain/compute/gates.ts';
import { quotaCode } from '../../domain/compute/quotaCode.ts';
import type { Shape } from '../../domain/compute/shape.ts';
import { BerthError } from '../../domain/errors.ts';
import type { OperationRef } from '../../domain/ids.ts';
import { variantName, variantOf } from '../../domain/images.ts';
import type { LaunchPlan, Owner, Takes } from '../../domain/machine.ts';
import { formatUsd } from '../../domain/money.ts';
import { transaction } from '../../store/pool.ts';
import { decisionFacts } from '../../store/decisionFacts.ts';
import { lockDecisions, reserve } from '../../store/reservations.ts';
import type { Dependencies } from '../dependencies.ts';
import { aws } from '../failure.ts';
import { imageResolver } from '../images/resolveImage.ts';
import { quotaMeasurer } from '../quotas/measureQuota.ts';
import { recordStep } from '../records/steps.ts';
import { oneAtATime } from '../oneAtATime.ts';
import { remembered } from '../remembered.ts';
import { startOf } from './startOf.ts';

export type PlanInput = {
  readonly operation: OperationRef;
  readonly owner: Owner;
  readonly generation: number;
  readonly asked: Asked;
};

type Decided = { readonly shape: Shape; readonly offers: readonly Offer[]; readonly facts: Facts };

/** Where a type is offered changes with AWS's build-out, not by the minute. */
const REMEMBER_OFFERINGS_MS = 3_600_000;

/** Throws what the gates refuse with, what the image is refused with (resolveImage.ts), CAPACITY_EXHAUSTED (offered in no zone of the region). */
export function planLaunch(deps: Dependencies) {
  const { db, ec2, catalogue, settings } = deps;
  const region = settings.AWS_REGION;
  const resolveImage = imageResolver(deps);
  const measureQuota = quotaMeasurer(deps);
  const inTurn = oneAtATime();
  const remember = remembered<ReadonlyMap<string, readonly string[]>>(REMEMBER_OFFERINGS_MS);

  const zonesOffering = (types: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> =>
    remember(types.join(), async () => {
      const { InstanceTypeOfferings = [] } = await aws('DescribeInstanceTypeOfferings', () =>
        ec2.describe.send(
          new DescribeInstanceTypeOfferingsCommand({
            LocationType: 'availability-zone',
            Filters: [{ Name: 'instance-type', Values: [...types] }],
          }),
        ),
      );
      const zonesOf = (type: string): string[] =>
        InstanceTypeOfferings.filter(({ InstanceType }) => InstanceType === type).map(({ Location }) => Location!);
      return new Map(types.map((type) => [type, zonesOf(type).sort()]));
    });

  /**
   * Nobody else decides for this tenant and region meanwhile; what is decided is reserved before they may. Where the quota has to
   * be measured first nothing is decided, and the answer is its code.
   */
  const decideAndReserve = (input: PlanInput, mayMeasure: boolean): Promise<Decided | { readonly measure: string }> =>
    inTurn(() =>
      transaction(db, async (client) => {
        const { owner, generation, asked } = input;
        await lockDecisions(client, owner.tenantId, region);
        const self = { workspaceId: owner.workspaceId, generation };
        const known = await decisionFacts(client, owner.tenantId, region, self, asked.compute.market === 'spot');
        const facts = launchFacts(settings, catalogue, known);
        const { refusal, shape, offers } = decide(asked, facts);
        const code = shape === null ? null : quotaCode(shape.instanceType, shape.market);
        const ageSeconds = code === null ? 0 : (known.quotas.get(code)?.ageSeconds ?? Infinity);
        if (code !== null && mayMeasure && ageSeconds >= settings.QUOTA_MAX_AGE_SECONDS) return { measure: code };
        if (refusal !== null || shape === null) throw new BerthError(refusal!.code, refusal!.context);
        // For the first alone: who goes on to another one reserves that first (reserveCandidate.ts), and takes no room before.
        await reserve(client, { ...self, tenantId: owner.tenantId, region, ...takenBy(offers[0]!) });
        return { shape, offers, facts };
      }),
    );

  async function decided(input: PlanInput): Promise<Decided> {
    for (let mayMeasure = true; ; mayMeasure = false) {
      const outcome = await decideAndReserve(input, mayMeasure);
      if (!('measure' in outcome)) return outcome;
      await measureQuota(outcome.measure);
    }
  }

  return async (input: PlanInput): Promise<LaunchPlan> => {
    const { operation, asked, owner, generation } = input;
    const { shape, offers, facts } = await decided(input);
    const types = offers.map((offer) => offer.shape.instanceType);
    const [{ isPublic, ...image }, zones] = await Promise.all([
      resolveImage(shape, facts.entitlements, { owner, generation }),
      zonesOffering(types),
    ]);
    const start = startOf(operation.workspaceId);
    const priced = candidatesOf(offers, facts, { zonesOf: (type) => zones.get(type) ?? [], start });
    if (priced.length === 0) {
      throw new BerthError('CAPACITY_EXHAUSTED', { tried: types.map((type) => `${type} in ${region}`) });
    }
    const candidates = priced.map(({ instanceType, zone, market }) => ({ instanceType, zone, market }));
    const takes = offers.map(takenBy);
    const { hourlyUsd } = takes[0]!;
    const timeoutMs = provisionTimeoutMs(settings, image.imageId, variantName(variantOf(shape)));
    await recordStep(db, operation, 'planned', '', {
      instance_type: shape.instanceType,
      market: shape.market,
      root_gb: shape.rootGb,
      home_gb: shape.homeGb,
      hourly_usd: hourlyUsd,
      max_hourly_usd: asked.maxHourly === null ? null : formatUsd(asked.maxHourly),
      image_id: image.imageId,
      candidates: priced.map(presentCandidate),
      image_digest: image.imageDigest,
      image_public: isPublic,
    });
    return { shape, region, ...image, candidates, takes, hourlyUsd, timeoutMs };
  };
}

function takenBy({ shape, price }: Offer): Takes {
  const { instanceType, market, vcpus } = shape;
  return {
    instanceType,
    quotaCode: quotaCode(instanceType, market),
    vcpus,
    hourly: price?.hourly ?? 0,
    monthly: price?.monthly ?? 0,
    hourlyUsd: price === null ? null : formatUsd(price.hourly),
  };
}
