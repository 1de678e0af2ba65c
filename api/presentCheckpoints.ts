// What a user would lose at worst, and until when: the newest restore point of a workspace, and when it gets the next one by itself.

import { checkpointEveryMinutes, nextCheckpointAt } from '../domain/checkpointSchedule.ts';
import type { Market } from '../domain/machine.ts';
import type { WorkspaceRow } from '../store/workspaces.ts';
import type { ApiSettings } from './context.ts';

export function presentCheckpoints(row: WorkspaceRow, { CHECKPOINT_EVERY_MINUTES: usual }: ApiSettings) {
  const { id, last_restore_point: last, read_at: now, serving_since: servingSince } = row;
  const market = (row.compute['market'] ?? 'on-demand') as Market;
  const everyMinutes = checkpointEveryMinutes(market, row.checkpoint_every_minutes, usual);
  return {
    /** Minutes. */
    checkpoint_every: everyMinutes,
    last_restore_point:
      last === null
        ? null
        : { ...last, age_seconds: Math.max(0, Math.round((now.getTime() - last.taken_at.getTime()) / 1000)) },
    next_checkpoint_at: everyMinutes === null || row.status !== 'online' ? null : next(everyMinutes),
  };

  /** One that is overdue, as something else comes first, is due now. */
  function next(minutes: number): Date | null {
    const taken = last === null ? null : { takenAt: last.taken_at, quality: last.quality };
    const at = nextCheckpointAt({ workspaceId: id, everyMinutes: minutes, servingSince, last: taken });
    return at !== null && at < now ? now : at;
  }
}
