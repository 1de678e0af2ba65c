// Takes EC2's events from the queue that EventBridge fills: at least once, in any order, some of them about machines of others.

import {
  DeleteMessageBatchCommand,
  GetQueueUrlCommand,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import type { Logger } from 'pino';
import { setTimeout as pause } from 'node:timers/promises';
import { addEventCounts, EVENT_OUTCOMES, type EventCounts, noEvents } from '../store/eventQueueCounts.ts';
import { launchOfInstance } from '../store/launches.ts';
import { setAside } from '../store/messagesSetAside.ts';
import type { Database } from '../store/pool.ts';
import { interruptionNoticeSignal, machineEndedSignal, workspaceWorkflowId } from '../workflows/messages.ts';
import { type Ec2Event, readEc2Event } from './ec2Event.ts';

export type EventQueueOptions = {
  readonly sqs: SQSClient;
  readonly client: Client;
  readonly db: Database;
  readonly log: Logger;
  readonly queueName: string;
  readonly region: string;
  /** Receives at the same time; each takes up to ten messages. */
  readonly receivers?: number;
};

/** Of this worker alone; all of them together are in the records. */
export type EventQueue = { readonly counts: Readonly<EventCounts>; stop(): Promise<void> };

/** As long as SQS lets a receive wait. */
const WAIT_SECONDS = 20;
/** A queue that can't be reached, or is not there yet. */
const RETRY_MS = 5_000;

export function startEventQueue(options: EventQueueOptions): EventQueue {
  const { sqs, db, log, queueName, region, receivers = 2 } = options;
  const total = noEvents();
  const stopping = new AbortController();
  const { signal } = stopping;
  const loops = Array.from({ length: receivers }, () => receive());

  async function receive(): Promise<void> {
    while (!signal.aborted) {
      try {
        const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: queueName }), { abortSignal: signal });
        for (;;) await takeBatch(QueueUrl!);
      } catch (error) {
        if (signal.aborted) return;
        log.warn({ err: error, queue: queueName }, 'the event queue can not be read; tried again soon');
        await pause(RETRY_MS, undefined, { signal }).catch(() => {});
      }
    }
  }

  async function takeBatch(QueueUrl: string): Promise<void> {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: WAIT_SECONDS }),
      { abortSignal: signal },
    );
    const counts = noEvents();
    const done = (await Promise.all(Messages.map((message) => takeOne(message, counts)))).filter(
      (each) => each !== null,
    );
    if (done.length === 0) return;
    // Before they are gone: one that comes again is counted again, as it is told again.
    await addEventCounts(db, region, counts);
    for (const outcome of EVENT_OUTCOMES) total[outcome] += counts[outcome];
    const Entries = done.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
    await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
  }

  /** The message once it need not come again; null where it should, as somebody could not be told. */
  async function takeOne(message: Message, counts: EventCounts): Promise<Message | null> {
    let events: readonly Ec2Event[];
    try {
      events = readEc2Event(message.Body ?? '');
    } catch (error) {
      log.warn({ err: error, message_id: message.MessageId }, 'a message is no event; it is set aside');
      return setAside(db, message.MessageId ?? '', message.Body ?? '', String(error)).then(
        () => {
          counts.set_aside++;
          return message;
        },
        () => null,
      );
    }
    try {
      for (const event of events) counts[await tell(event)]++;
      return message;
    } catch (error) {
      log.warn({ err: error, message_id: message.MessageId }, 'an event could not be passed on; it comes again');
      return null;
    }
  }

  async function tell(event: Ec2Event): Promise<'told' | 'ignored' | 'other'> {
    if (event.type === 'other') return 'other';
    const instanceId = event.type === 'ended' ? event.instanceId : event.notice.instanceId;
    const launch = await launchOfInstance(db, instanceId);
    if (launch === null || !launch.isOpen) return 'ignored';
    const workspace = options.client.workflow.getHandle(workspaceWorkflowId(launch.workspaceId));
    try {
      if (event.type === 'notice') await workspace.signal(interruptionNoticeSignal, event.notice);
      else await workspace.signal(machineEndedSignal, { instanceId, stateReason: null });
      return 'told';
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
      return 'ignored';
    }
  }

  return {
    counts: total,
    async stop() {
      stopping.abort();
      await Promise.all(loops);
    },
  };
}
