// The read model of workspaces: what an older version, a repeat or an older generation must not change.

import { randomUUID } from 'node:crypto';
import type { TenantId, WorkspaceId } from '../domain/ids.ts';
import { newWorkspace, type WorkspaceState } from '../domain/workspace.ts';
import { useDatabase } from '../test/support/database.ts';
import { eventsAfter } from './events.ts';
import { recordHeartbeat } from './heartbeats.ts';
import type { Database } from './pool.ts';
import { findWorkspace, listWorkspaces, publishWorkspace } from './workspaces.ts';

let db: Database;
useDatabase((opened) => {
  db = opened;
});

const workspace = (changed: Partial<WorkspaceState> = {}): WorkspaceState => ({
  ...newWorkspace(randomUUID() as WorkspaceId, 'acme' as TenantId),
  profile: { name: 'x', role: null, runtime: null, tier: 3, compute: { instance_type: 't3.large' } },
  version: 1,
  generation: 1,
  phase: 'provisioning',
  ...changed,
});
const online = (state: WorkspaceState, version: number): WorkspaceState => ({
  ...state,
  version,
  status: 'online',
  phase: 'ready',
  machine: {
    instanceId: `i-${state.workspaceId}`,
    instanceType: 't3.large',
    zone: 'a',
    region: 'r',
    generation: 1,
    attempt: 1,
  },
  home: { volumeId: 'vol-1', zone: 'a', sizeGb: 20 },
});
const event = (type: string) => ({ id: randomUUID(), type, payload: { n: 1 } });
const read = (state: WorkspaceState) => findWorkspace(db, 'acme', state.workspaceId);
const typesOf = async (state: WorkspaceState): Promise<string[]> =>
  (await eventsAfter(db, state.workspaceId, 0, 100)).map((row) => row.event_type);

it('a row says what was published', async () => {
  const state = workspace();
  await publishWorkspace(db, state, []);
  expect(await read(state)).toMatchObject({
    id: state.workspaceId,
    tenant_id: 'acme',
    compute: { instance_type: 't3.large' },
    status: 'provisioning',
    version: 1,
    instance_id: null,
    reason: null,
    last_seen_at: null,
  });
  await publishWorkspace(db, online(state, 2), []);
  expect(await read(state)).toMatchObject({ status: 'online', instance_id: `i-${state.workspaceId}`, version: 2 });
});

it('an older version that comes late never overwrites a newer one, but its events count', async () => {
  const state = workspace();
  await publishWorkspace(db, online(state, 2), [event('WORKSPACE_ONLINE')]);
  await publishWorkspace(db, { ...state, version: 1 }, [event('WORKSPACE_PROVISIONING')]);
  expect(await read(state)).toMatchObject({ version: 2, status: 'online' });
  await publishWorkspace(db, { ...state, version: 2 }, []);
  expect(await read(state)).toMatchObject({ version: 2, status: 'online' });
  expect(await typesOf(state)).toEqual(['WORKSPACE_ONLINE', 'WORKSPACE_PROVISIONING']);
});

it('versions published at once in any order end with the newest', async () => {
  const state = workspace();
  const versions = [3, 7, 1, 8, 2, 6, 5, 4];
  await Promise.all(versions.map((version) => publishWorkspace(db, { ...state, version }, [])));
  expect(await read(state)).toMatchObject({ version: 8 });
});

it('the events of a repeated publish are there once', async () => {
  const state = workspace();
  const events = [event('WORKSPACE_PROVISIONING'), event('WORKSPACE_ONLINE')];
  await publishWorkspace(db, state, events);
  await Promise.all([publishWorkspace(db, state, events), publishWorkspace(db, state, events)]);
  expect(await typesOf(state)).toEqual(['WORKSPACE_PROVISIONING', 'WORKSPACE_ONLINE']);
});

it('a row and its events come together or not at all', async () => {
  const state = workspace();
  const broken = { ...event('BROKEN'), id: 'no uuid' };
  await expect(publishWorkspace(db, state, [event('WORKSPACE_PROVISIONING'), broken])).rejects.toThrow('uuid');
  expect(await read(state)).toBeNull();
  expect(await typesOf(state)).toEqual([]);
});

it('a list shows the tenant its own, oldest first, without the removed; a look-up finds those too', async () => {
  const tenantId = 'lister' as TenantId;
  const [older, removed, newer] = [workspace({ tenantId }), workspace({ tenantId }), workspace({ tenantId })];
  for (const state of [older, removed, newer]) await publishWorkspace(db, state, []);
  await publishWorkspace(db, { ...removed, version: 2, status: 'removed', phase: 'destroying' }, []);
  const listed = await listWorkspaces(db, tenantId);
  expect(listed.map((row) => row.id)).toEqual([older.workspaceId, newer.workspaceId]);
  expect(await findWorkspace(db, tenantId, removed.workspaceId)).toMatchObject({ status: 'removed' });
  expect(await findWorkspace(db, 'acme', older.workspaceId)).toBeNull();
});

it("only the present generation's heartbeats are shown, and an older one's never replace them", async () => {
  const state = workspace({ generation: 2 });
  await publishWorkspace(db, state, []);
  await recordHeartbeat(db, state.workspaceId, 1, { active_tasks: 1 });
  expect(await read(state)).toMatchObject({ last_seen_at: null, report: null });
  await recordHeartbeat(db, state.workspaceId, 2, { active_tasks: 2 });
  expect(await read(state)).toMatchObject({ last_seen_at: expect.any(Date), report: { active_tasks: 2 } });
  await recordHeartbeat(db, state.workspaceId, 1, { active_tasks: 1 });
  expect(await read(state)).toMatchObject({ report: { active_tasks: 2 } });
  await publishWorkspace(db, { ...state, version: 2, generation: 3 }, []);
  expect(await read(state)).toMatchObject({ last_seen_at: null, report: null });
});

it('a workspace that was never created has nothing to publish', async () => {
  await expect(publishWorkspace(db, workspace({ profile: null }), [])).rejects.toThrow('nothing to publish');
});
