// How many of EC2's events a worker takes from its queue in a second, against a consumer that reads and deletes them unseen.

import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import pino from 'pino';
import type { Database } from '../../store/pool.ts';
import type { Berth } from '../../test/support/berth.ts';
import { startEventQueue } from '../../workers/eventQueue.ts';

const RECEIVERS = 2;
const BATCH = 10;

/**
 * A third of each: state changes, which end no wait; warnings about machines of others; and about our own, which have been told of
 * theirs already (the same again changes nothing). `ours`: instances of workspaces that are online.
 */
export async function messages(berth: Berth, db: Database, ours: readonly string[], amounts: readonly number[]) {
  const sqs = new SQSClient({ region: 'us-east-1', endpoint: berth.emulator.url });
  const figures = [];
  try {
    for (const amount of amounts) {
      const queue = `bench-${amount}-${crypto.randomUUID().slice(0, 8)}`;
      const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: queue }));
      await fill(sqs, QueueUrl!, amount, ours);
      const bareMs = await bare(sqs, QueueUrl!, amount);
      await fill(sqs, QueueUrl!, amount, ours);
      const startedAt = performance.now();
      const events = startEventQueue({
        sqs,
        client: berth.temporal,
        db,
        log: pino({ level: 'warn' }),
        queueName: queue,
        region: 'us-east-1',
        receivers: RECEIVERS,
      });
      const isDone = (): boolean => events.counts.told + events.counts.ignored + events.counts.other >= amount;
      while (!isDone()) await new Promise((resolve) => setTimeout(resolve, 5));
      const tookMs = performance.now() - startedAt;
      await events.stop();
      const each = { amount, perSecond: (amount / tookMs) * 1000, bare: (amount / bareMs) * 1000, ...events.counts };
      const rates = `${each.perSecond.toFixed(0)} messages a second, ${each.bare.toFixed(0)} unseen`;
      console.log(`${String(amount).padStart(6)}: ${rates} (${(tookMs / bareMs).toFixed(2)}x the time)`);
      figures.push(each);
    }
  } finally {
    sqs.destroy();
  }
  return figures;
}

async function fill(sqs: SQSClient, QueueUrl: string, amount: number, ours: readonly string[]): Promise<void> {
  for (let from = 0; from < amount; from += BATCH) {
    const Entries = Array.from({ length: Math.min(BATCH, amount - from) }, (_, index) => ({
      Id: String(index),
      MessageBody: message(from + index, ours),
    }));
    await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
  }
}

function message(n: number, ours: readonly string[]): string {
  const [type, id, more] = (
    [
      ['EC2 Instance State-change Notification', `i-0bad${n.toString(16).padStart(13, '0')}`, { state: 'running' }],
      ['EC2 Spot Instance Interruption Warning', `i-0bad${n.toString(16).padStart(13, '0')}`, {}],
      ['EC2 Instance Rebalance Recommendation', ours[Math.floor(n / 3) % ours.length]!, {}],
    ] as const
  )[n % 3]!;
  return JSON.stringify({
    version: '0',
    id: crypto.randomUUID(),
    'detail-type': type,
    source: 'aws.ec2',
    account: '123456789012',
    time: new Date().toISOString(),
    region: 'us-east-1',
    resources: [],
    detail: { 'instance-id': id, ...more },
  });
}

/** Nothing but the queue's own trips. */
async function bare(sqs: SQSClient, QueueUrl: string, amount: number): Promise<number> {
  const startedAt = performance.now();
  let left = amount;
  const receive = async (): Promise<void> => {
    while (left > 0) {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: BATCH, WaitTimeSeconds: 1 }),
      );
      left -= Messages.length;
      if (Messages.length > 0) await remove(sqs, QueueUrl, Messages);
    }
  };
  await Promise.all(Array.from({ length: RECEIVERS }, receive));
  return performance.now() - startedAt;
}

async function remove(sqs: SQSClient, QueueUrl: string, all: readonly Message[]): Promise<void> {
  const Entries = all.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
  await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
}
