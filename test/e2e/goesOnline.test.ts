// The main job: a workspace goes online, is read back, and leaves nothing behind when it is deleted.

import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { type Berth, startBerth } from '../support/berth.ts';

let berth: Berth;
beforeAll(async () => {
  berth = await startBerth();
});
afterAll(() => berth.stop());

const compute = { instance_type: 'm6i.large', volume: { root_gb: 64 } };

describe('a workspace', () => {
  let id: string;

  it('is provisioning at once and online when its machine has registered', async () => {
    const created = await berth.user.call('POST', '/workspaces', { name: 'first', tier: 2, role: 'coder', compute });
    expect(created).toEqual({ id: expect.any(String), status: 'provisioning', operation_id: expect.any(String) });
    id = created['id'] as string;
    // A caller reads its own write.
    expect(await berth.user.call('GET', `/workspaces/${id}`)).toMatchObject({
      id,
      status: 'provisioning',
      name: 'first',
    });

    const events = await berth.untilEvent(id, 'WORKSPACE_ONLINE');
    expect(events.map(({ event, payload }) => payload['step'] ?? event)).toEqual([
      'WORKSPACE_PROVISIONING',
      'planned',
      'launched',
      'home_created',
      'home_attached',
      'WORKSPACE_ONLINE',
    ]);
  });

  it('is what was asked for, in AWS and when read back', async () => {
    const [instance] = berth.instances();
    expect(instance).toMatchObject({ detail: 'm6i.large', state: 'running', billable: true });
    const read = await berth.user.call('GET', `/workspaces/${id}`);
    expect(read).toMatchObject({
      id,
      name: 'first',
      role: 'coder',
      tier: 2,
      status: 'online',
      phase: 'ready',
      generation: 1,
      compute,
      machine: { instance_id: instance!.id, instance_type: 'm6i.large', zone: instance!.zone },
    });
    expect(await berth.user.call('GET', `/workspaces/${id}/state`)).toEqual({
      workspace_id: id,
      status: 'online',
      paused: false,
      deleted: false,
    });
    expect(await berth.user.call('GET', '/workspaces')).toMatchObject([{ id, compute }]);
  });

  it('has its root and its home as volumes of their own, all tagged with whose they are', () => {
    const volumes = berth.emulator.ledger().entries.filter((entry) => entry.kind === 'volume');
    expect(volumes.map((volume) => volume.detail).sort()).toEqual(['20 GiB gp3', '64 GiB gp3']);
    for (const entry of berth.emulator.ledger().entries) {
      expect(entry.tags).toMatchObject({
        WorkspaceID: id,
        OrgID: 'default',
        Role: 'workspace',
        'berth:generation': '1',
      });
    }
  });

  it('shows its machine, status and tenant in Temporal', async () => {
    const { typedSearchAttributes } = await berth.temporal.workflow.getHandle(`workspace/${id}`).describe();
    const shown = Object.fromEntries(typedSearchAttributes.getAll().map(({ key, value }) => [key.name, value]));
    expect(shown).toMatchObject({
      BerthTenant: 'default',
      BerthStatus: 'online',
      BerthRegion: 'us-east-1',
      BerthInstance: berth.instances()[0]!.id,
    });
  });

  it('is gone for its user at once when it is deleted, and costs nothing soon after', async () => {
    expect(await berth.user.call('DELETE', `/workspaces/${id}`)).toMatchObject({
      status: 'removed',
      cascade_deleted: 0,
    });
    await expect(berth.user.call('GET', `/workspaces/${id}`)).rejects.toThrow('404');
    await berth.untilEvent(id, 'WORKSPACE_DESTROYED');
    expect(berth.billable()).toEqual([]);
    expect(await berth.user.call('GET', '/workspaces')).toEqual([]);
  });
});

it('mounts the home of the machine at /home/agent', async () => {
  const { id } = await berth.user.call<{ id: string }>('POST', '/workspaces', { name: 'with a home' });
  const online = (await berth.untilEvent(id, 'WORKSPACE_ONLINE')).at(-1)!;
  const { instance_id: instanceId, home_volume_id: volumeId } = online.payload;
  const home = join(berth.folder, 'machines', String(instanceId), 'home', 'agent');
  expect(await realpath(home)).toMatch(new RegExp(`/volumes/${String(volumeId)}$`));
  await berth.user.call('DELETE', `/workspaces/${id}`);
  await berth.untilEvent(id, 'WORKSPACE_DESTROYED');
  await expect(realpath(home)).rejects.toThrow('ENOENT');
});

it('stores a workspace without a compute block as such, and gives it the platform default', async () => {
  const { id } = await berth.user.call<{ id: string }>('POST', '/workspaces', { name: 'plain' });
  await berth.untilEvent(id, 'WORKSPACE_ONLINE');
  expect(await berth.user.call('GET', `/workspaces/${id}`)).toMatchObject({
    compute: {},
    tier: 3,
    machine: { instance_type: 't3.large' },
  });
});
