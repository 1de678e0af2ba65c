// Liveness of machines: the time of the last heartbeat and what it said, of the newest generation only.

import type { WorkspaceId } from '../domain/ids.ts';
import type { Queryable } from './pool.ts';

/** A heartbeat of an older generation than the last one changes nothing. */
export async function recordHeartbeat(
  db: Queryable,
  workspaceId: WorkspaceId,
  generation: number,
  report: Readonly<Record<string, unknown>>,
): Promise<void> {
  await db.query(
    `insert into heartbeats as h (workspace_id, generation, last_seen_at, report) values ($1, $2, now(), $3)
     on conflict (workspace_id) do update set
       generation = excluded.generation, last_seen_at = excluded.last_seen_at, report = excluded.report
     where h.generation <= excluded.generation`,
    [workspaceId, generation, JSON.stringify(report)],
  );
}
