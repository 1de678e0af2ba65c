// A machine that is being taken away, as users read it: how far Berth has come with it, why it waits, and what they can do.

import type { ErrorCode } from './errors.ts';
import type { WorkspaceId } from './ids.ts';
import type { Interruption } from './workspace.ts';

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

export type Interrupted = {
  readonly id: WorkspaceId;
  readonly interruption: Interruption;
  readonly reason: { readonly code: string; readonly message: string; readonly context: object } | null;
  readonly pausedHourlyUsd: string | null;
};

export function shownInterruption({ id, interruption, reason, pausedHourlyUsd }: Interrupted) {
  const { instanceId, noticedAt, deadline, stage, restorePointId, retryAt, attempts } = interruption;
  const isWaiting = stage === 'waiting' && reason !== null;
  return {
    instance_id: instanceId,
    noticed_at: noticedAt,
    deadline,
    stage,
    restore_point_id: restorePointId,
    waits_for: isWaiting ? (WAITS_FOR[reason.code as ErrorCode] ?? 'operator') : null,
    waits_because: isWaiting ? reason.message : null,
    waits_at_hourly_usd: isWaiting ? (pausedHourlyUsd ?? priceIn(reason.context)) : null,
    tries_again_at: retryAt,
    attempts,
    actions: isWaiting ? actionsOf(id) : [],
  };
}

/** Its last word: the workspace goes on with another machine, and from then on has no interruption. */
export const shownRecovered = (id: WorkspaceId, interruption: Interruption) => ({
  ...shownInterruption({ id, interruption, reason: null, pausedHourlyUsd: null }),
  stage: 'recovered' as const,
  tries_again_at: null,
});

const priceIn = (context: object): unknown => (context as Record<string, unknown>)['paused_hourly_usd'] ?? null;

/** Each is a request as it stands, or with a body of the caller's; all of them keep the home. */
const actionsOf = (id: WorkspaceId) => [
  { action: 'resume', method: 'POST', href: `/workspaces/${id}/resume` },
  { action: 'configure', method: 'POST', href: `/workspaces/${id}/configure` },
  { action: 'delete', method: 'DELETE', href: `/workspaces/${id}` },
];
