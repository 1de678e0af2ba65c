// A person's takeover: asked for by signal, answered with the deadline; what comes of it is told by the events.

import type { Context } from 'hono';
import { newLock } from '../domain/control-lock.ts';
import { BerthError } from '../domain/errors.ts';
import { findLock, lockOf } from '../store/controlLocks.ts';
import type { ApiDependencies, ApiEnv } from './context.ts';
import type { Target } from './commands.ts';
import type { Answer } from './idempotency.ts';
import { presentControl } from './presentDisplay.ts';

/** How long the answer waits to name the deadline that was set; without a worker it names the earliest there can be. */
const DEADLINE_KNOWN_MS = 1_000;

export async function takeOver(
  { db, control, controlNews, settings }: ApiDependencies,
  c: Context<ApiEnv>,
  target: Target,
  asking: { readonly actor: string; readonly ttlSeconds: number; readonly generation: number },
): Promise<Answer> {
  const { actor } = asking;
  const { workspaceId, operationId: requestId } = target;
  const before = await look();
  // What can be known now need not be waited for; that it changes meanwhile is the workflow's to see.
  if (before.holder?.controller === 'user' && before.holder.actor !== actor)
    throw new BerthError('DISPLAY_CONTROL_HELD');
  if (before.pending !== null && before.pending.actor !== actor) throw new BerthError('DISPLAY_TAKEOVER_PENDING');

  const untilMs = Date.now() + DEADLINE_KNOWN_MS;
  await control.takeOver(target, { ...asking, requestId });
  for (;;) {
    const leftMs = untilMs - Date.now();
    // Asked for before the look: what changes during it is not missed.
    const news = controlNews.next(workspaceId, Math.max(0, leftMs));
    const lock = await look();
    const isMine = lock.holder?.controller === 'user' && lock.holder.actor === actor;
    if (isMine || lock.pending?.actor === actor || leftMs <= 0) {
      const earliest = new Date(Date.now() + settings.TAKEOVER_GRACE_MS).toISOString();
      const deadline = lock.pending === null ? null : new Date(lock.pending.deadlineAt).toISOString();
      const body = {
        status: isMine ? 'granted' : lock.pending?.actor === actor ? 'pending' : 'requested',
        request_id: lock.pending?.requestId ?? requestId,
        deadline_at: deadline ?? (isMine ? new Date().toISOString() : earliest),
        ...presentControl(lock, actor),
      };
      return { status: 202, body };
    }
    await news;
  }

  async function look() {
    const row = await findLock(db, workspaceId);
    return row === null ? newLock() : lockOf(row);
  }
}
