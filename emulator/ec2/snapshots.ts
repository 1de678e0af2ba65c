// Snapshots: pending -> completed, the contents being what the volume had when they were asked for (facts/ec2.md 1.7).

import { type Tags, tagIndex, tagXml } from './tags.ts';

export type Snapshot = {
  readonly id: string;
  readonly volumeId: string;
  readonly volumeGb: number;
  readonly description: string;
  readonly encrypted: boolean;
  readonly startedAtMs: number;
  readonly completesAtMs: number;
  readonly completedAtMs: number | null;
  readonly tags: Tags;
  readonly state: 'pending' | 'completed' | 'error';
  /** Asked to be deleted while pending: takes effect once complete. */
  readonly isDoomed: boolean;
  readonly fullBytes: number;
  readonly endedAtMs: number | null;
};

export const snapshotIndexes = {
  tag: tagIndex,
  'volume-id': (snapshot: Snapshot) => [snapshot.volumeId],
};

/** "NN%", by the time that has passed. */
export function progressOf({ state, startedAtMs, completesAtMs }: Snapshot, nowMs: number): string {
  if (state === 'completed') return '100%';
  const share = (nowMs - startedAtMs) / Math.max(1, completesAtMs - startedAtMs);
  return `${Math.max(0, Math.min(99, Math.floor(share * 100)))}%`;
}

export const snapshotXml = (snapshot: Snapshot, ownerId: string, nowMs: number) => ({
  snapshotId: snapshot.id,
  volumeId: snapshot.volumeId,
  status: snapshot.state,
  startTime: new Date(snapshot.startedAtMs),
  completionTime: snapshot.completedAtMs === null ? undefined : new Date(snapshot.completedAtMs),
  progress: progressOf(snapshot, nowMs),
  ownerId,
  volumeSize: snapshot.volumeGb,
  description: snapshot.description,
  tagSet: tagXml(snapshot.tags),
  encrypted: snapshot.encrypted,
  storageTier: 'standard',
  fullSnapshotSizeInBytes: snapshot.state === 'completed' ? snapshot.fullBytes : undefined,
});
