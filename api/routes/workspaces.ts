// /workspaces: create, list, read, state, change, delete (facts/wire.md 1.4).

import { Hono } from 'hono';
import { BerthError } from '../../domain/errors.ts';
import type { Compute } from '../../domain/compute/block.ts';
import type { AutoPause, Launched } from '../../domain/workspace.ts';
import { needsRecreate } from '../../domain/workspaceCommands.ts';
import { findWorkspace, listWorkspaces } from '../../store/workspaces.ts';
import { adminAuth, workspaceAuth, workspaceOfPath } from '../auth.ts';
import { readBody } from '../body.ts';
import { checkpointEveryOf } from '../checkpointEvery.ts';
import { decideNow, FIRST_GENERATION } from '../decideNow.ts';
import type { ApiDependencies, ApiEnv } from '../context.ts';
import { once } from '../idempotency.ts';
import { liveStatus, presentWorkspace } from '../presentWorkspace.ts';
import { knownWorkspace, liveWorkspace, profileOf } from '../liveWorkspace.ts';
import { mayBecome } from '../mayBecome.ts';
import { createWorkspaceSchema, updateWorkspaceSchema } from '../schemas/workspace.ts';
import { descendantsOf, type Relative } from '../../store/family.ts';
import { parentOf, sendToAll } from '../family.ts';
import { sourceOf } from './restorePoints.ts';

export function workspaceRoutes(deps: ApiDependencies) {
  const { db, commands, settings } = deps;
  const admin = adminAuth(deps);
  const own = workspaceAuth(deps);
  return new Hono<ApiEnv>()
    .post('/', admin, async (c) => {
      const body = await readBody(c, createWorkspaceSchema);
      const { name, role = null, runtime = null, tier, compute, max_hourly_usd: maxHourlyUsd } = body;
      const { restore_point_id: restorePointId } = body;
      return once(deps, c, body, async (target) => {
        // What is refused now need not become a workspace; the launch decides again, and reserves.
        const wanted = { compute, tier, maxHourlyUsd };
        const { refusal } = await decideNow(deps, target.tenantId, wanted, {
          workspaceId: target.workspaceId,
          generation: FIRST_GENERATION,
        });
        if (refusal !== null) throw new BerthError(refusal.code, refusal.context);
        const said = maxHourlyUsd === undefined ? {} : { maxHourlyUsd };
        const from =
          restorePointId === undefined
            ? undefined
            : await sourceOf(deps, target.tenantId, target.workspaceId, restorePointId);
        const parentId = body.parent_id
          ? await parentOf(deps, target.tenantId, target.workspaceId, body.parent_id)
          : null;
        const profile = {
          name,
          role,
          runtime,
          tier,
          compute,
          autoPause: autoPauseOf(body.auto_pause),
          parentId,
          ...checkpointEveryOf(body.checkpoint_every, compute),
          ...said,
        };
        await commands.create(target, profile, from);
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
    .get('/:id', workspaceOfPath, own, async (c) => c.json(presentWorkspace(await liveWorkspace(deps, c), settings)))
    .get('/:id/state', workspaceOfPath, own, async (c) => {
      const workspaceId = c.get('workspaceId');
      const row = await findWorkspace(db, c.get('tenantId'), workspaceId);
      if (row === null || row.status === 'removed') return c.json({ workspace_id: workspaceId, deleted: true }, 404);
      const status = liveStatus(row, settings);
      return c.json({ workspace_id: workspaceId, status, paused: status === 'paused', deleted: false });
    })
    .patch('/:id', workspaceOfPath, own, async (c) => {
      const body = await readBody(c, updateWorkspaceSchema);
      const { compute, tier, max_hourly_usd: maxHourlyUsd, auto_pause, checkpoint_every, parent_id, ...plain } = body;
      const fields = Object.keys({ ...body }).filter((field) => ['compute', 'tier', 'max_hourly_usd'].includes(field));
      if (fields.length > 0 && c.get('actor') !== 'admin-token') throw new BerthError('ADMIN_ONLY', { fields });
      return once(deps, c, body, async (target) => {
        const row = await liveWorkspace(deps, c);
        if (fields.length > 0) {
          const wanted = { compute: compute ?? (row.compute as Compute), maxHourlyUsd, ...(tier && { tier }) };
          await mayBecome(deps, row, wanted, 'acquire-first');
        }
        const change = {
          ...plain,
          ...(auto_pause !== undefined && { autoPause: autoPauseOf(auto_pause) }),
          ...checkpointEveryOf(checkpoint_every, compute ?? (row.compute as Compute)),
          ...(parent_id !== undefined && {
            parentId: parent_id === null ? null : await parentOf(deps, target.tenantId, target.workspaceId, parent_id),
          }),
          ...(compute && { compute }),
          ...(tier && { tier }),
          ...(maxHourlyUsd !== undefined && { maxHourlyUsd }),
        };
        await commands.send(target, { type: 'update', change });
        const launched = row.launched as Launched | null;
        const profile = { ...profileOf(row), ...change };
        return { status: 200, body: { status: 'updated', needs_restart: needsRecreate({ profile, launched }) } };
      });
    })
    .delete('/:id', workspaceOfPath, admin, async (c) => {
      const purges = c.req.query('purge') === 'true';
      return once(deps, c, purges ? { purges } : null, async (target) => {
        const row = await knownWorkspace(deps, c);
        // The last copy of somebody's work goes only where its name was said (facts/wire.md 1.2).
        if (purges && c.req.header('x-confirm-name') !== row.name) throw new BerthError('CONFIRMATION_REQUIRED');
        const isEphemeral = row.compute['data_persistence'] === 'ephemeral';
        const keepDays = purges || isEphemeral ? 0 : settings.KEEP_DELETED_DAYS;
        const below = await descendantsOf(db, target.tenantId, target.workspaceId);
        if (below.length > 0 && c.req.query('confirm') !== 'true') throw notConfirmed(below);
        // The nearest last: what is cut off in the middle is still below it, and goes with the next try.
        const gone = await sendToAll(deps, target, below.toReversed(), { type: 'delete', keepDays });
        const cascadeDeleted = gone.taken.length;
        const { operationId } = await commands.send(target, { type: 'delete', keepDays, cascadeDeleted });
        const status = purges ? 'purged' : 'removed';
        return {
          status: 200,
          body: {
            status,
            cascade_deleted: cascadeDeleted,
            operation_id: operationId,
            restorable_days: keepDays,
          },
        };
      });
    });
}

const autoPauseOf = (
  given: { readonly idle_minutes: number; readonly mode: AutoPause['mode'] } | null | undefined,
): AutoPause | null => (given ? { idleMinutes: given.idle_minutes, mode: given.mode } : null);

/** The canvas asks its user by this very body (facts/wire.md 1.4). */
function notConfirmed(below: readonly Relative[]): BerthError {
  const children = below.map(({ id, name }) => ({ id, name }));
  const message = `This also deletes ${children.length} workspaces below it.`;
  const context = { status: 'confirmation_required', message, children, children_count: children.length };
  return new BerthError('CHILDREN_NOT_CONFIRMED', context);
}
