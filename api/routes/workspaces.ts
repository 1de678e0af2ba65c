// /workspaces: create, list, read, state, delete (facts/wire.md 1.4).

import { Hono } from 'hono';
import { BerthError } from '../../domain/errors.ts';
import { findWorkspace, listWorkspaces, type WorkspaceRow } from '../../store/workspaces.ts';
import { adminAuth, workspaceAuth, workspaceOfPath } from '../auth.ts';
import { readBody } from '../body.ts';
import { decideNow } from '../decideNow.ts';
import type { ApiDependencies, ApiEnv } from '../context.ts';
import { once } from '../idempotency.ts';
import { liveStatus, presentWorkspace } from '../presentWorkspace.ts';
import { createWorkspaceSchema } from '../schemas/workspace.ts';
import type { Context } from 'hono';

export function workspaceRoutes(deps: ApiDependencies) {
  const { db, commands, settings } = deps;
  const admin = adminAuth(deps);
  const own = workspaceAuth(deps);
  return new Hono<ApiEnv>()
    .post('/', admin, async (c) => {
      const body = await readBody(c, createWorkspaceSchema);
      const { name, role = null, runtime = null, tier, compute, max_hourly_usd: maxHourlyUsd } = body;
      return once(deps, c, body, async (target) => {
        // What is refused now need not become a workspace; the launch decides again, and reserves.
        const wanted = { compute, tier, maxHourlyUsd };
        const { refusal } = await decideNow(deps, target.tenantId, wanted, target.workspaceId);
        if (refusal !== null) throw new BerthError(refusal.code, refusal.context);
        const said = maxHourlyUsd === undefined ? {} : { maxHourlyUsd };
        await commands.create(target, { name, role, runtime, tier, compute, ...said });
        return {
          status: 201,
          body: { id: target.workspaceId, status: 'provisioning', operation_id: target.operationId },
        };
      });
    })
    .get('/', admin, async (c) => {
      const rows = await listWorkspaces(db, c.get('tenantId'));
      return c.json(rows.map((row) => presentWorkspace(row, settings)));
    })
    .get('/:id', workspaceOfPath, own, async (c) => c.json(presentWorkspace(await live(c), settings)))
    .get('/:id/state', workspaceOfPath, own, async (c) => {
      const workspaceId = c.get('workspaceId');
      const row = await findWorkspace(db, c.get('tenantId'), workspaceId);
      if (row === null || row.status === 'removed') return c.json({ workspace_id: workspaceId, deleted: true }, 404);
      const status = liveStatus(row, settings);
      return c.json({ workspace_id: workspaceId, status, paused: status === 'paused', deleted: false });
    })
    .delete('/:id', workspaceOfPath, admin, async (c) => {
      const workspaceId = c.get('workspaceId');
      return once(deps, c, null, async (target) => {
        const row = await findWorkspace(db, c.get('tenantId'), workspaceId);
        if (row === null) throw new BerthError('WORKSPACE_NOT_FOUND', { workspace_id: workspaceId });
        await commands.delete({ ...target, workspaceId });
        return { status: 200, body: { status: 'removed', cascade_deleted: 0, operation_id: target.operationId } };
      });
    });

  /** The workspace of the path; a removed one is told apart from one that never was. */
  async function live(c: Context<ApiEnv>): Promise<WorkspaceRow> {
    const workspaceId = c.get('workspaceId');
    const row = await findWorkspace(db, c.get('tenantId'), workspaceId);
    if (row === null) throw new BerthError('WORKSPACE_NOT_FOUND', { workspace_id: workspaceId });
    if (row.status === 'removed') throw new BerthError('WORKSPACE_REMOVED', { workspace_id: workspaceId });
    return row;
  }
}
