// /workspaces/:id/activity-leases: who uses a workspace says so, and it is not paused meanwhile. A lease wakes nothing.

import { randomUUID } from 'node:crypto';
import { Hono } from 'hono';
import type { ActivityKind } from '../../domain/activity.ts';
import { BerthError } from '../../domain/errors.ts';
import { type ActivityLease, endLease, holdLease, liveLeases } from '../../store/activity.ts';
import { workspaceOfPath } from '../auth.ts';
import { readBody } from '../body.ts';
import type { ApiDependencies, ApiEnv, Caller } from '../context.ts';
import { controlAuth } from '../controlAuth.ts';
import { liveWorkspace } from '../liveWorkspace.ts';
import { leaseSchema } from '../schemas/workspace.ts';

export function activityLeaseRoutes(deps: ApiDependencies) {
  const { db } = deps;
  const auth = controlAuth(deps);
  return new Hono<ApiEnv>()
    .get('/:id/activity-leases', workspaceOfPath, auth, async (c) => {
      const { id } = await liveWorkspace(deps, c);
      return c.json((await liveLeases(db, id)).map(present));
    })
    .post('/:id/activity-leases', workspaceOfPath, auth, async (c) => {
      const body = await readBody(c, leaseSchema);
      const caller = c.get('caller');
      mayHold(caller, body.kind);
      const { id, phase } = await liveWorkspace(deps, c);
      const leaseId = body.lease_id ?? randomUUID();
      const { kind, ttl_seconds: ttlSeconds } = body;
      const lease = await holdLease(db, id, { id: leaseId, kind, holder: caller.actor, ttlSeconds });
      if (lease === 'not-online') throw new BerthError('WRONG_PHASE', { phase, command: 'be used', needed: 'online' });
      if (lease === 'pausing') throw new BerthError('WORKSPACE_PAUSING');
      if (lease === 'another-holder') throw new BerthError('LEASE_OF_ANOTHER', { lease_id: leaseId });
      return c.json(present(lease));
    })
    .delete('/:id/activity-leases/:lease', workspaceOfPath, auth, async (c) => {
      const { id } = await liveWorkspace(deps, c);
      const leaseId = c.req.param('lease');
      const isThere = /^[0-9a-f-]{36}$/i.test(leaseId) && (await endLease(db, id, leaseId));
      if (!isThere) throw new BerthError('LEASE_NOT_FOUND', { lease_id: leaseId });
      return c.json({ status: 'ended' });
    });
}

/** A machine does not pass for a person: a session of one is what a person, or their canvas, says. */
function mayHold({ controller }: Caller, kind: ActivityKind): void {
  if (controller === 'agent' && kind === 'human_session') {
    throw new BerthError('VALIDATION_FAILED', { problem: 'kind: an agent holds agent_turn or job' });
  }
}

const present = ({ id, kind, began_at, expires_at }: ActivityLease) => ({ lease_id: id, kind, began_at, expires_at });
