// /workspaces/:id/display: what there is to see, from evidence; and what an agent asks before each action on it.

import { Hono } from 'hono';
import { newLock, permitMsFor } from '../../domain/control-lock.ts';
import { permitFor, type PermitRefusal } from '../../domain/control-lock-permit.ts';
import { BerthError, type ErrorCode } from '../../domain/errors.ts';
import { isAuditWhole, newestAudit } from '../../store/controlAudit.ts';
import { findLock, lockOf, permitView } from '../../store/controlLocks.ts';
import { adminAuth, workspaceOfPath } from '../auth.ts';
import { readBody } from '../body.ts';
import type { ApiDependencies, ApiEnv } from '../context.ts';
import { controlAuth } from '../controlAuth.ts';
import { knownWorkspace, liveWorkspace } from '../liveWorkspace.ts';
import { presentDisplay } from '../presentDisplay.ts';
import { permitSchema } from '../schemas/display.ts';

const CODES: Readonly<Record<PermitRefusal, ErrorCode>> = {
  control_lost: 'CONTROL_LOST',
  human_in_control: 'HUMAN_IN_CONTROL',
  agent_paused: 'AGENT_PAUSED',
  parked: 'DISPLAY_PARKED',
};

/** So many lines of the audit are read, the newest, where nothing is said; and at most. */
const AUDIT_LINES = { usual: 500, max: 10_000 };

export function displayRoutes(deps: ApiDependencies) {
  const { db, settings } = deps;
  const rules = {
    permitMs: permitMsFor(settings.TAKEOVER_GRACE_MS),
    hidesScreen: settings.SCREENSHOTS_WHILE_HUMAN === 'hidden',
  };
  return (
    new Hono<ApiEnv>()
      .get('/:id/display', workspaceOfPath, controlAuth(deps), async (c) => {
        const row = await liveWorkspace(deps, c);
        const lock = await findLock(db, row.id);
        return c.json(presentDisplay(row, settings, lock === null ? newLock() : lockOf(lock), c.get('actor')));
      })
      .get('/:id/display/control/audit', workspaceOfPath, adminAuth(deps), async (c) => {
        const { id } = await knownWorkspace(deps, c);
        const limit = limitOf(c.req.query('limit'));
        const [events, isWhole] = await Promise.all([newestAudit(db, id, limit), isAuditWhole(db, id)]);
        return c.json({ events, chain_valid: isWhole });
      })
      // One read beside the token's: it is asked for each action.
      .post('/:id/display/control/permit', workspaceOfPath, controlAuth(deps), async (c) => {
        const { generation } = c.get('caller');
        if (generation === null) throw new BerthError('DISPLAY_AGENT_ONLY');
        const { fence, action } = await readBody(c, permitSchema);
        const view = await permitView(db, c.get('workspaceId'));
        const permit = permitFor(view, { fence: fence ?? view.fence, generation, kind: action }, rules);
        if ('refused' in permit)
          throw new BerthError(CODES[permit.refused], { refusal: permit.refused, controller: view.controller });
        // A duration, not a time: the machine's clock may be another one. It counts from when the machine asked.
        return c.json({ fence: view.fence, valid_ms: Math.floor(permit.validMs) });
      })
  );
}

function limitOf(value: string | undefined): number {
  if (value === undefined) return AUDIT_LINES.usual;
  const limit = /^\d+$/.test(value) ? Number(value) : 0;
  if (limit < 1 || limit > AUDIT_LINES.max)
    throw new BerthError('VALIDATION_FAILED', { problem: `limit: must be from 1 to ${AUDIT_LINES.max}` });
  return limit;
}
