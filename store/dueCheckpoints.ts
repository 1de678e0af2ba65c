// The spot workspaces whose time for a restore point may have come.

import type { WorkspaceId } from '../domain/ids.ts';
import { LAST_RESTORE_POINT, type LastRestorePoint, readLast } from './lastRestorePoint.ts';
import type { Queryable } from './pool.ts';

export type CheckpointCandidate = {
  readonly id: WorkspaceId;
  readonly every_minutes: number;
  readonly serving_since: Date | null;
  readonly last_restore_point: LastRestorePoint | null;
  readonly read_at: Date;
};

/**
 * Served, at rest, and with nothing newer than half of the time between two. One that was tried lately, whatever came of it, is not
 * tried again at once: a snapshot that AWS refuses now is refused in a minute, too. Those that have waited longest come first.
 */
export async function checkpointCandidates(
  db: Queryable,
  region: string,
  usualMinutes: number,
): Promise<CheckpointCandidate[]> {
  const { rows } = await db.query(
    `with spot as (
       select w.id, w.serving_since, coalesce(w.checkpoint_every_minutes, $2) as every_minutes, now() as read_at, ${LAST_RESTORE_POINT}
       from workspaces w
       where w.status = 'online' and w.phase = 'ready' and w.compute ->> 'market' = 'spot' and w.region = $1
         and w.interruption is null
     )
     select * from spot s
     where every_minutes > 0
       and coalesce((last_restore_point ->> 'taken_at')::timestamptz, serving_since) < now() - every_minutes * interval '30 seconds'
       and not exists (
         select 1 from operations o where o.workspace_id = s.id and o.kind = 'checkpoint'
           and o.started_at > now() - least(every_minutes * interval '30 seconds', interval '10 minutes')
       )
     order by coalesce((last_restore_point ->> 'taken_at')::timestamptz, serving_since), id`,
    [region, usualMinutes],
  );
  return rows.map((row) => ({ ...row, last_restore_point: readLast(row.last_restore_point) }));
}
