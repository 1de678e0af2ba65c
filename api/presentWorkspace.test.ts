// A workspace as clients read it: what silence and errors of its machine make of "online" (facts/wire.md 1.4, 1.7).

import { readSettings } from '../config/settings.ts';
import type { WorkspaceId } from '../domain/ids.ts';
import type { WorkspaceRow } from '../store/workspaces.ts';
import { liveStatus, presentWorkspace } from './presentWorkspace.ts';

const nowMs = Date.parse('2026-11-01T12:00:00Z');
const settings = readSettings(
  {
    DATABASE_URL: 'postgres://localhost/x',
    ADMIN_TOKEN: 'a'.repeat(16),
    BERTH_SERVER_SECRET: 's'.repeat(32),
    LIVENESS_TTL_SECONDS: '180',
  },
  ['DATABASE_URL', 'ADMIN_TOKEN', 'BERTH_SERVER_SECRET'],
);
const row: WorkspaceRow = {
  id: '0b0e7f5e-9a5a-4d0e-8a39-5f6d2f6f3a11' as WorkspaceId,
  tenant_id: 'acme',
  name: 'x',
  role: null,
  runtime: null,
  tier: 3,
  compute: {},
  status: 'online',
  phase: 'ready',
  generation: 1,
  url: 'http://10.0.0.1',
  instance_id: 'i-1',
  instance_type: 't3.large',
  region: 'us-east-1',
  zone: 'us-east-1a',
  home_volume_id: 'vol-1',
  operation_id: null,
  operation_kind: null,
  reason: null,
  version: 2,
  created_at: new Date(nowMs - 600_000),
  updated_at: new Date(nowMs - 300_000),
  agent_card: { name: 'a' },
  last_seen_at: new Date(nowMs),
  report: {},
  launched: null,
  max_hourly_usd: null,
  restore_until: null,
  generations: 1,
  paused_hourly_usd: null,
  interruption: null,
  coming_back_on: null,
  auto_pause: null,
  parent_id: null,
  checkpoint_every_minutes: null,
  serving_since: new Date(nowMs - 300_000),
  last_restore_point: null,
  rebalance: null,
  online_since: new Date(nowMs - 300_000),
  last_activity_at: null,
  last_activity_kind: null,
  last_activity_by: null,
  active_until: null,
  control_seen_at: null,
  read_at: new Date(nowMs),
};
const seenAgo = (ms: number): WorkspaceRow => ({ ...row, last_seen_at: new Date(nowMs - ms) });
const reporting = (report: Record<string, unknown>): WorkspaceRow => ({ ...row, report });

it('a machine that was silent for longer than the TTL is offline, until then online', () => {
  expect(liveStatus(seenAgo(180_000), settings)).toBe('online');
  expect(liveStatus(seenAgo(180_001), settings)).toBe('offline');
});

it.each([
  [{ error_rate: 0.49 }, 'online'],
  [{ error_rate: 0.5 }, 'degraded'],
  [{ error_rate: 1 }, 'degraded'],
  [{ error_rate: '0.9' }, 'online'],
  [{ error_rate: 0, runtime_state: 'wedged' }, 'degraded'],
  [{ runtime_state: 'idle' }, 'online'],
  [{}, 'online'],
])('a machine that reports %j is %s', (report, status) => {
  expect(liveStatus(reporting(report), settings)).toBe(status);
});

it('what a silent machine said last no longer counts', () => {
  const silent = { ...reporting({ error_rate: 1 }), last_seen_at: new Date(nowMs - 200_000) };
  expect(liveStatus(silent, settings)).toBe('offline');
});

it.each(['provisioning', 'failed', 'removed'])('heartbeats change nothing about %s', (status) => {
  expect(liveStatus({ ...seenAgo(999_000), status, report: { error_rate: 1 } }, settings)).toBe(status);
});

it('shows the report, with quiet values where there is none', () => {
  expect(presentWorkspace(reporting({ active_tasks: 2, error_rate: 0.1 }), settings)).toMatchObject({
    status: 'online',
    active_tasks: 2,
    last_error_rate: 0.1,
    machine: { instance_id: 'i-1', instance_type: 't3.large', region: 'us-east-1', zone: 'us-east-1a' },
    home: { volume_id: 'vol-1' },
    operation: null,
    failure: null,
    provision_timeout_ms: 600_000,
  });
  const young = { ...row, status: 'provisioning', instance_id: null, home_volume_id: null, report: null };
  expect(
    presentWorkspace({ ...young, last_seen_at: null, operation_id: 'o', operation_kind: 'provision' }, settings),
  ).toMatchObject({
    status: 'provisioning',
    active_tasks: 0,
    last_error_rate: 0,
    uptime_seconds: 0,
    machine: null,
    home: null,
    operation: { id: 'o', kind: 'provision' },
    last_seen_at: null,
  });
});

it('a failure comes with what to do about it, where the registry knows its code', () => {
  const failing = (code: string): WorkspaceRow => ({
    ...row,
    status: 'failed',
    reason: { code, message: 'no', context: { tried: ['t3.large'] } },
  });
  expect(presentWorkspace(failing('CAPACITY_EXHAUSTED'), settings).failure).toEqual({
    code: 'CAPACITY_EXHAUSTED',
    error: 'no',
    next_step: 'Try again later, or ask for another instance type.',
  });
  expect(presentWorkspace(failing('OF_A_NEWER_VERSION'), settings).failure).toMatchObject({ next_step: null });
});

it('nothing of the row that clients have no use for is shown', () => {
  const shown = Object.keys(presentWorkspace(row, settings));
  for (const hidden of ['tenant_id', 'version', 'report', 'reason']) expect(shown).not.toContain(hidden);
});

it.each([
  ['CAPACITY_EXHAUSTED', 'capacity'],
  ['BUDGET_EXCEEDED', 'budget'],
  ['AWS_QUOTA_INSUFFICIENT', 'quota'],
  ['COST_ABOVE_AUTHORIZED', 'authorization'],
  ['SPOT_INTERRUPTED', 'user'],
  ['AWS_UNAUTHORIZED', 'operator'],
])('paused for %s it waits for %s, and says what that costs and what can be done', (code, waitsFor) => {
  const interruption = {
    instanceId: 'i-1',
    noticedAt: '2026-11-01T11:00:00Z',
    deadline: null,
    stage: 'waiting',
    checkpointId: null,
    restorePointId: 'rp-1',
    hasEnded: true,
    retryAt: null,
    attempts: 1,
  } as const;
  const waiting = {
    ...row,
    status: 'paused',
    interruption,
    paused_hourly_usd: '0.002',
    reason: { code, message: 'so', context: {} },
  };
  expect(presentWorkspace(waiting, settings).interruption).toMatchObject({
    waits_for: waitsFor,
    waits_because: 'so',
    waits_at_hourly_usd: '0.002',
    actions: [{ action: 'resume', method: 'POST' }, { action: 'configure' }, { action: 'delete' }],
  });
});
