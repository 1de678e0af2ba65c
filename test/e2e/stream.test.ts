// The stream of events: in order, resumable, and none missed when the API restarts in the middle.

import type { MachineRuntime } from '../../emulator/machines/runtime.ts';
import { type Berth, startBerth } from '../support/berth.ts';
import { inlineMachines } from '../../emulator/machines/inline.ts';

/** Machines wait for the test's word to boot. */
let boot = Promise.resolve();
const machines: MachineRuntime = {
  boot(machine) {
    const running = boot.then(() => inlineMachines().boot(machine));
    return { stop: async () => (await running).stop() };
  },
};

let berth: Berth;
beforeAll(async () => {
  berth = await startBerth({ emulator: { machines } });
});
afterAll(() => berth.stop());

const create = async (): Promise<string> =>
  (await berth.user.call<{ id: string }>('POST', '/workspaces', { name: 'watched' })).id;

it('a client that is cut off by a restart of the API resumes and misses nothing', async () => {
  let release = (): void => {};
  boot = new Promise((resolve) => {
    release = resolve;
  });
  const id = await create();
  const watching = new AbortController();
  const seen: string[] = [];
  for await (const { id: eventId, event, payload } of berth.user.events(id, watching.signal)) {
    seen.push(`${eventId} ${String(payload['step'] ?? event)}`);
    if (payload['step'] === 'home_attached') {
      await berth.restartApi();
      release();
    }
    if (event === 'WORKSPACE_ONLINE') break;
  }
  watching.abort();
  expect(seen.map((line) => line.split(' ')[1])).toEqual([
    'WORKSPACE_PROVISIONING',
    'planned',
    'launched',
    'home_created',
    'home_attached',
    'WORKSPACE_ONLINE',
  ]);
  expect(new Set(seen).size).toBe(seen.length);
});

it('Last-Event-ID resumes after that event, and nonsense is refused', async () => {
  const id = await create();
  const all = await berth.untilEvent(id, 'WORKSPACE_ONLINE');
  const stop = new AbortController();
  const open = (lastEventId: string) =>
    fetch(`${berth.apiUrl}/workspaces/${id}/events/stream`, {
      headers: { authorization: `Bearer ${berth.adminToken}`, 'last-event-id': lastEventId },
      signal: stop.signal,
    });
  const resumed = await open(all.at(-2)!.id);
  expect(resumed.headers.get('content-type')).toContain('text/event-stream');
  const reader = resumed.body!.getReader();
  const { value } = await reader.read();
  expect(new TextDecoder().decode(value)).toMatch(new RegExp(`^data: .*WORKSPACE_ONLINE.*\\nid: ${all.at(-1)!.id}\\n`));
  const refused = await open('yesterday');
  expect(await refused.json()).toMatchObject({ code: 'INVALID_LAST_EVENT_ID' });
  stop.abort();
});

it('GET /events lists the newest first, with the names that the canvas reads', async () => {
  const id = await create();
  await berth.untilEvent(id, 'WORKSPACE_ONLINE');
  const [newest, ...older] = await berth.user.call<Record<string, unknown>[]>('GET', '/events');
  expect(newest).toEqual({
    id: expect.any(String),
    event_type: 'WORKSPACE_ONLINE',
    workspace_id: id,
    payload: expect.objectContaining({ generation: 1, url: null }),
    created_at: expect.any(String),
  });
  expect(older.length).toBeGreaterThan(5);
  expect(await berth.user.call('GET', `/events/${id}`)).toHaveLength(6);
});
