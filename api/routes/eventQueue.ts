// /admin/event-queue: what became of the events of EC2 that came by the queue, and those that nobody understood.

import { Hono } from 'hono';
import { EVENT_OUTCOMES, eventCounts } from '../../store/eventQueueCounts.ts';
import { messagesSetAside } from '../../store/messagesSetAside.ts';
import { adminAuth } from '../auth.ts';
import type { ApiDependencies, ApiEnv } from '../context.ts';

/** Enough to see what is wrong with them; the others are alike. */
const SHOWN = 20;

export function eventQueueRoutes(deps: ApiDependencies) {
  const { db, settings } = deps;
  const region = settings.AWS_REGION;
  return new Hono<ApiEnv>().get('/', adminAuth(deps), async (c) => {
    const [rows, setAside] = await Promise.all([eventCounts(db, region), messagesSetAside(db, SHOWN)]);
    const counts = EVENT_OUTCOMES.map((outcome) => {
      const row = rows.find((each) => each.outcome === outcome);
      return [outcome, { total: row?.total ?? 0, last_at: row?.last_at ?? null }];
    });
    return c.json({ region, counts: Object.fromEntries(counts), set_aside: setAside });
  });
}
