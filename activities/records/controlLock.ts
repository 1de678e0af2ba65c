// The control lock's records: opened by the workflow that decides about it, written as it decided, revoked with the machine.

import { Context } from '@temporalio/activity';
import {
  controllerOf,
  type Happening,
  type Holder,
  type Lock,
  type LockRules,
  permitMsFor,
} from '../../domain/control-lock.ts';
import type { OperationRef, TenantId, WorkspaceId } from '../../domain/ids.ts';
import { appendHappenings, linesOf } from '../../store/controlHappenings.ts';
import { uuidOf } from '../../store/uuidOf.ts';
import { lockOf, openLock, revokeDisplay as revoke } from '../../store/controlLocks.ts';
import { type LockWritten, writeLock } from '../../store/controlWrites.ts';
import type { Dependencies } from '../dependencies.ts';

export type ControlRef = { readonly workspaceId: WorkspaceId; readonly tenantId: TenantId };
/** `id`: made once, of its line in the audit and of its event (`named`). */
export type NamedHappening = Happening & { readonly id: string };

/**
 * A workflow task that is lost is done anew, maybe with other requests first, and makes the same ids again; what its local activities
 * have written stays. So a line is known by what it is about as well: no write is about the same state of the lock as an earlier one.
 */
const named = (happened: readonly NamedHappening[], { fence, version }: Lock): NamedHappening[] =>
  happened.map((happening) => ({ ...happening, id: uuidOf(`${happening.id}/${fence}/${version}`) }));
export type OpenedControl = { readonly lock: Lock; readonly leaseMs: number | null; readonly rules: LockRules };

/** As the last run left it; safe to repeat. */
export const openControl =
  ({ db, settings }: Dependencies) =>
  async ({ workspaceId }: ControlRef): Promise<OpenedControl> => {
    const row = await openLock(db, workspaceId);
    const graceMs = settings.TAKEOVER_GRACE_MS;
    const rules = { graceMs, permitMs: permitMsFor(graceMs), parkMs: settings.PARK_TIMEOUT_SECONDS * 1000 };
    return { lock: lockOf(row), leaseMs: row.lease_ms, rules };
  };

export type ControlWrite = {
  readonly before: Lock;
  readonly lock: Lock;
  readonly happened: readonly NamedHappening[];
  readonly grants: Holder['controller'] | null;
  readonly startsLease: boolean;
  readonly losesLease: boolean;
  readonly permits: 'stop' | 'stopped' | null;
  readonly permitMs: number;
};

/** One statement under its guards: a repeat finds it done, a late one changes nothing. */
export const writeControl =
  ({ db }: Dependencies) =>
  async ({ workspaceId, tenantId }: ControlRef, write: ControlWrite): Promise<LockWritten> => {
    const { before, lock, happened, ...how } = write;
    const isAsked = lock.pending !== null && lock.pending.requestId !== before.pending?.requestId;
    const isAskedNoMore = before.pending !== null && lock.pending?.requestId !== before.pending.requestId;
    const { workflowId, runId } = Context.current().info.workflowExecution!;
    return writeLock(db, {
      workspaceId,
      tenantId,
      lock,
      ...how,
      // The request's own id: whoever repeats it repeats the order.
      order: isAsked ? lock.pending.requestId : null,
      withdraws: isAskedNoMore ? before.pending.requestId : null,
      watcher: workflowId,
      ...linesOf({ workspaceId, lock, controller: controllerOf(lock), happened: named(happened, lock), runId }),
    });
  };

/** A takeover that was asked for by signal and can't be had: its answer is an event. */
export const recordRefusedTakeover =
  ({ db }: Dependencies) =>
  async ({ workspaceId, tenantId }: ControlRef, lock: Lock, happening: NamedHappening): Promise<void> => {
    const { runId } = Context.current().info.workflowExecution!;
    await appendHappenings(db, tenantId, {
      workspaceId,
      lock,
      controller: controllerOf(lock),
      happened: [happening],
      runId,
    });
  };

/** Before a machine stops serving: from here on nothing is granted or permitted on it, and whether there is anybody to tell. Safe to repeat. */
export const revokeDisplay =
  ({ db }: Dependencies) =>
  ({ workspaceId, operationId }: OperationRef): Promise<{ readonly isInUse: boolean }> =>
    revoke(db, workspaceId, operationId);
