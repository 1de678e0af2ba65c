// A request for control that is refused is recorded too, and told with what is the case instead.

import { randomUUID } from 'node:crypto';
import type { Context } from 'hono';
import { controllerOf, newLock, type Verb } from '../domain/control-lock.ts';
import { BerthError, ERRORS } from '../domain/errors.ts';
import { appendHappenings } from '../store/controlHappenings.ts';
import { findLock, lockOf } from '../store/controlLocks.ts';
import type { ApiDependencies, ApiEnv } from './context.ts';
import { presentControl } from './presentDisplay.ts';

/** What `ask` brings back; its error with `current`, the lock as it is for this caller. The workspace is known to be the caller's tenant's. */
export async function withRefusal<Result>(
  { db }: ApiDependencies,
  c: Context<ApiEnv>,
  verb: Verb,
  ask: () => Promise<Result>,
): Promise<Result> {
  try {
    return await ask();
  } catch (error) {
    // No answer at all is no refusal.
    if (!(error instanceof BerthError) || ERRORS[error.code].status >= 500) throw error;
    const workspaceId = c.get('workspaceId');
    const actor = c.get('actor');
    const row = await findLock(db, workspaceId);
    const lock = row === null ? newLock() : lockOf(row);
    await appendHappenings(db, c.get('tenantId'), {
      workspaceId,
      lock,
      controller: controllerOf(lock),
      happened: [{ id: randomUUID(), verb, stage: 'failed', actor, because: error.code }],
      runId: null,
    });
    throw new BerthError(error.code, { ...error.context, current: presentControl(lock, actor) }, { cause: error });
  }
}
