// Makes one instance of a launch: its row, its volumes, its spot request.

import { spotPrice } from '../../pricing/prices.ts';
import { findInstanceType } from '../catalogue.ts';
import { Ec2Error } from '../errors.ts';
import { start } from '../instanceLife.ts';
import type { Instance, StateReason } from '../instances.ts';
import { addressIn, subnetsOf } from '../network.ts';
import type { Region } from '../region.ts';
import { tagsFor } from '../tags.ts';
import { addVolume } from '../volumeLife.ts';
import type { Wanted } from './check.ts';
import { LAUNCH_TAGGABLE, type LaunchInput } from './parameters.ts';

/** Throws SpotMaxPriceTooLow where the caller would not pay what it costs. */
export function checkSpotPrice(region: Region, { spot, type, zone }: Wanted): void {
  if (spot?.maxPrice === undefined || spot.maxPrice === null) return;
  const context = { store: region.world.store, accountId: region.accountId };
  const price = spotPrice(region.world.seed, type, zone, region.nowMs, context);
  if (Number(spot.maxPrice) >= Number(price)) return;
  throw new Ec2Error(
    'SpotMaxPriceTooLow',
    `Your Spot request price of ${spot.maxPrice} is lower than the minimum required Spot request fulfillment price of ${price}.`,
  );
}

export function launchOne(
  region: Region,
  input: LaunchInput,
  wanted: Wanted,
  at: { readonly reservationId: string; readonly index: number; readonly doom?: StateReason },
): Instance {
  const id = region.newId('instance');
  const { image, type, zone, market } = wanted;
  const tags = (of: string) => tagsFor(input.TagSpecification, of, LAUNCH_TAGGABLE);
  const attachedAtMs = region.nowMs;
  const devices = wanted.devices.map(({ device, shape, snapshotId, encrypted, deleteOnTermination }) => {
    const volumeId = region.newId('volume');
    addVolume(region, {
      id: volumeId,
      zone,
      ...shape,
      ...(snapshotId === undefined ? {} : { snapshotId }),
      encrypted,
      createdAtMs: attachedAtMs,
      tags: tags('volume'),
      state: 'in-use',
      attachment: { instanceId: id, device, attachedAtMs, deleteOnTermination, state: 'attached' },
      endedAtMs: null,
    });
    return { device, volumeId, deleteOnTermination, attachedAtMs };
  });
  const networkInterfaceId = region.newId('network interface');
  const spotRequestId =
    wanted.spot === null ? null : addSpotRequest(region, wanted, id, tags('spot-instances-request'));
  return start(region, {
    id,
    reservationId: at.reservationId,
    launchIndex: at.index,
    imageId: image.id,
    type,
    architecture: image.architecture,
    vcpus: findInstanceType(type)!.vcpus,
    zone,
    subnetId: subnetsOf(region).find((subnet) => subnet.zone === zone)!.id,
    securityGroupIds: wanted.securityGroupIds,
    ...(input.KeyName === undefined ? {} : { keyName: input.KeyName }),
    market,
    ...(spotRequestId === null ? {} : { spotRequestId }),
    ...(input.ClientToken === undefined ? {} : { clientToken: input.ClientToken }),
    createdAtMs: region.nowMs,
    launchedAtMs: region.nowMs,
    ...(input.UserData === undefined || input.UserData === '' ? {} : { userData: input.UserData }),
    shutdownBehavior: input.InstanceInitiatedShutdownBehavior === 'terminate' ? 'terminate' : 'stop',
    isTerminationProtected: input.DisableApiTermination ?? false,
    isStopProtected: input.DisableApiStop ?? false,
    sourceDestCheck: true,
    ebsOptimized: input.EbsOptimized ?? false,
    isMonitored: input.Monitoring?.Enabled ?? false,
    ...profileOf(region, input),
    rootDevice: image.root_device,
    privateIp: addressIn(region, zone, region.instances.size),
    networkInterfaceId,
    metadata: wanted.metadata,
    tags: tags('instance'),
    interfaceTags: tags('network-interface'),
    devices,
    state: 'pending',
    transitionReason: '',
    endedAtMs: null,
    billed: [],
    ...(at.doom === undefined ? {} : { doom: at.doom }),
    scheduled: [],
    machine: region.world.settings().machines,
  });
}

/** By its ARN, or by its name in the caller's account; that it exists is IAM's to know. */
function profileOf({ accountId }: Region, { IamInstanceProfile: given }: LaunchInput): Pick<Instance, 'profileArn'> {
  if (given?.Arn !== undefined) return { profileArn: given.Arn };
  return given?.Name === undefined ? {} : { profileArn: `arn:aws:iam::${accountId}:instance-profile/${given.Name}` };
}

function addSpotRequest(
  region: Region,
  wanted: Wanted,
  instanceId: string,
  tags: Readonly<Record<string, string>>,
): string {
  const id = region.newId('spot request');
  const spot = wanted.spot!;
  region.spotRequests.put({
    id,
    instanceId,
    instanceType: wanted.type,
    imageId: wanted.image.id,
    zone: wanted.zone,
    type: spot.type,
    interruptionBehavior: spot.behavior,
    // What is asked for when nothing is: the on-demand price is the most that is ever paid.
    maxPrice: spot.maxPrice ?? '',
    state: 'active',
    status: { code: 'fulfilled', message: 'Your Spot request is fulfilled.', atMs: region.nowMs },
    createdAtMs: region.nowMs,
    tags,
  });
  return id;
}
