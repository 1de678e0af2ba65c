// /workspaces/:id/display/control: who has control of the display, and how it changes hands (facts/wire.md 1.9).

import { type Context, Hono } from 'hono';
import { newLock, type Lock } from '../../domain/control-lock.ts';
import { BerthError } from '../../domain/errors.ts';
import { appendHappenings } from '../../store/controlHappenings.ts';
import { findLock, lockOf, renewLease } from '../../store/controlLocks.ts';
import type { WorkspaceRow } from '../../store/workspaces.ts';
import { workspaceOfPath } from '../auth.ts';
import { readOptionalBody } from '../body.ts';
import type { Target } from '../commands.ts';
import type { ApiDependencies, ApiEnv } from '../context.ts';
import { controlAuth, person } from '../controlAuth.ts';
import { type Answer, once } from '../idempotency.ts';
import { liveWorkspace } from '../liveWorkspace.ts';
import { mustBeUp, mustHaveDisplay } from '../display/mustHaveDisplay.ts';
import { type DisplayStatus, presentControl } from '../presentDisplay.ts';
import { acquireSchema, releaseSchema, renewSchema, takeoverSchema } from '../schemas/display.ts';
import { takeOver } from '../takeOver.ts';
import { withRefusal } from '../withRefusal.ts';

/** Control of a desktop that comes up just now can be had already. */
const IN_CONTROL: readonly DisplayStatus[] = ['ready', 'starting'];

export function displayControlRoutes(deps: ApiDependencies) {
  const { db, control, settings } = deps;
  const auth = controlAuth(deps);

  // An Idempotency-Key is its caller's own here: an answer tells them their name, and that control is theirs.
  return (
    new Hono<ApiEnv>()
      .get('/:id/display/control', workspaceOfPath, auth, async (c) => {
        const { id } = await liveWorkspace(deps, c);
        return c.json(presentControl(await lockNow(deps, id), c.get('actor')));
      })
      .post('/:id/display/control/acquire', workspaceOfPath, auth, async (c) => {
        const body = await readOptionalBody(c, acquireSchema);
        const caller = c.get('caller');
        const { actor, controller } = caller;
        if (body.controller !== undefined && body.controller !== controller)
          throw new BerthError('VALIDATION_FAILED', { problem: `controller: the caller is "${controller}"` });
        return once(deps, c, { ...body, actor }, async (target) => {
          const row = await liveWorkspace(deps, c);
          return withRefusal(deps, c, 'acquire', async () => {
            if (body.force && !caller.isAdmin) throw new BerthError('FORCE_ADMIN_ONLY');
            mustBeUp(row, settings, IN_CONTROL);
            const asking = { actor, ttlSeconds: body.ttl_seconds, generation: caller.generation ?? row.generation };
            if (body.force)
              return taken(c, await control.ask(target, { type: 'force', ...asking, requestId: target.operationId }));
            try {
              return taken(c, await control.ask(target, { type: 'acquire', controller, ...asking }));
            } catch (error) {
              // From the agent a person takes it over.
              if (controller === 'user' && isHeldByAgent(error)) return takeOver(deps, c, target, asking);
              throw error;
            }
          });
        });
      })
      .post('/:id/display/control/takeover', workspaceOfPath, auth, async (c) => {
        const body = await readOptionalBody(c, takeoverSchema);
        const caller = c.get('caller');
        const { actor } = caller;
        return once(deps, c, { ...body, actor }, async (target) => {
          const row = await liveWorkspace(deps, c);
          return withRefusal(deps, c, 'takeover', async () => {
            person(caller, 'take control over');
            mustBeUp(row, settings, IN_CONTROL);
            return takeOver(deps, c, target, { actor, ttlSeconds: body.ttl_seconds, generation: row.generation });
          });
        });
      })
      .post('/:id/display/control/release', workspaceOfPath, auth, async (c) => {
        const { force: isForced } = await readOptionalBody(c, releaseSchema);
        const { actor, isAdmin } = c.get('caller');
        return once(deps, c, { isForced, actor }, async (target) => {
          const { id } = await liveWorkspace(deps, c);
          return withRefusal(deps, c, 'release', async () => {
            if (isForced && !isAdmin) throw new BerthError('FORCE_ADMIN_ONLY');
            const lock = await lockNow(deps, id);
            if (lock.holder === null && lock.parked === null) return taken(c, lock);
            return taken(c, await control.ask(target, { type: 'release', actor, isForced }));
          });
        });
      })
      // By Postgres alone: a lease is never renewed by a message.
      .post('/:id/display/control/renew', workspaceOfPath, auth, async (c) => {
        const { ttl_seconds: ttlSeconds, fence = null } = await readOptionalBody(c, renewSchema);
        const { id } = await liveWorkspace(deps, c);
        return c.json(
          await withRefusal(deps, c, 'renew', async () => {
            const actor = c.get('actor');
            const row = await renewLease(db, id, { actor, fence, ttlSeconds });
            if (row === null) {
              const { holder } = await lockNow(deps, id);
              const isOther = holder !== null && holder.actor !== actor;
              throw new BerthError(isOther ? 'DISPLAY_CONTROL_OTHER' : 'DISPLAY_CONTROL_REQUIRED');
            }
            const lock = lockOf(row);
            const happening = { id: crypto.randomUUID(), verb: 'renew', stage: 'completed', actor } as const;
            const told = { workspaceId: id, lock, controller: row.controller, happened: [happening], runId: null };
            await appendHappenings(db, c.get('tenantId'), told);
            return presentControl(lock, actor);
          }),
        );
      })
      .post('/:id/display/control/pause', workspaceOfPath, auth, (c) => switchAgent(c, 'pause'))
      .post('/:id/display/control/resume', workspaceOfPath, auth, (c) => switchAgent(c, 'resume'))
  );

  async function switchAgent(c: Context<ApiEnv>, type: 'pause' | 'resume'): Promise<Response> {
    const caller = c.get('caller');
    const { actor } = caller;
    return once(deps, c, { type, actor }, async (target: Target) => {
      const row = await liveWorkspace(deps, c);
      return withRefusal(deps, c, type, async () => {
        person(caller, `${type} the agent`);
        mustHaveDisplay(row);
        return taken(c, await control.ask(target, { type, actor }));
      });
    });
  }
}

const taken = (c: Context<ApiEnv>, lock: Lock): Answer => ({
  status: 200,
  body: presentControl(lock, c.get('actor')),
});

async function lockNow({ db }: ApiDependencies, id: WorkspaceRow['id']): Promise<Lock> {
  const row = await findLock(db, id);
  return row === null ? newLock() : lockOf(row);
}

const isHeldByAgent = (error: unknown): boolean =>
  error instanceof BerthError && error.code === 'DISPLAY_CONTROL_HELD' && error.context['controller'] === 'agent';
