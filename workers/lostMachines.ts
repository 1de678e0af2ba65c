// The last witness: a machine that has ended, and of which nobody has told. Its workspace is told, and recovers.

import { DescribeInstancesCommand, type Instance } from '@aws-sdk/client-ec2';
import { isCapacityReason, isEnded, type InstanceState } from '../domain/machine.ts';
import { type LaunchRow, recordEnded, type UnwatchedLaunch, unwatchedLaunches } from '../store/launches.ts';
import { recordNoCapacity } from '../store/offerings.ts';
import { candidateOf } from './candidateOf.ts';
import { inBatches, type SweepDependencies } from './sweepDependencies.ts';
import { tellWorkspace } from './tellWorkspace.ts';

/** One look at all machines that serve; the calls grow with hundreds of machines, not with each. */
export async function sweepLostMachines(deps: SweepDependencies): Promise<number> {
  const launches = await unwatchedLaunches(deps.db, deps.region);
  const seen = new Map<string, Instance>();
  for (const Values of inBatches(launches.map(({ instance_id: id }) => id!))) {
    const filter = { Name: 'instance-id', Values };
    const { Reservations = [] } = await deps.ec2.describe.send(
      new DescribeInstancesCommand({ Filters: [filter], MaxResults: 1000 }),
    );
    for (const instance of Reservations.flatMap((reservation) => reservation.Instances ?? []))
      seen.set(instance.InstanceId!, instance);
  }
  const lost = launches.filter((launch) => hasEnded(deps, launch, seen.get(launch.instance_id!)));
  for (const launch of lost) await tell(deps, launch, seen.get(launch.instance_id!));
  return lost.length;
}

/** `stopped` is none of ours: a pause has its launch watched, so somebody else has stopped it, and may start it. */
function hasEnded({ absentAfterMs }: SweepDependencies, launch: LaunchRow, instance: Instance | undefined): boolean {
  const state = instance?.State?.Name as InstanceState | undefined;
  if (state !== undefined) return isEnded(state) || state === 'shutting-down';
  // Unseen: lists lag behind, and an ended instance is shown for an hour (facts/ec2.md 1.4).
  return launch.read_at.getTime() - (launch.registered_at ?? launch.requested_at).getTime() > absentAfterMs;
}

async function tell(deps: SweepDependencies, launch: UnwatchedLaunch, instance: Instance | undefined): Promise<void> {
  const { workspace_id: workspaceId, generation, attempt } = launch;
  const stateReason = instance?.StateReason?.Code ?? null;
  await tellWorkspace(deps, launch, stateReason);
  if (isCapacityReason(stateReason)) await recordNoCapacity(deps.db, deps.region, candidateOf(launch));
  // Only after the signal: a worker that dies in between tells it twice, never not at all. Nor while its workspace does not know it
  // yet, and takes the end for that of a stranger: it is told at the next look once more.
  if (instance?.State?.Name !== 'shutting-down' && launch.is_taken_over)
    await recordEnded(deps.db, { workspaceId, generation, attempt }, null);
}
