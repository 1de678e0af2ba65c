// Whoever dies meanwhile, the tenant gets every event: a worker in the middle of a delivery, a receiver that is down, or both.

import { readSettings } from '../../config/settings.ts';
import pino from 'pino';
import { startWorker } from '../../workers/worker.ts';
import { type Berth, startBerth } from '../support/berth.ts';
import { ok, type Receiver, silent, startReceiver, verify } from '../support/receiver.ts';
import { shared } from '../support/servers.ts';
import { QUICK_WEBHOOKS, webhookOf } from '../support/webhooks.ts';
import { startWorkerProcess } from '../support/worker.ts';

let berth: Berth;
let receiver: Receiver;
beforeAll(async () => {
  berth = await startBerth({ worker: false, settings: { ...QUICK_WEBHOOKS, WEBHOOK_TIMEOUT_MS: '2000' } });
  receiver = await startReceiver();
});
afterAll(async () => {
  await receiver.close();
  await berth.stop();
});

const MINUTE_MS = 60_000;
const hook = () => webhookOf(berth, 'default');

it(
  'a delivery that a killed worker had begun is begun again, under the same id',
  async () => {
    const secret = await hook().set(receiver.url);
    receiver.answer(silent);
    const id = await hook().test();
    const first = await startWorkerProcess(berth);
    await receiver.until((all) => all.length > 0);
    await first.kill();
    receiver.answer(ok);
    const second = await startWorkerProcess(berth);
    await hook().until(([one]) => one!.state === 'delivered');
    expect(receiver.received.length).toBeGreaterThan(1);
    for (const each of receiver.received) {
      expect(each.id).toBe(id);
      verify(secret, each);
    }
    await second.stop();
  },
  2 * MINUTE_MS,
);

it(
  'what happened while the receiver was down and its worker was killed is told once both are back, each event once',
  async () => {
    await hook().set(receiver.url, { event_types: ['*'] });
    await receiver.down();
    const first = await startWorkerProcess(berth);
    const { id } = await berth.user.call<{ id: string }>('POST', '/workspaces', { name: 'unheard' });
    await berth.untilEvent(id, 'WORKSPACE_ONLINE');
    const [unreached] = (await hook().until((all) => all.some(({ failure }) => failure !== null))).filter(
      ({ failure }) => failure !== null,
    );
    expect(unreached).toMatchObject({ failure: { code: 'WEBHOOK_UNREACHABLE' }, last_status: null });
    await first.kill();

    const before = receiver.received.length;
    await receiver.up();
    const second = await startWorkerProcess(berth);
    await hook().until((all) => all.every(({ state }) => state === 'delivered'));
    const events = await berth.user.call<{ id: string }[]>('GET', `/events/${id}`);
    const told = receiver.received.slice(before).map(({ event }) => event.id);
    // At least once: what was under way when the worker was killed may have come twice.
    expect(new Set(told)).toEqual(new Set(events.map((event) => event.id)));
    await second.stop();
  },
  2 * MINUTE_MS,
);

it('where this machine is not allowed it is refused when it is set, and when it is sent to', async () => {
  // Set while it was allowed; the worker knows better by now.
  await hook().set(receiver.url);
  const before = receiver.received.length;
  const settings = readSettings({ ...berth.env, WEBHOOK_NETWORKS: '' }, [
    'DATABASE_URL',
    'PLATFORM_URL',
    'BERTH_SERVER_SECRET',
  ]);
  const worker = await startWorker(settings, pino({ level: 'silent' }), {
    bundle: { codePath: shared('WORKFLOW_BUNDLE') },
  });
  await hook().test();
  const [delivery] = await hook().until(([one]) => one!.failure !== null);
  expect(delivery).toMatchObject({
    failure: { code: 'WEBHOOK_URL_REFUSED', error: expect.stringContaining('127.0.0.1 is not a public address') },
  });
  expect(receiver.received.length).toBe(before);
  await worker.stop();

  const strict = await startBerth({ worker: false });
  for (const url of [receiver.url, 'https://127.0.0.1/', 'https://localhost/', 'https://[::1]/']) {
    expect(await webhookOf(strict, 'default').call('PUT', '', { url })).toMatchObject({
      status: 422,
      body: { code: 'WEBHOOK_URL_REFUSED' },
    });
  }
  await strict.stop();
});
