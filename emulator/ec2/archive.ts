// What is left of a resource that describe calls no longer see: what the ledger needs of it.

import type { BilledSpan, Instance, Market } from './instances.ts';
import type { Snapshot } from './snapshots.ts';
import type { Tags } from './tags.ts';
import type { Volume } from './volumes.ts';

export type Archived = {
  readonly id: string;
  readonly kind: 'instance' | 'volume' | 'snapshot';
  readonly zone: string;
  readonly tags: Tags;
  readonly clientToken: string | null;
  readonly state: string;
  readonly createdAtMs: number;
  readonly endedAtMs: number | null;
  readonly billed: readonly BilledSpan[];
  /** What its price depends on. */
  readonly instanceType?: string;
  readonly market?: Market;
  readonly volumeType?: string;
  readonly sizeGb?: number;
};

export const archivedInstance = (instance: Instance): Archived => ({
  id: instance.id,
  kind: 'instance',
  zone: instance.zone,
  tags: instance.tags,
  clientToken: instance.clientToken ?? null,
  state: instance.state,
  createdAtMs: instance.createdAtMs,
  endedAtMs: instance.endedAtMs,
  billed: instance.billed,
  instanceType: instance.type,
  market: instance.market,
});

export const archivedVolume = (volume: Volume): Archived => ({
  id: volume.id,
  kind: 'volume',
  zone: volume.zone,
  tags: volume.tags,
  clientToken: volume.clientToken ?? null,
  state: volume.state,
  createdAtMs: volume.createdAtMs,
  endedAtMs: volume.endedAtMs,
  billed: [{ fromMs: volume.createdAtMs, toMs: volume.endedAtMs }],
  volumeType: volume.type,
  sizeGb: volume.sizeGb,
});

export const archivedSnapshot = (snapshot: Snapshot): Archived => ({
  id: snapshot.id,
  kind: 'snapshot',
  zone: '',
  tags: snapshot.tags,
  clientToken: null,
  state: snapshot.endedAtMs === null ? snapshot.state : 'deleted',
  createdAtMs: snapshot.startedAtMs,
  endedAtMs: snapshot.endedAtMs,
  billed: [{ fromMs: snapshot.startedAtMs, toMs: snapshot.endedAtMs }],
  sizeGb: snapshot.volumeGb,
});
