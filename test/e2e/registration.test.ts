// The boot credential: good for one registration of one launch, exchanged once for the workspace's own token.

import { bootCredential } from '../../credentials/bootCredential.ts';
import type { WorkspaceId } from '../../domain/ids.ts';
import { noMachines } from '../../emulator/machines/runtime.ts';
import { type Berth, startBerth } from '../support/berth.ts';

let berth: Berth;
beforeAll(async () => {
  berth = await startBerth({ emulator: { machines: noMachines() } });
});
afterAll(() => berth.stop());

const credentialOf = (id: string, generation = 1, attempt = 1): string =>
  bootCredential(berth.env['BERTH_SERVER_SECRET']!, { workspaceId: id as WorkspaceId, generation, attempt });

async function post(path: string, token: string, body: unknown) {
  const response = await fetch(`${berth.apiUrl}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Record<string, string> };
}

/** A workspace whose machine has been launched, has its home and says nothing. */
async function launched(): Promise<{ id: string; instanceId: string; volumeId: string }> {
  const { id } = await berth.user.call<{ id: string }>('POST', '/workspaces', { name: 'silent' });
  const watching = new AbortController();
  for await (const { payload } of berth.user.events(id, watching.signal)) {
    if (payload['step'] !== 'home_attached') continue;
    watching.abort();
    return { id, instanceId: String(payload['instance_id']), volumeId: String(payload['volume_id']) };
  }
  throw new Error('unreachable');
}

const registration = ({ id, instanceId, volumeId }: Awaited<ReturnType<typeof launched>>, mounted = true) => ({
  id,
  instance_id: instanceId,
  home: { volume_id: volumeId, mounted },
});

it('is exchanged for a token; a lost answer may be asked for again until the token is used', async () => {
  const machine = await launched();
  const credential = credentialOf(machine.id);
  const first = await post('/registry/register', credential, registration(machine));
  expect(first).toMatchObject({ status: 200, body: { status: 'registered', auth_token: expect.any(String) } });
  const second = await post('/registry/register', credential, registration(machine));
  expect(second.body['auth_token']).not.toBe(first.body['auth_token']);

  const beat = { workspace_id: machine.id, active_tasks: 2 };
  expect(await post('/registry/heartbeat', first.body['auth_token']!, beat)).toMatchObject({
    body: { code: 'WORKSPACE_AUTH_INVALID' },
  });
  expect(await post('/registry/heartbeat', second.body['auth_token']!, beat)).toEqual({
    status: 200,
    body: { status: 'ok' },
  });
  expect(await post('/registry/register', credential, registration(machine))).toMatchObject({
    status: 409,
    body: { code: expect.stringMatching(/BOOT_CREDENTIAL_USED|GENERATION_SUPERSEDED/) },
  });

  await berth.untilEvent(machine.id, 'WORKSPACE_ONLINE');
  expect(await berth.user.call('GET', `/workspaces/${machine.id}`)).toMatchObject({
    status: 'online',
    active_tasks: 2,
  });
  // The token opens its own workspace and no other.
  const headers = { authorization: `Bearer ${second.body['auth_token']}` };
  expect((await fetch(`${berth.apiUrl}/workspaces/${machine.id}/state`, { headers })).status).toBe(200);
  const other = await launched();
  expect((await fetch(`${berth.apiUrl}/workspaces/${other.id}/state`, { headers })).status).toBe(401);
  expect((await fetch(`${berth.apiUrl}/workspaces`, { headers })).status).toBe(401);
});

it('is refused for another workspace, another launch, another instance, and without the home', async () => {
  const [machine, other] = [await launched(), await launched()];
  const body = registration(machine);
  const invalid = { status: 401, body: { code: 'BOOT_CREDENTIAL_INVALID' } };
  expect(await post('/registry/register', credentialOf(other.id), body)).toMatchObject(invalid);
  expect(await post('/registry/register', credentialOf(machine.id, 1, 2), body)).toMatchObject(invalid);
  expect(await post('/registry/register', credentialOf(machine.id, 2), body)).toMatchObject(invalid);
  expect(await post('/registry/register', `${credentialOf(machine.id).slice(0, -2)}xx`, body)).toMatchObject(invalid);
  expect(
    await post('/registry/register', credentialOf(machine.id), { ...body, instance_id: other.instanceId }),
  ).toMatchObject(invalid);
  expect(await post('/registry/register', credentialOf(machine.id), registration(machine, false))).toMatchObject({
    status: 409,
    body: { code: 'HOME_NOT_MOUNTED' },
  });
});

it('of a generation that was given up is refused, and so is its token', async () => {
  const machine = await launched();
  const { body } = await post('/registry/register', credentialOf(machine.id), registration(machine));
  await berth.untilEvent(machine.id, 'WORKSPACE_ONLINE');
  await berth.user.call('DELETE', `/workspaces/${machine.id}`);
  await berth.untilEvent(machine.id, 'WORKSPACE_DESTROYED');
  const superseded = { status: 409, body: { code: 'GENERATION_SUPERSEDED' } };
  expect(await post('/registry/register', credentialOf(machine.id), registration(machine))).toMatchObject(superseded);
  expect(await post('/registry/heartbeat', body['auth_token']!, { workspace_id: machine.id })).toMatchObject(
    superseded,
  );
});

it('is not in what the API, the events or the records of Temporal show', async () => {
  const machine = await launched();
  const secretPart = credentialOf(machine.id).split('.').at(-1)!;
  const shown = JSON.stringify([
    await berth.user.call('GET', `/workspaces/${machine.id}`),
    await berth.user.call('GET', `/events/${machine.id}`),
  ]);
  expect(shown).not.toContain(secretPart);
  for await (const execution of berth.temporal.workflow.list({
    query: `WorkflowId STARTS_WITH "workspace/${machine.id}"`,
  })) {
    const history = await berth.temporal.workflow.getHandle(execution.workflowId).fetchHistory();
    const payloads = JSON.stringify(history, (_, value) =>
      value instanceof Uint8Array ? Buffer.from(value).toString() : value,
    );
    expect(payloads).not.toContain(secretPart);
  }
});
