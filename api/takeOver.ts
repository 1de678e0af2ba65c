// A person's takeover: asked for by signal, answered with the deadline; what comes of it is told by the events.

import type { Context } from 'hono';
import { type Lock, newLock } from '../domain/control-lock.ts';
import { BerthError } from '../domain/errors.ts';
import { findLock, lockOf } from '../store/controlLocks.ts';
import type { ApiDependencies, ApiEnv } from './context.ts';
import type { Target } from './commands.ts';
import type { Answer } from './idempotency.ts';
import { presentControl } from './presentDisplay.ts';

/** How long the answer waits to name the deadline that was set; without a worker it names the earliest there can be. */
const DEADLINE_KNOWN_MS = 1_000;

/** 202 with `status` requested, pending or granted. Throws DISPLAY_CONTROL_HELD and DISPLAY_TAKEOVER_PENDING. */
export async function takeOver(
  { db, control, controlNews, settings }: ApiDependencies,
  c: Context<ApiEnv>,
  target: Target,
  asking: { readonly actor: string; readonly ttlSeconds: number; readonly generation: number },
): Promise<Answer> {
  const { actor } = asking;
  const { workspaceId, operationId: requestId } = target;
  const { lock: before } = await look();
  // What can be known now need not be waited for; that it changes meanwhile is the workflow's to see.
  if (before.holder?.controller === 'user' && before.holder.actor !== actor)
    throw new BerthError('DISPLAY_CONTROL_HELD');
  if (before.pending !== null && before.pending.actor !== actor) throw new BerthError('DISPLAY_TAKEOVER_PENDING');

  const untilMs = performance.now() + DEADLINE_KNOWN_MS;
  await control.takeOver(target, { ...asking, requestId });
  for (;;) {
    const leftMs = untilMs - performance.now();
    // Asked for before the look: what changes during it is not missed.
    const news = controlNews.next(workspaceId, Math.max(0, leftMs));
    const { lock, readAt } = await look();
    const isMine = lock.holder?.controller === 'user' && lock.holder.actor === actor;
    if (isMine || lock.pending?.actor === actor || leftMs <= 0) {
      const deadlineAt = lock.pending?.deadlineAt ?? (isMine ? readAt : readAt + settings.TAKEOVER_GRACE_MS);
      const body = {
        status: isMine ? 'granted' : lock.pending?.actor === actor ? 'pending' : 'requested',
        request_id: lock.pending?.requestId ?? requestId,
        deadline_at: new Date(deadlineAt).toISOString(),
        ...presentControl(lock, actor),
      };
      return { status: 202, body };
    }
    await news;
  }

  /** `readAt`: by the clock of all replicas of the API. */
  async function look(): Promise<{ readonly lock: Lock; readonly readAt: number }> {
    const row = await findLock(db, workspaceId);
    return row === null
      ? { lock: newLock(), readAt: Date.now() }
      : { lock: lockOf(row), readAt: row.read_at.getTime() };
  }
}
