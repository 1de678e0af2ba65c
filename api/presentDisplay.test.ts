// A display as clients read it: its state from what the machine says, and nobody's name but one's own (facts/wire.md 1.9, R50, R95).

import { readSettings } from '../config/settings.ts';
import { type Lock, newLock } from '../domain/control-lock.ts';
import type { WorkspaceRow } from '../store/workspaces.ts';
import { displayStatus, presentControl, presentDisplay } from './presentDisplay.ts';

const now = Date.parse('2026-11-01T12:00:00Z');
const settings = readSettings(
  { DATABASE_URL: 'postgres://localhost/x', ADMIN_TOKEN: 'a'.repeat(16), BERTH_SERVER_SECRET: 's'.repeat(32) },
  ['DATABASE_URL', 'ADMIN_TOKEN', 'BERTH_SERVER_SECRET'],
);
const row = (changed: Partial<WorkspaceRow> = {}) =>
  ({
    status: 'online',
    phase: 'ready',
    compute: { display: { mode: 'desktop-control', width: 1280 } },
    launched: null,
    instance_id: 'i-1',
    last_seen_at: new Date(now),
    read_at: new Date(now),
    report: { display: { x: true, rfb: true } },
    ...changed,
  }) as WorkspaceRow;

it.each<[string, Partial<WorkspaceRow>]>([
  ['ready', {}],
  ['ready-but-display-server-down', { report: { display: { x: true, rfb: false } } }],
  ['ready-but-display-server-down', { report: { display: { x: false, rfb: true } } }],
  ['starting', { report: {} }],
  ['starting', { status: 'provisioning', phase: 'restarting' }],
  ['provisioning', { status: 'provisioning', phase: 'provisioning', instance_id: null }],
  ['offline', { last_seen_at: new Date(now - 181_000) }],
  ['offline', { status: 'paused', phase: 'paused' }],
  ['not_configured', { status: 'failed', phase: 'failed' }],
])('is %s with %j', (status, changed) => {
  expect(displayStatus(row(changed), settings)).toBe(status);
});

const held: Lock = {
  ...newLock(),
  fence: 3,
  holder: { controller: 'user', actor: 'session:ada' },
  grantedAt: now,
  expiresAt: now + 1_000,
};

it('names a person to nobody but themselves, and an agent to all; shows no address and no secret', () => {
  expect(presentControl(held, 'session:ada')).toMatchObject({ controlled_by: 'session:ada', is_you: true });
  expect(presentControl(held, 'admin-token')).toMatchObject({ controlled_by: 'session', is_you: false });
  const agents: Lock = { ...held, holder: { controller: 'agent', actor: 'workspace:w' } };
  expect(presentControl(agents, 'admin-token')).toMatchObject({ controller: 'agent', controlled_by: 'workspace:w' });
  const shown = presentDisplay(row({ last_seen_at: new Date() }), settings, held, 'admin-token');
  expect(shown).toMatchObject({ available: true, width: 1280, height: 1080, protocol: 'novnc', status: 'ready' });
  expect(JSON.stringify(shown)).not.toMatch(/ada|url|http|token=/);
});

it('without a display there is nothing to say', () => {
  expect(presentDisplay(row({ compute: {} }), settings, newLock(), 'admin-token')).toEqual({
    available: false,
    reason: 'display_not_enabled',
  });
});
