// How long after an event is committed does its tenant's receiver have it, over a POST that asks nobody; does that change while the
// receivers of others never answer; and how fast does a backlog go? `npm run bench webhooks [rounds]`: in turns.

import pino from 'pino';
import { readSettings } from '../config/settings.ts';
import { attemptDelivery } from '../webhooks/attempt.ts';
import { receiverRules } from '../webhooks/receivers.ts';
import { testOutbox } from '../test/support/outbox.ts';
import globalSetup from '../test/support/globalSetup.ts';
import globalTeardown from '../test/support/globalTeardown.ts';
import { type Receiver, silent, startReceiver } from '../test/support/receiver.ts';
import { startWebhookLoop } from '../workers/webhookLoop.ts';
import { figuresOf, row } from './figures.ts';

const WARM_UP = 20;
const DEAD = 40;
const BACKLOG_EACH = 50;
const [TENANTS, WORKSPACES, EVENTS] = [10, 10, 20];
const rounds = Number(process.argv[2] ?? 300);
if (!Number.isInteger(rounds) || rounds < 1) throw new Error('usage: npm run bench webhooks [rounds]');

await globalSetup();
const outbox = await testOutbox();
const settings = readSettings({ BERTH_SERVER_SECRET: 's'.repeat(32), WEBHOOK_NETWORKS: '127.0.0.0/8' }, [
  'BERTH_SERVER_SECRET',
]);
const loop = await startWebhookLoop({ db: outbox.db, settings, log: pino({ level: 'silent' }) });
const [receiver, dead] = [await startReceiver(), await startReceiver()];
dead.answer(silent);
const target = { url: receiver.url, timeoutMs: 10_000, rules: receiverRules(settings) };

async function inTurns(): Promise<{ bare: number[]; told: number[] }> {
  const [bare, told]: [number[], number[]] = [[], []];
  const workspace = await outbox.workspaceOf('alone');
  for (let round = -WARM_UP; round < rounds; round++) {
    const seen = receiver.received.length;
    const a = performance.now();
    await attemptDelivery({ ...target, headers: { 'webhook-id': 'bare' }, body: '{}' });
    const b = performance.now();
    await outbox.happens(workspace, 'WORKSPACE_ONLINE');
    await arrived(receiver, seen + 2);
    const c = performance.now();
    if (round < 0) continue;
    bare.push(b - a);
    told.push(c - b);
  }
  return { bare, told };
}

const arrived = (at: Receiver, count: number) => at.until((all) => all.length >= count);

async function backlog(): Promise<number> {
  const ids: Awaited<ReturnType<typeof outbox.workspaceOf>>[] = [];
  for (let n = 0; n < TENANTS * WORKSPACES; n++) {
    const tenant = `backlog-${n % TENANTS}`;
    if (n < TENANTS) await outbox.hook(tenant, ['*'], true, receiver.url);
    ids.push(await outbox.workspaceOf(tenant));
  }
  const before = receiver.received.length;
  const startedAt = performance.now();
  const types = Array.from({ length: EVENTS }, (_, n) => `E${n}`);
  await Promise.all(ids.map((id) => outbox.happens(id, ...types)));
  await arrived(receiver, before + ids.length * EVENTS);
  return (ids.length * EVENTS) / ((performance.now() - startedAt) / 1000);
}

try {
  await outbox.hook('alone', ['*'], true, receiver.url);
  const quiet = await inTurns();
  const perSecond = await backlog();
  for (let n = 0; n < DEAD; n++) {
    await outbox.hook(`dead-${n}`, ['*'], true, dead.url);
    for (let w = 0; w < BACKLOG_EACH; w++)
      await outbox.happens(await outbox.workspaceOf(`dead-${n}`), 'WORKSPACE_ONLINE');
  }
  const busy = await inTurns();
  const figures = {
    bare: figuresOf(quiet.bare),
    told: figuresOf(quiet.told),
    bareBesideDead: figuresOf(busy.bare),
    toldBesideDead: figuresOf(busy.told),
  };
  console.log(row('a bare POST', figures.bare));
  console.log(row('an event, told', figures.told));
  console.log(row(`POST, ${DEAD} dead beside`, figures.bareBesideDead));
  console.log(row(`told, ${DEAD} dead beside`, figures.toldBesideDead));
  console.log(`a backlog of ${TENANTS * WORKSPACES * EVENTS}: ${perSecond.toFixed(0)} events a second`);
  console.log(JSON.stringify({ bench: 'webhooks', at: new Date().toISOString(), ...figures, perSecond }));
} finally {
  await Promise.all([receiver.close(), dead.close()]);
  await loop.stop();
  await outbox.drop();
  await globalTeardown();
}
process.exit(0);
