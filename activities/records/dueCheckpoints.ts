// Finds the workspaces whose time for a restore point has come (domain/checkpointSchedule.ts).

import { nextCheckpointAt } from '../../domain/checkpointSchedule.ts';
import { operationId, type WorkspaceId } from '../../domain/ids.ts';
import type { Due } from '../../domain/workspace.ts';
import { type CheckpointCandidate, checkpointCandidates } from '../../store/dueCheckpoints.ts';
import { uuidOf } from '../../store/uuidOf.ts';
import type { Dependencies } from '../dependencies.ts';

export type DueWorkspace = Due & { readonly workspaceId: WorkspaceId };

/**
 * As many as AWS takes within a minute beside what may be urgent: snapshots share a bucket that fills by five a second
 * (facts/ec2.md 4). The others are due a minute later still.
 */
const MOST = 120;

/** A look changes nothing: what is told twice is refused the second time. */
export const dueCheckpoints =
  ({ db, settings }: Pick<Dependencies, 'db' | 'settings'>) =>
  async (): Promise<DueWorkspace[]> => {
    const candidates = await checkpointCandidates(db, settings.AWS_REGION, settings.CHECKPOINT_EVERY_MINUTES);
    return candidates
      .filter(isDue)
      .slice(0, MOST)
      .map(({ id, read_at }) => ({
        workspaceId: id,
        operationId: operationId(uuidOf(`${id}/checkpoint/${read_at.toISOString()}`))!,
      }));
  };

function isDue({ id, every_minutes, serving_since, last_restore_point: last, read_at }: CheckpointCandidate): boolean {
  const due = nextCheckpointAt({
    workspaceId: id,
    everyMinutes: every_minutes,
    servingSince: serving_since,
    last: last === null ? null : { takenAt: last.taken_at, quality: last.quality },
  });
  return due !== null && due <= read_at;
}
