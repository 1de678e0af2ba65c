// Decides everything before the first launch: shape, image, price and the candidates in order (design, section 5).

import type { OperationRef } from '../../domain/ids.ts';
import { DescribeInstanceTypeOfferingsCommand } from '@aws-sdk/client-ec2';
import { createHash } from 'node:crypto';
import { type Compute, resolveShape } from '../../domain/compute.ts';
import { BerthError } from '../../domain/errors.ts';
import type { Candidate, LaunchPlan } from '../../domain/machine.ts';
import type { Dependencies } from '../dependencies.ts';
import { aws } from '../failure.ts';
import { imageResolver } from '../images/resolveImage.ts';
import { recordStep } from '../records/steps.ts';
import { remembered } from '../remembered.ts';

/** Where a type is offered changes with AWS's build-out, not by the minute. */
const REMEMBER_OFFERINGS_MS = 3_600_000;

/** Throws INSTANCE_TYPE_UNKNOWN, IMAGE_NOT_FOUND, CAPACITY_EXHAUSTED (offered in no zone of the region). */
export function planLaunch(deps: Dependencies) {
  const { db, ec2, catalogue, settings } = deps;
  const region = settings.AWS_REGION;
  const resolveImage = imageResolver(deps);
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

  return async (operation: OperationRef, compute: Compute): Promise<LaunchPlan> => {
    const shape = resolveShape(compute, {
      instanceType: settings.DEFAULT_INSTANCE_TYPE,
      rootGb: settings.DEFAULT_ROOT_GB,
      homeGb: settings.DEFAULT_HOME_GB,
    });
    const { instanceType } = shape;
    const architecture = catalogue.get(instanceType)?.architectures[0];
    if (architecture === undefined) {
      throw new BerthError('INSTANCE_TYPE_UNKNOWN', { instance_type: instanceType, allowed: settings.INSTANCE_TYPES });
    }
    const [image, zones] = await Promise.all([resolveImage(architecture), zonesOffering(instanceType)]);
    if (zones.length === 0) throw new BerthError('CAPACITY_EXHAUSTED', { tried: [`${instanceType} in ${region}`] });
    const candidates = spread(zones, operation.workspaceId).map(
      (zone): Candidate => ({ instanceType, zone, market: 'on-demand' }),
    );
    const hourlyUsd = catalogue.hourlyUsd(instanceType, region);
    const plan = {
      shape,
      region,
      ...image,
      candidates,
      hourlyUsd,
      timeoutMs: settings.PROVISION_TIMEOUT_SECONDS * 1000,
    };
    await recordStep(db, operation, 'planned', '', {
      instance_type: instanceType,
      root_gb: shape.rootGb,
      home_gb: shape.homeGb,
      hourly_usd: hourlyUsd,
      image_id: image.imageId,
      zones: candidates.map((candidate) => candidate.zone),
    });
    return plan;
  };
}

/** The zones in an order of the workspace's own: workspaces spread, and a retry plans the same. */
function spread(zones: readonly string[], workspaceId: string): string[] {
  const start = createHash('sha256').update(workspaceId).digest().readUInt32BE() % zones.length;
  return [...zones.slice(start), ...zones.slice(0, start)];
}
