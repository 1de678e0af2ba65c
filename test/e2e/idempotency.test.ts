// The same Idempotency-Key: one workspace and one answer, at once and later; another request with it is refused.

import { randomUUID } from 'node:crypto';
import { type Berth, startBerth } from '../support/berth.ts';

let berth: Berth;
beforeAll(async () => {
  berth = await startBerth();
});
afterAll(() => berth.stop());

async function send(method: string, path: string, key: string, body?: unknown, tenant = 'default') {
  const response = await fetch(`${berth.apiUrl}${path}`, {
    method,
    headers: { authorization: `Bearer ${berth.adminToken}`, 'idempotency-key': key, 'x-molecule-org-id': tenant },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, string> };
}

it('many creates at once with one key make one workspace', async () => {
  const key = randomUUID();
  const answers = await Promise.all(
    Array.from({ length: 5 }, () => send('POST', '/workspaces', key, { name: 'once' })),
  );
  for (const answer of answers) expect(answer).toEqual(answers[0]);
  expect(answers[0]!.status).toBe(201);
  const id = answers[0]!.body['id']!;
  await berth.untilEvent(id, 'WORKSPACE_ONLINE');
  expect(berth.instances()).toHaveLength(1);
  expect(await berth.user.call('GET', '/workspaces')).toMatchObject([{ id }]);
});

it('a repeat gets the first answer, even after the workspace is gone', async () => {
  const [create, restart, remove] = [randomUUID(), randomUUID(), randomUUID()];
  const first = await send('POST', '/workspaces', create, { name: 'later', tier: 2 });
  const id = first.body['id']!;
  await berth.untilEvent(id, 'WORKSPACE_ONLINE');
  // The order of the fields does not make another request.
  expect(await send('POST', '/workspaces', create, { tier: 2, name: 'later' })).toEqual(first);
  const restarted = await send('POST', `/workspaces/${id}/restart`, restart);
  expect(restarted.status).toBe(200);
  const removed = await send('DELETE', `/workspaces/${id}`, remove);
  await berth.untilEvent(id, 'WORKSPACE_DESTROYED');
  expect(await send('DELETE', `/workspaces/${id}`, remove)).toEqual(removed);
  expect(await send('POST', `/workspaces/${id}/restart`, restart)).toEqual(restarted);
  expect(await send('POST', '/workspaces', create, { name: 'later', tier: 2 })).toEqual(first);
  expect(berth.instances().filter((instance) => instance.tags['WorkspaceID'] === id)).toHaveLength(1);
});

it('the same key with another body or on another path is refused', async () => {
  const key = randomUUID();
  const first = await send('POST', '/workspaces', key, { name: 'one' });
  const reused = { status: 422, body: { code: 'IDEMPOTENCY_KEY_REUSED' } };
  expect(await send('POST', '/workspaces', key, { name: 'other' })).toMatchObject(reused);
  expect(await send('DELETE', `/workspaces/${first.body['id']}`, key)).toMatchObject(reused);
});

it('the same key of another tenant is another request', async () => {
  const key = randomUUID();
  const ours = await send('POST', '/workspaces', key, { name: 'one' });
  const theirs = await send('POST', '/workspaces', key, { name: 'other' }, 'acme');
  expect(theirs.status).toBe(201);
  expect(theirs.body['id']).not.toBe(ours.body['id']);
  // Another tenant's workspace is not there.
  expect((await send('DELETE', `/workspaces/${theirs.body['id']}`, randomUUID())).status).toBe(404);
});

it('a second delete joins the first, and a delete of what is gone says so', async () => {
  const { body } = await send('POST', '/workspaces', randomUUID(), { name: 'twice' });
  await berth.untilEvent(body['id']!, 'WORKSPACE_ONLINE');
  // Long enough for both to arrive while it runs.
  berth.emulator.control.faults.add({ action: 'TerminateInstances', effect: 'before', delayMs: 3_000 });
  const both = await Promise.all([1, 2].map(() => send('DELETE', `/workspaces/${body['id']}`, randomUUID())));
  expect(both.map((answer) => answer.status)).toEqual([200, 200]);
  // Both are told of the operation that there is.
  const [first, second] = both.map((answer) => answer.body['operation_id']);
  expect(second).toBe(first);
  await berth.untilEvent(body['id']!, 'WORKSPACE_DESTROYED');
  const path = `/workspaces/${body['id']}/operations/${first}`;
  expect(await berth.user.call('GET', path)).toMatchObject({ id: first, kind: 'destroy', result: 'destroyed' });
  await expect(berth.temporal.workflow.getHandle(`workspace/${body['id']}`).result()).resolves.toBeUndefined();
  expect(await send('DELETE', `/workspaces/${body['id']}`, randomUUID())).toMatchObject({
    status: 404,
    body: { code: 'WORKSPACE_REMOVED' },
  });
});
