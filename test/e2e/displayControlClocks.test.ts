// Two replicas of the API whose clocks differ by ten minutes: who has control, for how long and who may look is judged by Postgres's.

import { join } from 'node:path';
import { freePort } from '../../cli/stack/freePort.ts';
import { ownModule, type Part, startPart } from '../../cli/stack/part.ts';
import { type Berth, startBerth } from '../support/berth.ts';
import { desktopsOf } from '../support/desktop.ts';
import { DISPLAY_SETTINGS, displayMachines, openSocket, viewersOf } from '../support/viewer.ts';

const MINUTES_10 = 600_000;

/** As if its machine's clock went wrong: everything in it reads another time. */
const wrongClock = (byMs: number): string =>
  `data:text/javascript,${encodeURIComponent(`
    const Right = Date;
    globalThis.Date = class Date extends Right {
      constructor(...given) { if (given.length === 0) super(Right.now() + ${byMs}); else super(...given); }
      static now() { return Right.now() + ${byMs}; }
    };`)}`;

let berth: Berth;
const machines = displayMachines();
beforeAll(async () => {
  const settings = { ...DISPLAY_SETTINGS, TAKEOVER_GRACE_MS: '300', LIVENESS_TTL_SECONDS: '60' };
  berth = await startBerth({ settings, emulator: { machines: machines.runtime } });
});
afterAll(() => berth.stop());

async function replica(byMs: number): Promise<{ readonly there: Berth; readonly part: Part }> {
  const port = await freePort();
  const part = await startPart({
    name: 'api',
    args: ['--import', wrongClock(byMs), ...ownModule('../main.ts'), 'api'],
    env: { ...berth.env, PORT: String(port) },
    readyLine: /listening on (\S+)/,
    logFile: join(berth.folder, `api-${port}.log`),
  });
  return { there: { ...berth, apiUrl: `http://127.0.0.1:${port}` }, part };
}

it.each([MINUTES_10, -MINUTES_10])('with a replica that is %i ms off', async (byMs) => {
  const { there, part } = await replica(byMs);
  const [here, elsewhere] = [desktopsOf(berth), desktopsOf(there)];
  const [viewersHere, viewersElsewhere] = [viewersOf(berth, here.call), viewersOf(there, elsewhere.call)];
  try {
    const id = await here.online('two clocks');
    await viewersHere.untilReady(id);
    // Its machine beats every second, by whatever clock that is looked at.
    expect((await elsewhere.call('GET', `/workspaces/${id}`)).body).toMatchObject({ status: 'online' });
    expect((await elsewhere.call('GET', `/workspaces/${id}/display`)).body).toMatchObject({ status: 'ready' });

    const mine = await elsewhere.orgToken('elsewhere');
    const theirs = await here.orgToken('here');
    const granted = await elsewhere.control(id, 'acquire', { ttl_seconds: 60 }, mine);
    expect(granted).toMatchObject({ status: 200, body: { controller: 'user', is_you: true } });
    const leftMs = Date.parse(String(granted.body['expires_at'])) - Date.now();
    expect(leftMs).toBeGreaterThan(30_000);
    expect(leftMs).toBeLessThanOrEqual(61_000);
    // Live for both of them, for its holder and for everybody else.
    expect(await here.control(id, 'acquire', {}, theirs)).toMatchObject({ status: 409 });
    expect(await elsewhere.control(id, 'acquire', {}, theirs)).toMatchObject({ status: 409 });
    for (const on of [here, elsewhere]) {
      expect(await on.control(id, 'renew', {}, mine)).toMatchObject({
        status: 200,
        body: { fence: granted.body['fence'] },
      });
    }

    // A ticket of the one is good at the other, once.
    const there1 = await viewersElsewhere.ticket(id, 'view', mine);
    const here1 = await viewersHere.ticket(id, 'view', mine);
    for (const [at, ticket] of [
      [berth, there1],
      [there, here1],
    ] as const) {
      const socket = await openSocket(at, id, ticket);
      if (typeof socket === 'string') throw new Error(socket);
      socket.terminate();
      expect(await openSocket(at, id, ticket)).toBe('403 DISPLAY_TICKET_INVALID');
    }
    expect(await elsewhere.control(id, 'release', {}, mine)).toMatchObject({
      status: 200,
      body: { controller: 'none' },
    });
  } finally {
    await part.stop();
  }
});
