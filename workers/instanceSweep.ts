// One look at the instances of a region tells every operation that waits for one: nobody polls per machine (design, section 4).

import { DescribeInstancesCommand, type Instance } from '@aws-sdk/client-ec2';
import { WorkflowNotFoundError } from '@temporalio/client';
import type { Ec2Clients } from '../activities/ec2/clients.ts';
import { type InstanceState, isCapacityReason, isEnded } from '../domain/machine.ts';
import { type LaunchRow, recordEnded, recordObserved, unwatchLaunches, watchedLaunches } from '../store/launches.ts';
import { recordNoCapacity } from '../store/offerings.ts';
import { transaction } from '../store/pool.ts';
import { instanceStateChangedSignal } from '../workflows/messages.ts';
import { candidateOf } from './candidateOf.ts';
import { sweepResources } from './resourceSweep.ts';
import { inBatches, type SweepDependencies } from './sweepDependencies.ts';
import { tellWorkspace } from './tellWorkspace.ts';

/** Looks once; returns how many things somebody still waits for. Where another worker is looking right now, that one's look counts. */
export const sweepInstances = (deps: SweepDependencies): Promise<number> =>
  transaction(deps.db, async (lock) => {
    const { rows } = await lock.query(
      `select pg_try_advisory_xact_lock(hashtextextended('instance-sweep/' || $1, 0)) as mine`,
      [deps.region],
    );
    if (!rows[0].mine) return 0;
    const watched = await watchedLaunches(lock, deps.region);
    const seen = await look(
      deps.ec2,
      watched.flatMap((launch) => launch.instance_id ?? []),
    );
    await Promise.all(
      watched.map((launch) =>
        tell(deps, launch, launch.instance_id === null ? undefined : seen.get(launch.instance_id)),
      ),
    );
    return watched.length + (await sweepResources(deps, lock));
  });

async function look(ec2: Ec2Clients, instanceIds: readonly string[]): Promise<Map<string, Instance>> {
  const seen = new Map<string, Instance>();
  for (const Values of inBatches(instanceIds)) {
    const filter = { Name: 'instance-id', Values };
    const { Reservations = [] } = await ec2.describe.send(
      new DescribeInstancesCommand({ Filters: [filter], MaxResults: 1000 }),
    );
    for (const instance of Reservations.flatMap((reservation) => reservation.Instances ?? [])) {
      seen.set(instance.InstanceId!, instance);
    }
  }
  return seen;
}

async function tell(deps: SweepDependencies, launch: LaunchRow, instance: Instance | undefined): Promise<void> {
  const state = instance === undefined ? stateOfUnseen(deps, launch) : (instance.State!.Name as InstanceState);
  // Pending is what every launch is at first: nobody waits for it, and each signal costs a workflow task.
  if (state === null || state === 'pending' || state === launch.observed_state) return;
  if (launch.instance_id === null || launch.watcher === null) return;
  const { generation, attempt, instance_id: instanceId, watcher } = launch;
  const key = { workspaceId: launch.workspace_id, generation, attempt };
  const stateReason = instance?.StateReason?.Code ?? null;
  try {
    await deps.client.workflow
      .getHandle(watcher)
      .signal(instanceStateChangedSignal, { generation, attempt, instanceId, state, stateReason });
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    // The operation is over. The machine that it has left serves, or is kept: its end is nobody's wish, and its workspace's to know.
    if (isServing(launch)) return unwatchLaunches(deps.db, launch.workspace_id, watcher);
  }
  // The operation may be about to end, and its workspace stays with a machine that nobody would look for any more.
  if (isEnded(state) && isServing(launch)) await tellWorkspace(deps, launch, stateReason);
  // Only after the signal: a worker that dies in between tells it twice, never not at all.
  await recordObserved(deps.db, key, watcher, state, stateReason, isEnded(state));
  if (isEnded(state)) await recordEnded(deps.db, key, watcher);
  // A launch may fail for lack of room after it was taken (facts/ec2.md 1.2).
  if (isCapacityReason(stateReason)) await recordNoCapacity(deps.db, deps.region, candidateOf(launch));
}

/** From here on the look for lost machines has it (lostMachines.ts). */
const isServing = ({ progress, registered_at, terminate_requested_at }: LaunchRow): boolean =>
  progress === 'launched' && registered_at !== null && terminate_requested_at === null;

function stateOfUnseen({ notFoundGraceMs, absentAfterMs }: SweepDependencies, launch: LaunchRow): InstanceState | null {
  // Its end was seen before this one began to wait for it, and EC2 shows the dead for an hour only.
  if (launch.progress === 'ended') return 'absent';
  const since = launch.terminate_requested_at ?? launch.launched_at ?? launch.requested_at;
  const unseenMs = launch.read_at.getTime() - since.getTime();
  return unseenMs > Math.max(notFoundGraceMs, absentAfterMs) ? 'absent' : null;
}
