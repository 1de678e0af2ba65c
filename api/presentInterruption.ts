// A machine that is being taken away, as clients read it: how far Berth has come with it, why it waits, and what its user can do.

import type { ErrorCode } from '../domain/errors.ts';
import type { WorkspaceRow } from '../store/workspaces.ts';

/** For programs; people read `waits_because`. */
type WaitsFor = 'capacity' | 'budget' | 'quota' | 'authorization' | 'user' | 'operator';

const WAITS_FOR: Partial<Record<ErrorCode, WaitsFor>> = {
  CAPACITY_EXHAUSTED: 'capacity',
  AWS_QUOTA_INSUFFICIENT: 'quota',
  QUOTA_EXCEEDED: 'quota',
  BUDGET_EXCEEDED: 'budget',
  COST_AUTHORIZATION_REQUIRED: 'authorization',
  COST_ABOVE_AUTHORIZED: 'authorization',
  // Its policy says that its user decides; and so does whoever called the recovery off.
  SPOT_INTERRUPTED: 'user',
  OPERATION_CANCELLED: 'user',
};

export function presentInterruption(row: WorkspaceRow) {
  const { id, interruption, reason, paused_hourly_usd: hourlyUsd, coming_back_on: comesBackOn } = row;
  if (interruption === null) return null;
  const { instanceId, noticedAt, deadline, stage, restorePointId, retryAt, attempts } = interruption;
  const isWaiting = stage === 'waiting' && reason !== null;
  return {
    instance_id: instanceId,
    noticed_at: noticedAt,
    deadline,
    stage,
    restore_point_id: restorePointId,
    comes_back_on: comesBackOn,
    waits_for: isWaiting ? (WAITS_FOR[reason.code as ErrorCode] ?? 'operator') : null,
    waits_because: isWaiting ? reason.message : null,
    waits_at_hourly_usd: isWaiting ? (hourlyUsd ?? reason.context['paused_hourly_usd'] ?? null) : null,
    tries_again_at: retryAt,
    attempts,
    actions: isWaiting ? actionsOf(id) : [],
  };
}

/** Each is a request as it stands, or with a body of the caller's; all of them keep the home. */
const actionsOf = (id: string) => [
  { action: 'resume', method: 'POST', href: `/workspaces/${id}/resume` },
  { action: 'configure', method: 'POST', href: `/workspaces/${id}/configure` },
  { action: 'delete', method: 'DELETE', href: `/workspaces/${id}` },
];
