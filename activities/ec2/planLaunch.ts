// Decides everything before the first launch, gate by gate, and reserves what it takes (design, section 5).

import { DescribeInstanceTypeOfferingsCommand } from '@aws-sdk/client-ec2';
import { createHash } from 'node:crypto';
import { launchFacts } from '../../config/launchFacts.ts';
import type { Entitlements } from '../../domain/compute/entitlements.ts';
import { type Asked, decide } from '../../domain/compute/gates.ts';
import type { Price } from '../../domain/compute/price.ts';
import { quotaCode } from '../../domain/compute/quotaCode.ts';
import type { Shape } from '../../domain/compute/shape.ts';
import { BerthError } from '../../domain/errors.ts';
import type { OperationRef } from '../../domain/ids.ts';
import type { Candidate, LaunchPlan, Owner } from '../../domain/machine.ts';
import { formatUsd } from '../../domain/money.ts';
import { transaction } from '../../store/pool.ts';
import { avoidedOfferings } from '../../store/offerings.ts';
import { decisionFacts } from '../../store/decisionFacts.ts';
import { lockDecisions, reserve } from '../../store/reservations.ts';
import type { Dependencies } from '../dependencies.ts';
import { aws } from '../failure.ts';
import { imageResolver } from '../images/resolveImage.ts';
import { quotaMeasurer } from '../quotas/measureQuota.ts';
import { recordStep } from '../records/steps.ts';
import { oneAtATime } from '../oneAtATime.ts';
import { remembered } from '../remembered.ts';

export type PlanInput = {
  readonly operation: OperationRef;
  readonly owner: Owner;
  readonly generation: number;
  readonly asked: Asked;
};

type Decided = { readonly shape: Shape; readonly price: Price | null; readonly entitlements: Entitlements };

/** Where a type is offered changes with AWS's build-out, not by the minute. */
const REMEMBER_OFFERINGS_MS = 3_600_000;

/** Throws what the gates refuse with, what the image is refused with (resolveImage.ts), CAPACITY_EXHAUSTED (offered in no zone of the region). */
export function planLaunch(deps: Dependencies) {
  const { db, ec2, catalogue, settings } = deps;
  const region = settings.AWS_REGION;
  const resolveImage = imageResolver(deps);
  const measureQuota = quotaMeasurer(deps);
  const inTurn = oneAtATime();
  const remember = remembered<string[]>(REMEMBER_OFFERINGS_MS);

  const zonesOffering = (instanceType: string): Promise<string[]> =>
    remember(instanceType, async () => {
      const { InstanceTypeOfferings = [] } = await aws('DescribeInstanceTypeOfferings', () =>
        ec2.describe.send(
          new DescribeInstanceTypeOfferingsCommand({
            LocationType: 'availability-zone',
            Filters: [{ Name: 'instance-type', Values: [instanceType] }],
          }),
        ),
      );
      return InstanceTypeOfferings.map((offering) => offering.Location!).sort();
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
        const known = await decisionFacts(client, owner.tenantId, region, self);
        const { refusal, shape, price } = decide(asked, launchFacts(settings, catalogue, known));
        const code = shape === null ? null : quotaCode(shape.instanceType, shape.market);
        const ageSeconds = code === null ? 0 : (known.quotas.get(code)?.ageSeconds ?? Infinity);
        if (code !== null && mayMeasure && ageSeconds >= settings.QUOTA_MAX_AGE_SECONDS) return { measure: code };
        if (refusal !== null || shape === null) throw new BerthError(refusal!.code, refusal!.context);
        await reserve(client, {
          ...self,
          tenantId: owner.tenantId,
          region,
          quotaCode: code,
          vcpus: shape.vcpus,
          hourly: price?.hourly ?? 0,
          monthly: price?.monthly ?? 0,
        });
        return { shape, price, entitlements: known.entitlements };
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
    const { shape, price, entitlements } = await decided(input);
    const { instanceType, market } = shape;
    const [{ isPublic, ...image }, zones, avoided] = await Promise.all([
      resolveImage(shape, entitlements, { owner, generation }),
      zonesOffering(instanceType),
      avoidedOfferings(db, region),
    ]);
    if (zones.length === 0) throw new BerthError('CAPACITY_EXHAUSTED', { tried: [`${instanceType} in ${region}`] });
    const isAvoided = ({ zone }: Candidate): boolean => avoided.has(`${instanceType}/${zone}/${market}`);
    const spreadOut = spread(zones, operation.workspaceId).map((zone): Candidate => ({ instanceType, zone, market }));
    // Where there was no room lately is tried all the same, but last.
    const candidates = [...spreadOut.filter((each) => !isAvoided(each)), ...spreadOut.filter(isAvoided)];
    const hourlyUsd = price === null ? null : formatUsd(price.hourly);
    const timeoutMs = settings.PROVISION_TIMEOUT_SECONDS * 1000;
    await recordStep(db, operation, 'planned', '', {
      instance_type: instanceType,
      market,
      root_gb: shape.rootGb,
      home_gb: shape.homeGb,
      hourly_usd: hourlyUsd,
      max_hourly_usd: asked.maxHourly === null ? null : formatUsd(asked.maxHourly),
      image_id: image.imageId,
      image_digest: image.imageDigest,
      image_public: isPublic,
      zones: candidates.map((candidate) => candidate.zone),
    });
    return { shape, region, ...image, candidates, hourlyUsd, timeoutMs };
  };
}

/** The zones in an order of the workspace's own: workspaces spread, and a retry plans the same. */
function spread(zones: readonly string[], workspaceId: string): string[] {
  const start = createHash('sha256').update(workspaceId).digest().readUInt32BE() % zones.length;
  return [...zones.slice(start), ...zones.slice(0, start)];
}
