// Control of a display from hand to hand: agent and people over HTTP, the agent's machine with its real sidecar.

import { type Berth, startBerth } from '../support/berth.ts';
import { busy, desktopMachines, desktopsOf, gate } from '../support/desktop.ts';

let berth: Berth;
let on: ReturnType<typeof desktopsOf>;
const machines = desktopMachines();
beforeAll(async () => {
  berth = await startBerth({
    settings: { TAKEOVER_GRACE_MS: '400', QUIESCE_TIMEOUT_SECONDS: '5' },
    emulator: { machines: machines.runtime },
  });
  on = desktopsOf(berth);
});
afterAll(() => berth.stop());

it('a person acquires, renews and releases it, and reads it back', async () => {
  const id = await on.online('alone');
  expect(await on.read(id)).toMatchObject({ controller: 'none', fence: 0 });
  const taken = await on.control(id, 'acquire', { ttl_seconds: 60 });
  expect(taken).toMatchObject({
    status: 200,
    body: { controller: 'user', controlled_by: 'admin-token', is_you: true, fence: 1, ttl_seconds: 60 },
  });
  expect(await on.control(id, 'acquire', { ttl_seconds: 90 })).toMatchObject({ body: { fence: 1, ttl_seconds: 90 } });
  const renewed = await on.control(id, 'renew', { ttl_seconds: 300 });
  expect(renewed).toMatchObject({ status: 200, body: { fence: 1, ttl_seconds: 300 } });
  expect(Date.parse(String(renewed.body['expires_at']))).toBeGreaterThan(Date.parse(String(taken.body['expires_at'])));
  expect(await on.control(id, 'release')).toMatchObject({ status: 200, body: { controller: 'none', fence: 2 } });
  expect(await on.control(id, 'release')).toMatchObject({ status: 200, body: { controller: 'none', fence: 2 } });
  expect(await on.control(id, 'renew')).toMatchObject({ status: 409, body: { code: 'DISPLAY_CONTROL_REQUIRED' } });
  const { events, chain_valid } = await on.audit(id);
  expect(chain_valid).toBe(true);
  expect(events.map(({ verb, stage }) => `${String(verb)} ${String(stage)}`).reverse()).toEqual([
    'acquire started',
    'acquire completed',
    'renew completed',
    'renew completed',
    'release started',
    'release completed',
    'renew failed',
  ]);
});

it('another person is refused, and is not told who it is', async () => {
  const id = await on.online('two people');
  const other = await on.orgToken('other');
  await on.control(id, 'acquire', {}, other);
  const refused = await on.control(id, 'acquire');
  expect(refused).toMatchObject({
    status: 409,
    body: { error: 'display control already held', current: { controller: 'user', controlled_by: 'org-token' } },
  });
  expect(JSON.stringify(refused.body)).not.toContain(other.slice(0, 8));
  expect(await on.control(id, 'release')).toMatchObject({
    status: 409,
    body: { error: 'display control held by another caller' },
  });
  const third = await on.orgToken('third');
  expect(await on.control(id, 'release', { force: true }, third)).toMatchObject({ status: 403 });
  expect(await on.control(id, 'acquire', { force: true })).toMatchObject({ status: 200, body: { fence: 3 } });
  expect(await on.control(id, 'renew', {}, other)).toMatchObject({ body: { code: 'DISPLAY_CONTROL_OTHER' } });
});

it('the agent yields: the action in flight completes, the queued ones are cancelled, and the person has it', async () => {
  const id = await on.online('yields');
  const { actions, control } = await machines.agent(id);
  const { fence } = (await control.acquire(300)) as { fence: number };
  actions.granted(fence);
  const [inFlight, hasBegun] = [gate(), gate()];
  const done: string[] = [];
  const batch = actions.submit([
    { kind: 'screenshot', run: async () => void done.push('look') },
    {
      kind: 'pointer',
      run: async () => {
        hasBegun.open();
        await inFlight.opened;
        done.push('click');
      },
    },
    { kind: 'keyboard', run: async () => void done.push('type') },
    { kind: 'pointer', run: async () => void done.push('click again') },
  ]);
  await hasBegun.opened;
  const asked = await on.control(id, 'acquire');
  expect(asked).toMatchObject({ status: 202, body: { status: 'pending', controller: 'agent' } });
  inFlight.open();
  await berth.untilEvent(id, 'display.control.takeover.completed');
  expect(Date.now()).toBeLessThan(Date.parse(String(asked.body['deadline_at'])));
  expect(await batch).toMatchObject([
    { status: 'done', spansEpochs: false },
    { status: 'done' },
    { status: 'refused', because: 'control_lost' },
    { status: 'cancelled', because: 'control_lost' },
  ]);
  expect(done).toEqual(['look', 'click']);
  expect(await on.read(id)).toMatchObject({ controller: 'user', fence: fence + 1 });
  expect(await control.acquire(300)).toEqual({ refused: 'human_in_control' });
  expect(await actions.submit([{ kind: 'screenshot', run: async () => 'pixels' }])).toMatchObject([
    { status: 'refused' },
  ]);
});

it('an agent that does not yield loses it at the deadline, not before, and its action is told that it spans the change', async () => {
  const id = await on.online('stubborn');
  const { fence, finish, outcome } = await busy(await machines.agent(id));
  const asked = await on.control(id, 'takeover');
  expect(asked).toMatchObject({ status: 202, body: { status: 'pending' } });
  const events = await berth.untilEvent(id, 'display.control.takeover.completed');
  const granted = events.at(-1)!;
  expect(Date.parse(granted.timestamp)).toBeGreaterThanOrEqual(Date.parse(String(asked.body['deadline_at'])));
  expect(granted.payload).toMatchObject({ because: 'forced', fence: fence + 1, request_id: asked.body['request_id'] });
  finish();
  expect(await outcome).toMatchObject([{ status: 'done', spansEpochs: true }]);
});

it('a paused agent does nothing, and goes on where a person resumes it, after a look', async () => {
  const id = await on.online('paused');
  const { actions, control } = await machines.agent(id);
  const { fence } = (await control.acquire(300)) as { fence: number };
  actions.granted(fence);
  const look = { kind: 'screenshot', run: async () => 'pixels' } as const;
  const click = { kind: 'pointer', run: async () => 'clicked' } as const;
  expect(await actions.submit([click])).toMatchObject([{ status: 'refused', because: 'look_first' }]);
  expect(await actions.submit([look, click])).toMatchObject([{ status: 'done' }, { status: 'done' }]);
  expect(await on.control(id, 'pause')).toMatchObject({ status: 200, body: { agent_paused: true } });
  expect(await actions.submit([click])).toMatchObject([{ status: 'refused', because: 'agent_paused' }]);
  await on.control(id, 'resume');
  expect(await actions.submit([click])).toMatchObject([{ status: 'done' }]);
});

it('is refused where there is no display, or the tier may have none, and to whom it is not for', async () => {
  const { id } = await berth.user.call<{ id: string }>('POST', '/workspaces', { name: 'headless' });
  await berth.untilEvent(id, 'WORKSPACE_ONLINE');
  expect(await on.control(id, 'acquire')).toMatchObject({ status: 400, body: { error: 'display not enabled' } });
  expect((await on.call('GET', `/workspaces/${id}/display`)).body).toEqual({
    available: false,
    reason: 'display_not_enabled',
  });
  const desk = await on.online('a desk');
  expect((await on.call('GET', `/workspaces/${desk}/display`)).body).toMatchObject({
    available: true,
    mode: 'desktop-control',
    protocol: 'novnc',
    width: 1920,
    height: 1080,
    // The heartbeat that says so may have come.
    status: expect.stringMatching(/^(starting|ready)$/),
    controller: 'none',
  });
  expect(await on.control(desk, 'acquire', { ttl_seconds: 29 })).toMatchObject({ status: 400 });
  expect(await on.control(desk, 'acquire', { controller: 'agent' })).toMatchObject({ status: 400 });
  expect(await on.control(desk, 'permit', { action: 'pointer' })).toMatchObject({ status: 403 });
  expect(await on.control(desk, 'acquire', {}, 'nobody')).toMatchObject({ status: 401 });
});
