// What happened to a control lock, as its two records have it: events that all may read, and the audit that names who it was.

import type { Controller, Happening, Lock } from '../domain/control-lock.ts';
import { shownActor } from '../domain/control-lock-shown.ts';
import type { WorkspaceId } from '../domain/ids.ts';
import { appendAudit, type NewAuditLine } from './controlAudit.ts';
import { appendEvents, type NewEvent } from './events.ts';
import type { Queryable } from './pool.ts';

export type Told = {
  readonly workspaceId: WorkspaceId;
  /** The lock after it. */
  readonly lock: Pick<Lock, 'fence' | 'generation' | 'ttlSeconds' | 'pending'>;
  readonly controller: Controller;
  readonly happened: readonly (Happening & { readonly id: string })[];
  /** Of the workflow that decided; null where the API refused by itself. */
  readonly runId: string | null;
};

/** The two records of the same happenings, under the same ids. */
export function linesOf({ workspaceId, lock, controller, happened, runId }: Told): {
  readonly events: NewEvent[];
  readonly audit: NewAuditLine[];
} {
  const { fence, generation, ttlSeconds, pending } = lock;
  const audit = happened.map(({ id, verb, stage, actor, because, requestId, durationMs }) => ({
    id,
    verb,
    stage,
    actor,
    fence,
    generation,
    because: because ?? null,
    request_id: requestId ?? null,
    duration_ms: durationMs ?? null,
    run_id: runId,
  }));
  // A renewal is nobody's news.
  const news = happened.filter(({ verb }) => verb !== 'renew');
  const events = news.map(({ id, verb, stage, actor, because, requestId, durationMs }) => ({
    id,
    type: `display.control.${verb}.${stage}`,
    workspaceId,
    payload: {
      controller,
      controlled_by: shownActor(actor),
      fence,
      ttl_seconds: ttlSeconds,
      ...(because === undefined ? {} : stage === 'failed' ? { error: because } : { because }),
      ...(requestId === undefined ? {} : { request_id: requestId }),
      ...(durationMs === undefined ? {} : { duration_ms: durationMs }),
      ...(verb === 'takeover' && stage === 'started' && pending !== null
        ? { deadline_at: new Date(pending.deadlineAt).toISOString() }
        : {}),
    },
  }));
  return { events, audit };
}

/** What changed nothing: a request that was refused, or a lease that was renewed. */
export async function appendHappenings(db: Queryable, tenantId: string, told: Told): Promise<void> {
  const { events, audit } = linesOf(told);
  await appendAudit(db, { workspaceId: told.workspaceId, tenantId }, audit);
  await appendEvents(db, events);
}
