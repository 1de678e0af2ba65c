// One look at the volumes and snapshots of a region that somebody waits for; beside it, restore points become whole.

import { DescribeSnapshotsCommand, DescribeVolumesCommand } from '@aws-sdk/client-ec2';
import { WorkflowNotFoundError } from '@temporalio/client';
import { recordSnapshotState, unfinishedSnapshots } from '../store/restorePoints.ts';
import { endWatch, type WatchedKind, type WatchRow, watchesOf } from '../store/watches.ts';
import type { Queryable } from '../store/pool.ts';
import { resourceStateChangedSignal } from '../workflows/messages.ts';
import { inBatches, type SweepDependencies } from './sweepDependencies.ts';

/** Under the sweep's lock. Returns how many are still waited for. */
export async function sweepResources(deps: SweepDependencies, lock: Queryable): Promise<number> {
  const watches = await watchesOf(lock, deps.region);
  const unfinished = await unfinishedSnapshots(lock, deps.region);
  const idsOf = (kind: WatchedKind): string[] =>
    watches.filter((watch) => watch.kind === kind).map((watch) => watch.resource_id);
  const [volumes, snapshots] = await Promise.all([
    volumeStates(deps, idsOf('volume')),
    snapshotStates(deps, [...new Set([...idsOf('snapshot'), ...unfinished])]),
  ]);
  // Before anybody is told: who is told that a restore point is whole may look for one.
  for (const [id, state] of snapshots) if (state !== 'pending') await recordSnapshotState(deps.db, id, state);
  const told = await Promise.all(
    watches.map((watch) => tell(deps, watch, (watch.kind === 'volume' ? volumes : snapshots).get(watch.resource_id))),
  );
  return told.filter((isOver) => !isOver).length;
}

/** True once the wait is over. */
async function tell(deps: SweepDependencies, watch: WatchRow, seen: string | undefined): Promise<boolean> {
  const isUnseenForLong =
    seen === undefined && watch.read_at.getTime() - watch.created_at.getTime() > deps.notFoundGraceMs;
  const state = seen ?? (isUnseenForLong ? 'absent' : null);
  if (state === null || (state !== 'absent' && !watch.until.includes(state))) return false;
  try {
    await deps.client.workflow
      .getHandle(watch.watcher)
      .signal(resourceStateChangedSignal, { resourceId: watch.resource_id, state });
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
  // Only after the signal: a worker that dies in between tells it twice, never not at all.
  await endWatch(deps.db, watch);
  return true;
}

async function volumeStates({ ec2 }: SweepDependencies, ids: readonly string[]): Promise<Map<string, string>> {
  const states = new Map<string, string>();
  for (const Values of inBatches(ids)) {
    const command = new DescribeVolumesCommand({ Filters: [{ Name: 'volume-id', Values }] });
    for (const volume of (await ec2.describe.send(command)).Volumes ?? []) states.set(volume.VolumeId!, volume.State!);
  }
  return states;
}

async function snapshotStates({ ec2 }: SweepDependencies, ids: readonly string[]): Promise<Map<string, string>> {
  const states = new Map<string, string>();
  for (const Values of inBatches(ids)) {
    const command = new DescribeSnapshotsCommand({ Filters: [{ Name: 'snapshot-id', Values }] });
    for (const snapshot of (await ec2.describe.send(command)).Snapshots ?? [])
      states.set(snapshot.SnapshotId!, snapshot.State!);
  }
  return states;
}
