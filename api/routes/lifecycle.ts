// /workspaces/:id/...: what changes a workspace's machine while its home stays (facts/wire.md 1.7).

import { Hono } from 'hono';
import { BerthError } from '../../domain/errors.ts';
import type { Compute } from '../../domain/compute/block.ts';
import { descendantsOf } from '../../store/family.ts';
import { findWorkspace, type WorkspaceRow } from '../../store/workspaces.ts';
import type { CommandAnswer } from '../../workflows/messages.ts';
import { adminAuth, workspaceAuth, workspaceOfPath } from '../auth.ts';
import { readBody, readOptionalBody } from '../body.ts';
import type { LivingCommand, Target } from '../commands.ts';
import type { ApiDependencies, ApiEnv } from '../context.ts';
import { sendToAll } from '../family.ts';
import { once } from '../idempotency.ts';
import { liveWorkspace } from '../liveWorkspace.ts';
import { mayBecome, planOf } from '../mayBecome.ts';
import { configureSchema, pauseSchema, recreateSchema, restartSchema } from '../schemas/workspace.ts';
import { storagePrice } from '../storagePrice.ts';

export function lifecycleRoutes(deps: ApiDependencies) {
  const { commands } = deps;
  const admin = adminAuth(deps);
  const own = workspaceAuth(deps);
  const send = (target: Target, command: LivingCommand): Promise<CommandAnswer> => commands.send(target, command);

  return new Hono<ApiEnv>()
    .post('/:id/recreate', workspaceOfPath, admin, async (c) => {
      const body = await readOptionalBody(c, recreateSchema);
      const { compute, max_hourly_usd: maxHourlyUsd, strategy, dry_run: isDryRun } = body;
      const wantedOf = (row: WorkspaceRow) => ({ compute: compute ?? (row.compute as Compute), maxHourlyUsd });
      if (isDryRun) {
        const row = await liveWorkspace(deps, c);
        return c.json(await planOf(deps, row, wantedOf(row), strategy));
      }
      return once(deps, c, body, async (target) => {
        const row = await liveWorkspace(deps, c);
        await mayBecome(deps, row, wantedOf(row), strategy);
        const said = {
          ...(compute === undefined ? {} : { compute }),
          ...(maxHourlyUsd === undefined ? {} : { maxHourlyUsd }),
        };
        const answer = await send(target, { type: 'recreate', strategy, ...said });
        return { status: 202, body: { ...begun(answer, target), strategy } };
      });
    })
    .post('/:id/configure', workspaceOfPath, admin, async (c) => {
      const body = await readBody(c, configureSchema);
      const { compute, max_hourly_usd: maxHourlyUsd, dry_run: isDryRun } = body;
      const plan = (row: WorkspaceRow) => planOf(deps, row, { compute, maxHourlyUsd }, 'acquire-first');
      if (isDryRun) return c.json(await plan(await liveWorkspace(deps, c)));
      return once(deps, c, body, async (target) => {
        const row = await liveWorkspace(deps, c);
        await mayBecome(deps, row, { compute, maxHourlyUsd }, 'acquire-first');
        const { price, price_difference_hourly_usd, downtime } = await plan(row);
        const said = maxHourlyUsd === undefined ? {} : { maxHourlyUsd };
        // A paused one is as it is stored when it is resumed: nothing has to be launched for that now.
        const answer =
          row.phase === 'paused'
            ? await send(target, { type: 'update', change: { compute, ...said } })
            : await send(target, { type: 'recreate', strategy: 'acquire-first', compute, ...said });
        return { status: 202, body: { ...begun(answer, target), price, price_difference_hourly_usd, downtime } };
      });
    })
    .post('/:id/restart', workspaceOfPath, own, async (c) => {
      const { reset } = await readOptionalBody(c, restartSchema);
      const wipeBrowserProfile = reset ?? c.req.query('reset') === 'true';
      return once(deps, c, { wipeBrowserProfile }, async (target) => {
        await liveWorkspace(deps, c);
        const answer = await send(target, { type: 'restart', wipeBrowserProfile });
        // The word that existing clients wait on; the phase says the rest (facts/wire.md 1.7).
        const body = { ...begun(answer, target), status: 'provisioning', reset_session: wipeBrowserProfile };
        return { status: 200, body };
      });
    })
    .post('/:id/pause', workspaceOfPath, own, async (c) => {
      const { mode } = await readOptionalBody(c, pauseSchema);
      return once(deps, c, { mode }, async (target) => {
        const row = await liveWorkspace(deps, c);
        const answer = await send(target, { type: 'pause', mode });
        const below = await descendantsOf(deps.db, target.tenantId, target.workspaceId);
        const with_it = await sendToAll(deps, target, below, { type: 'pause', mode, because: 'parent' });
        const price = await storagePrice(deps, row, { keepsRoot: mode === 'stop' && row.compute['market'] !== 'spot' });
        return {
          status: 200,
          body: {
            ...begun(answer, target),
            status: 'paused',
            paused_count: 1 + with_it.taken.length,
            not_paused: with_it.refused,
            paused_hourly_usd: price,
          },
        };
      });
    })
    .post('/:id/hibernate', workspaceOfPath, own, async (c) => {
      const isForced = c.req.query('force') === 'true';
      return once(deps, c, { isForced }, async (target) => {
        const row = await liveWorkspace(deps, c);
        const activeTasks = Number(row.report?.['active_tasks'] ?? 0);
        if (activeTasks > 0 && !isForced) throw new BerthError('ACTIVE_TASKS', { active_tasks: activeTasks });
        const answer = await send(target, { type: 'pause', mode: 'terminate' });
        const price = await storagePrice(deps, row, { keepsRoot: false });
        return {
          status: 200,
          body: { ...begun(answer, target), status: 'hibernated', paused_hourly_usd: price },
        };
      });
    })
    .post('/:id/resume', workspaceOfPath, own, async (c) => {
      return once(deps, c, null, async (target) => {
        const { parent_id: parentId } = await liveWorkspace(deps, c);
        const parent = parentId === null ? null : await findWorkspace(deps.db, target.tenantId, parentId);
        if (parent?.phase === 'paused' || parent?.phase === 'pausing') {
          throw new BerthError('PARENT_PAUSED', { parent_id: parentId });
        }
        const answer = await send(target, { type: 'resume' });
        // Those that were paused on their own stay so: nobody has asked to pay for them again.
        const below = await descendantsOf(deps.db, target.tenantId, target.workspaceId);
        const pausedWithIt = below.filter((each) => each.paused_with_parent);
        const with_it = await sendToAll(deps, target, pausedWithIt, { type: 'resume' });
        return {
          status: 200,
          body: {
            ...begun(answer, target),
            status: 'provisioning',
            resumed_count: 1 + with_it.taken.length,
            not_resumed: with_it.refused,
          },
        };
      });
    });
}

/** What every command that begins something is answered with. */
export const begun = ({ status, phase, operation, generation }: CommandAnswer, { operationId }: Target) => ({
  status,
  phase,
  generation,
  operation,
  operation_id: operationId,
});
