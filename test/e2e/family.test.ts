// A parent is paused, resumed and deleted with its descendants.

import { type Berth, startBerth } from '../support/berth.ts';
import { operationsOf } from '../support/operations.ts';

let berth: Berth;
let on: ReturnType<typeof operationsOf>;
beforeAll(async () => {
  berth = await startBerth();
  on = operationsOf(berth);
});
afterAll(() => berth.stop());

type Answer = { readonly status: number; readonly body: Record<string, unknown> };
const ask = async (method: string, path: string, body?: object, key?: string): Promise<Answer> => {
  const answer = await fetch(`${berth.apiUrl}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${berth.adminToken}`,
      'content-type': 'application/json',
      ...(key === undefined ? {} : { 'idempotency-key': key }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
};
const family = async () => {
  const top = (await on.online('parent')).id;
  const [left, right] = await Promise.all(
    ['left', 'right'].map(async (name) => (await on.online(name, { parent_id: top })).id),
  );
  const below = (await on.online('grandchild', { parent_id: left })).id;
  return { top, left: left!, right: right!, below };
};
const statuses = (ids: readonly string[]) => Promise.all(ids.map(async (id) => (await on.read(id)).status));

it('pauses all of them, and resumes those that were paused with it', async () => {
  const { top, left, right, below } = await family();
  expect(await on.read(below)).toMatchObject({ parent_id: left });
  // On its own before: it is not resumed with the parent.
  expect(await on.run(right, 'pause')).toMatchObject({ status: 'succeeded' });
  const paused = await ask('POST', `/workspaces/${top}/pause`, {}, 'pause-all');
  expect(paused).toMatchObject({ status: 200, body: { status: 'paused', paused_count: 3, not_paused: [] } });
  expect(await ask('POST', `/workspaces/${top}/pause`, {}, 'pause-all')).toEqual(paused);
  const events = await Promise.all([top, left, below].map((id) => berth.untilEvent(id, 'WORKSPACE_PAUSED')));
  expect(events.map((seen) => seen.at(-1)!.payload['because'])).toEqual([undefined, 'parent', 'parent']);
  expect(await statuses([top, left, right, below])).toEqual(['paused', 'paused', 'paused', 'paused']);

  const alone = await ask('POST', `/workspaces/${below}/resume`);
  expect(alone).toMatchObject({ status: 409, body: { code: 'PARENT_PAUSED', parent_id: left } });
  const resumed = await ask('POST', `/workspaces/${top}/resume`);
  expect(resumed).toMatchObject({ status: 200, body: { status: 'provisioning', resumed_count: 3, not_resumed: [] } });
  await Promise.all([top, left, below].map((id) => untilOnline(id)));
  expect(await statuses([right])).toEqual(['paused']);
});

it('asks before it deletes what is below, and leaves nothing then', async () => {
  const { top, left, right, below } = await family();
  const asked = await ask('DELETE', `/workspaces/${top}`);
  expect(asked).toMatchObject({
    status: 409,
    body: { status: 'confirmation_required', code: 'CHILDREN_NOT_CONFIRMED', children_count: 3 },
  });
  expect(await statuses([top, left, right, below])).toEqual(['online', 'online', 'online', 'online']);
  const deleted = await ask('DELETE', `/workspaces/${top}?confirm=true`);
  expect(deleted).toMatchObject({ status: 200, body: { status: 'removed', cascade_deleted: 3 } });
  const seen = await Promise.all([top, left, right, below].map((id) => berth.untilEvent(id, 'WORKSPACE_DESTROYED')));
  expect(seen[0]!.find(({ event }) => event === 'WORKSPACE_REMOVED')!.payload).toMatchObject({ cascade_deleted: 3 });
  const ids = [top, left, right, below];
  expect(berth.billable().filter(({ tags }) => ids.includes(tags['WorkspaceID'] ?? ''))).toEqual([]);
});

it('has no parent that is not there, and no circle', async () => {
  const { top, left, below } = await family();
  const unknown = '00000000-0000-4000-8000-000000000000';
  expect(await ask('POST', '/workspaces', { name: 'x', parent_id: unknown })).toMatchObject({
    status: 400,
    body: { code: 'PARENT_NOT_FOUND' },
  });
  for (const parent_id of [top, left, below]) {
    const answer = await ask('PATCH', `/workspaces/${top}`, { parent_id });
    expect(answer).toMatchObject({ status: 400, body: { code: 'PARENT_CIRCULAR' } });
  }
  expect(await ask('PATCH', `/workspaces/${below}`, { parent_id: top })).toMatchObject({ status: 200 });
  expect(await on.read(below)).toMatchObject({ parent_id: top });
  expect(await ask('PATCH', `/workspaces/${below}`, { parent_id: null })).toMatchObject({ status: 200 });
  expect(await on.read(below)).toMatchObject({ parent_id: null });
});

async function untilOnline(id: string): Promise<void> {
  await on.untilRead(id, ({ status }) => status === 'online');
}
