// /admin/orphans: what AWS has with our tags and nobody owns.

import { Hono } from 'hono';
import { listOrphans, type OrphanRow } from '../../store/orphans.ts';
import { adminAuth } from '../auth.ts';
import type { ApiDependencies, ApiEnv } from '../context.ts';

export function orphanRoutes(deps: ApiDependencies) {
  const { db, commands, settings } = deps;
  const admin = adminAuth(deps);
  return new Hono<ApiEnv>()
    .get('/', admin, async (c) => {
      const rows = await listOrphans(db, settings.AWS_REGION);
      const open = rows.filter(({ ended_at: endedAt }) => endedAt === null);
      return c.json({
        region: settings.AWS_REGION,
        mode: settings.ORPHANS,
        grace_seconds: settings.ORPHAN_GRACE_SECONDS,
        count: open.length,
        may_end_count: open.filter(({ may_end: mayEnd }) => mayEnd).length,
        orphans: rows.map(present),
      });
    })
    .post('/look', admin, async (c) => {
      await commands.reapOrphans();
      return c.json({ status: 'looking' }, 202);
    });
}

const present = (row: OrphanRow) => ({
  resource_id: row.resource_id,
  kind: row.kind,
  workspace_id: row.workspace_id,
  why: row.why,
  may_end: row.may_end,
  first_seen_at: row.first_seen_at,
  last_seen_at: row.last_seen_at,
  looks: row.looks,
  ended_at: row.ended_at,
  outcome: row.outcome,
});
