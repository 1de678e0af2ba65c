// A workspace's display as clients read it (facts/wire.md 1.9): its state from evidence, and who has control, never by a person's name.

import type { Lock } from '../domain/control-lock.ts';
import { controllerOf } from '../domain/control-lock.ts';
import { shownActor } from '../domain/control-lock-shown.ts';
import type { DisplayMode } from '../domain/compute/block.ts';
import type { WorkspaceRow } from '../store/workspaces.ts';
import type { ApiSettings } from './context.ts';
import { liveStatus } from './presentWorkspace.ts';

export type DisplayStatus =
  | 'not_configured'
  | 'provisioning'
  | 'starting'
  | 'ready'
  | 'offline'
  | 'ready-but-display-server-down';

type Block = {
  readonly mode?: DisplayMode;
  readonly width?: number;
  readonly height?: number;
  readonly protocol?: string;
};

/** What its machine was launched with; before that, what is stored. */
const blockOf = (row: WorkspaceRow): Block =>
  ((row.launched?.compute ?? row.compute)['display'] as Block | undefined) ?? {};

/** Asked for with a display, whatever has become of it. */
export const hasDisplay = (row: WorkspaceRow): boolean => (blockOf(row).mode ?? 'none') !== 'none';

/** The machine says in each heartbeat whether X answers and the RFB banner is read: an open port is no evidence. */
export function displayStatus(row: WorkspaceRow, settings: ApiSettings): DisplayStatus {
  if (row.phase === 'new' || row.status === 'failed') return 'not_configured';
  if (row.status === 'provisioning') return row.instance_id === null ? 'provisioning' : 'starting';
  const status = liveStatus(row, settings);
  if (status !== 'online' && status !== 'degraded') return 'offline';
  const display = row.report?.['display'] as { readonly x: boolean; readonly rfb: boolean } | undefined;
  if (display === undefined) return 'starting';
  return display.x && display.rfb ? 'ready' : 'ready-but-display-server-down';
}

/** The body of GET /workspaces/:id/display: never an address or a credential (R50). `viewer` alone reads their own name. */
export function presentDisplay(row: WorkspaceRow, settings: ApiSettings, lock: Lock, viewer: string) {
  if (!hasDisplay(row)) return { available: false, reason: 'display_not_enabled' };
  const { mode, protocol = 'novnc', width, height } = blockOf(row);
  const status = displayStatus(row, settings);
  const isAvailable = status === 'ready' || status === 'starting';
  return {
    available: isAvailable,
    ...(isAvailable ? {} : { reason: 'display_session_unavailable' }),
    mode,
    protocol,
    width: width ?? settings.DESKTOP_WIDTH,
    height: height ?? settings.DESKTOP_HEIGHT,
    status,
    ...presentControl(lock, viewer),
  };
}

/** `viewer` alone reads their own name. */
export function presentControl(lock: Lock, viewer: string) {
  const { holder, pending, parked, fence, expiresAt, isAgentPaused, ttlSeconds } = lock;
  const nameOf = (actor: string): string => (actor === viewer ? actor : shownActor(actor));
  return {
    controller: controllerOf(lock),
    ...(holder === null
      ? {}
      : {
          controlled_by: nameOf(holder.actor),
          is_you: holder.actor === viewer,
          ttl_seconds: ttlSeconds,
          expires_at: expiresAt === null ? null : new Date(expiresAt).toISOString(),
        }),
    fence,
    pending:
      pending === null
        ? null
        : {
            requested_by: nameOf(pending.actor),
            request_id: pending.requestId,
            deadline_at: new Date(pending.deadlineAt).toISOString(),
          },
    parked: parked === null ? null : { reason: parked.reason, until: new Date(parked.until).toISOString() },
    agent_paused: isAgentPaused,
  };
}
