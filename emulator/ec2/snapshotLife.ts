// How snapshots are taken and deleted, and their rate limits (facts/ec2.md 1.7).

import { Ec2Error } from './errors.ts';
import type { Region } from './region.ts';
import type { Snapshot } from './snapshots.ts';
import type { Tags } from './tags.ts';
import type { Volume } from './volumes.ts';

const MAX_PENDING_PER_VOLUME = 5;
const PENDING_PER_REGION = 150;
const BETWEEN_MS = 15_000;
const SNAPSHOTS_QUOTA = 'L-309BACF6';

export const snapshotHandlers = (region: Region) => ({
  'snapshot.complete': (id: string) => completed(region, id),
});

/** Throws the limits, which clear by themselves, and SnapshotLimitExceeded, which does not. */
export function checkSnapshotLimits(region: Region, volumeId: string): void {
  const ofVolume = region.snapshots.by('volume-id', volumeId);
  if (ofVolume.filter((snapshot) => snapshot.state === 'pending').length >= MAX_PENDING_PER_VOLUME) {
    throw new Ec2Error(
      'ConcurrentSnapshotLimitExceeded',
      `Maximum allowed in-progress snapshots for a single volume exceeded.`,
    );
  }
  const isPaced = region.world.settings().snapshotRate === 'aws';
  if (isPaced && ofVolume.some((snapshot) => region.nowMs - snapshot.startedAtMs < BETWEEN_MS)) {
    throw new Ec2Error(
      'SnapshotCreationPerVolumeRateExceeded',
      'The maximum per volume CreateSnapshot request rate has been exceeded. Use an increasing or variable sleep interval between requests.',
    );
  }
  if (region.snapshots.size < PENDING_PER_REGION) return;
  const pending = [...region.snapshots.values()].filter((snapshot) => snapshot.state === 'pending').length;
  if (pending >= PENDING_PER_REGION) {
    throw new Ec2Error('PendingSnapshotLimitExceeded', 'The maximum number of pending snapshots has been reached.');
  }
  if (region.snapshots.size >= region.world.quota(region, SNAPSHOTS_QUOTA)) {
    throw new Ec2Error('SnapshotLimitExceeded', 'The maximum number of snapshots has been reached.');
  }
}

/** Its contents are the volume's of this moment, whatever becomes of the volume while it is pending. */
export function takeSnapshot(region: Region, volume: Volume, description: string, tags: Tags): Snapshot {
  const id = region.newId('snapshot');
  const startedAtMs = region.nowMs;
  const completesAtMs = startedAtMs + region.world.settings().delays.snapshotMs;
  const fullBytes = region.world.bytes.snapshot(volume.id, id);
  region.timeline.at(completesAtMs, 'snapshot.complete', id);
  return region.snapshots.put({
    id,
    volumeId: volume.id,
    volumeGb: volume.sizeGb,
    description,
    encrypted: volume.encrypted,
    startedAtMs,
    completesAtMs,
    completedAtMs: null,
    tags,
    state: 'pending',
    isDoomed: false,
    fullBytes,
    endedAtMs: null,
  });
}

function completed(region: Region, id: string): void {
  const snapshot = region.snapshots.get(id);
  if (snapshot?.state !== 'pending') return;
  const done = region.snapshots.put({ ...snapshot, state: 'completed', completedAtMs: region.nowMs });
  const arn = (kind: string, of: string) => `arn:aws:ec2::${region.name}:${kind}/${of}`;
  region.world.emit(region, {
    type: 'EBS Snapshot Notification',
    resources: [arn('snapshot', id)],
    detail: {
      event: 'createSnapshot',
      result: 'succeeded',
      cause: '',
      'request-id': '',
      snapshot_id: arn('snapshot', id),
      source: arn('volume', snapshot.volumeId),
      startTime: new Date(snapshot.startedAtMs).toISOString(),
      endTime: new Date(region.nowMs).toISOString(),
    },
  });
  if (done.isDoomed) deleteSnapshot(region, done);
}

/** A pending one goes when it is complete (facts/ec2.md 1.7). */
export function deleteSnapshot(region: Region, snapshot: Snapshot): void {
  if (snapshot.state === 'pending') {
    region.snapshots.put({ ...snapshot, isDoomed: true });
    return;
  }
  region.forgetSnapshot({ ...snapshot, endedAtMs: region.nowMs });
  region.world.bytes.removeSnapshot(snapshot.id);
}
