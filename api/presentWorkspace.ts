// A workspace as clients read it (facts/wire.md 1.4): the row's decision, and what the machine's heartbeats say beside it.

import { pausesAt } from '../domain/activity.ts';
import { errorNextStep, isErrorCode } from '../domain/errors.ts';
import { shownInterruption } from '../domain/interruptionShown.ts';
import type { Launched } from '../domain/workspace.ts';
import { needsRecreate } from '../domain/workspaceCommands.ts';
import type { WorkspaceRow } from '../store/workspaces.ts';
import type { ApiSettings } from './context.ts';
import { profileOf } from './liveWorkspace.ts';
import { presentCheckpoints } from './presentCheckpoints.ts';
import { presentRebalance } from './presentRebalance.ts';

/** A machine that reports at least this share of errors is degraded (facts/wire.md 1.7). */
const DEGRADED_ERROR_RATE = 0.5;

export function presentWorkspace(row: WorkspaceRow, settings: ApiSettings) {
  const report = row.report ?? {};
  return {
    id: row.id,
    name: row.name,
    role: row.role,
    tier: row.tier,
    runtime: row.runtime,
    status: liveStatus(row, settings),
    phase: row.phase,
    generation: row.generation,
    compute: row.compute,
    url: row.url,
    agent_card: row.agent_card ?? null,
    machine:
      row.instance_id === null
        ? null
        : { instance_id: row.instance_id, instance_type: row.instance_type, region: row.region, zone: row.zone },
    home: row.home_volume_id === null ? null : { volume_id: row.home_volume_id },
    operation: row.operation_id === null ? null : { id: row.operation_id, kind: row.operation_kind },
    needs_restart: needsRestart(row),
    hourly_usd: row.status === 'paused' ? row.paused_hourly_usd : (row.launched?.hourlyUsd ?? null),
    restore_until: row.restore_until,
    parent_id: row.parent_id,
    auto_pause: presentAutoPause(row),
    ...presentCheckpoints(row, settings),
    rebalance: presentRebalance(row),
    interruption: presentInterruption(row),
    failure: presentReason(row.reason),
    active_tasks: report['active_tasks'] ?? 0,
    current_task: report['current_task'] ?? null,
    last_error_rate: report['error_rate'] ?? 0,
    last_sample_error: report['sample_error'] ?? null,
    uptime_seconds: report['uptime_seconds'] ?? 0,
    monthly_spend: report['monthly_spend'] ?? null,
    last_seen_at: row.last_seen_at,
    provision_timeout_ms: row.launched?.bootMs ?? settings.PROVISION_TIMEOUT_SECONDS * 1000,
    created_at: row.created_at,
    updated_at: row.updated_at,
  };
}

/** When it pauses by itself if nobody uses it, and what used it last. */
function presentAutoPause(row: WorkspaceRow) {
  const { auto_pause: autoPause, last_activity_at: at, last_activity_kind: kind } = row;
  if (autoPause === null) return null;
  const { idleMinutes, mode } = autoPause;
  const lastUse =
    row.status === 'online' ? latest([row.online_since, at, row.active_until, row.control_seen_at]) : null;
  return {
    idle_minutes: idleMinutes,
    mode,
    pauses_at: pausesAt(autoPause, lastUse),
    last_activity: at === null ? null : { kind, at },
  };
}

const latest = (times: readonly (Date | null)[]): Date | null =>
  times.reduce((last, time) => (time !== null && (last === null || time > last) ? time : last), null);

function presentInterruption(row: WorkspaceRow) {
  const { id, interruption, reason, paused_hourly_usd: pausedHourlyUsd, coming_back_on: comesBackOn } = row;
  if (interruption === null) return null;
  return { ...shownInterruption({ id, interruption, reason, pausedHourlyUsd }), comes_back_on: comesBackOn };
}

/** What is stored is not what its machine was launched as. */
function needsRestart(row: WorkspaceRow): boolean {
  return needsRecreate({ profile: profileOf(row), launched: row.launched as Launched | null });
}

/** What the machine's silence or its errors make of "online"; everything else is as the workflow decided. */
export function liveStatus(row: WorkspaceRow, settings: ApiSettings): string {
  if (row.status !== 'online' || row.last_seen_at === null) return row.status;
  if (row.read_at.getTime() - row.last_seen_at.getTime() > settings.LIVENESS_TTL_SECONDS * 1000) return 'offline';
  const { error_rate: errorRate, runtime_state: runtimeState } = row.report ?? {};
  if (runtimeState === 'wedged' || (typeof errorRate === 'number' && errorRate >= DEGRADED_ERROR_RATE))
    return 'degraded';
  return 'online';
}

function presentReason(reason: WorkspaceRow['reason']) {
  if (reason === null) return null;
  const nextStep = isErrorCode(reason.code) ? errorNextStep(reason.code, reason.context) : null;
  return { code: reason.code, error: reason.message, next_step: nextStep };
}
