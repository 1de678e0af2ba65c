// A restore point: a snapshot of a home that belongs to its user, with why it was taken and how the home was at that moment.

import type { OperationRef } from './ids.ts';
import type { Home, Owner, RestorePointQuality } from './machine.ts';
import type { CheckpointReason } from './workspace.ts';

export type RestorePointReason = 'recreate' | 'move' | 'pause' | 'delete' | 'restore' | CheckpointReason;

export type NewRestorePoint = {
  readonly operation: OperationRef;
  readonly owner: Owner;
  readonly generation: number;
  readonly home: Home;
  readonly reason: RestorePointReason;
  readonly quality: RestorePointQuality;
  /** What the machine counted in the home, where it did. */
  readonly manifest: Record<string, unknown> | null;
};

export type TakenRestorePoint = { readonly restorePointId: string; readonly snapshotId: string };
