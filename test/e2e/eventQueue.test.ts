// EC2's events from the queue, while the machines themselves tell nothing: twice, out of order, of others, and some of no sense.

import { CreateQueueCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { inlineMachines } from '../../emulator/machines/inline.ts';
import { type Berth, startBerth } from '../support/berth.ts';
import { readHome } from '../support/home.ts';
import { FILES, operationsOf } from '../support/operations.ts';
import { until } from '../support/until.ts';

const QUEUE = 'berth-ec2-events';
const NEVER_MS = 3_600_000;

let berth: Berth;
let on: ReturnType<typeof operationsOf>;
let sqs: SQSClient;
let queueUrl: string;
beforeAll(async () => {
  berth = await startBerth({
    settings: { EC2_EVENT_QUEUE: QUEUE, MACHINE_WATCH_MS: String(NEVER_MS), QUIESCE_TIMEOUT_SECONDS: '5' },
    emulator: {
      machines: inlineMachines({ noticePollMs: NEVER_MS }),
      settings: { snapshotRate: 'off', noticeMs: 4_000 },
    },
  });
  sqs = new SQSClient({
    endpoint: berth.emulator.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  // The worker looks for it until it is there.
  queueUrl = (await sqs.send(new CreateQueueCommand({ QueueName: QUEUE }))).QueueUrl!;
  on = operationsOf(berth);
  await berth.user.call('PUT', '/admin/tenants/default/entitlements', { spot: true });
});
afterAll(async () => {
  sqs.destroy();
  await berth.stop();
});

const SPOT = { compute: { market: 'spot' }, max_hourly_usd: '1' };
const control = async (path: string, body: object = {}): Promise<void> => {
  const answer = await fetch(`${berth.emulator.url}/_emulator/${path}`, { method: 'POST', body: JSON.stringify(body) });
  expect(await answer.json()).not.toHaveProperty('error');
};
const send = async (MessageBody: string): Promise<void> => {
  await sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody }));
};
const event = (type: string, detail: object): string =>
  JSON.stringify({ 'detail-type': type, source: 'aws.ec2', time: new Date().toISOString(), detail });
const warning = (id: string): string =>
  event('EC2 Spot Instance Interruption Warning', { 'instance-id': id, 'instance-action': 'terminate' });
const ended = (id: string): string =>
  event('EC2 Instance State-change Notification', { 'instance-id': id, state: 'terminated' });
type Queue = {
  readonly counts: Record<'told' | 'ignored' | 'other' | 'set_aside', { readonly total: number }>;
  readonly set_aside: readonly { readonly body: string; readonly because: string }[];
};
const queue = (): Promise<Queue> => berth.user.call<Queue>('GET', '/admin/event-queue');
const counted = (outcome: keyof Queue['counts'], atLeast: number): Promise<Queue> =>
  until(queue, ({ counts }) => counts[outcome].total >= atLeast);

it('a warning saves the home in time, and the end that is told after it brings another machine', async () => {
  const { id, instance, volume } = await on.online('warned', SPOT);
  // So long that a machine which is busy comes to rest in it.
  await control(`instances/${instance}/interrupt`, { notice_ms: 8_000 });
  const noticed = (await berth.untilEvent(id, 'WORKSPACE_INTERRUPTION_NOTICED')).at(-1)!.payload;
  expect(noticed).toMatchObject({ instance_id: instance, source: 'events', deadline: expect.any(String) });
  // The same again, and the end before its time is told by nobody else.
  await Promise.all([send(warning(instance)), send(warning(instance))]);
  const now = await on.untilRead(id, ({ phase, generation }) => phase === 'ready' && generation === 2);
  expect(await readHome(berth, volume)).toEqual(FILES);
  expect(on.alive(id)).toEqual([now.machine!.instance_id]);
  expect(await berth.user.call('GET', `/workspaces/${id}/restore-points`)).toMatchObject([
    { reason: 'interruption', quality: 'clean' },
  ]);

  // Of a machine of the past: late, doubled and the wrong way round.
  const before = (await queue()).counts.ignored.total;
  for (const body of [ended(instance), warning(instance), ended(instance)]) await send(body);
  await counted('ignored', before + 3);
  expect(await on.read(id)).toMatchObject({ status: 'online', phase: 'ready', generation: 2, machine: now.machine });
});

it('an end without a warning is told by the event of its state', async () => {
  const { id, instance, volume } = await on.online('ended', SPOT);
  await control(`instances/${instance}/interrupt`, { notice_ms: 0 });
  await on.untilRead(id, ({ phase, generation }) => phase === 'ready' && generation === 2);
  expect(await readHome(berth, volume)).toEqual(FILES);
});

it('machines of others are ignored, and what nobody understands is set aside; an operator sees both', async () => {
  const { counts: before } = await queue();
  const poison = ['poison', '{}', warning('i-1')];
  for (const body of poison) await send(body);
  await send(warning('i-0123456789abcdef0'));
  await send(event('EBS Snapshot Notification', { event: 'createSnapshot' }));
  await Promise.all([
    counted('ignored', before.ignored.total + 1),
    counted('other', before.other.total + 1),
    counted('set_aside', before.set_aside.total + 3),
  ]);
  const { set_aside: setAside, counts } = await queue();
  expect(counts.told.total).toBeGreaterThan(0);
  expect(setAside.map(({ body }) => body).toSorted()).toEqual(poison.toSorted());
  for (const { because } of setAside) expect(because).not.toBe('');
  // One that can't be understood holds up nobody.
  const { id, instance } = await on.online('advised', SPOT);
  await control(`instances/${instance}/rebalance`);
  await berth.untilEvent(id, 'WORKSPACE_REBALANCE_ADVISED');
});

it('is shown to operators alone', async () => {
  expect((await fetch(`${berth.apiUrl}/admin/event-queue`)).status).toBe(401);
});
