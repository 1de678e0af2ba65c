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
  /** Receives at the same time; each takes up to ten messages. */
  readonly receivers?: number;
};

/** `other`: well-formed, and of no interest. `ignored`: about machines that are not ours, or not any more. */
export type EventQueueCounts = { told: number; ignored: number; other: number; setAside: number };
export type EventQueue = { readonly counts: Readonly<EventQueueCounts>; stop(): Promise<void> };

/** As long as SQS lets a receive wait. */
const WAIT_SECONDS = 20;
/** A queue that can't be reached, or is not there yet. */
const RETRY_MS = 5_000;

export function startEventQueue(options: EventQueueOptions): EventQueue {
  const { sqs, log, queueName, receivers = 2 } = options;
  const counts: EventQueueCounts = { told: 0, ignored: 0, other: 0, setAside: 0 };
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
    const done = (await Promise.all(Messages.map(takeOne))).filter((message) => message !== null);
    if (done.length === 0) return;
    const Entries = done.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
    await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
  }

  /** The message once it need not come again; null where it should, as somebody could not be told. */
  async function takeOne(message: Message): Promise<Message | null> {
    let events: readonly Ec2Event[];
    try {
      events = readEc2Event(message.Body ?? '');
    } catch (error) {
      counts.setAside++;
      log.warn({ err: error, message_id: message.MessageId }, 'a message is no event; it is set aside');
      return setAside(options.db, message.MessageId ?? '', message.Body ?? '', String(error)).then(
        () => message,
        () => null,
      );
    }
    try {
      for (const event of events) await tell(event);
      return message;
    } catch (error) {
      log.warn({ err: error, message_id: message.MessageId }, 'an event could not be passed on; it comes again');
      return null;
    }
  }

  async function tell(event: Ec2Event): Promise<void> {
    if (event.type === 'other') {
      counts.other++;
      return;
    }
    const instanceId = event.type === 'ended' ? event.instanceId : event.notice.instanceId;
    const launch = await launchOfInstance(options.db, instanceId);
    if (launch === null || !launch.isOpen) {
      counts.ignored++;
      return;
    }
    const workspace = options.client.workflow.getHandle(workspaceWorkflowId(launch.workspaceId));
    try {
      if (event.type === 'notice') await workspace.signal(interruptionNoticeSignal, event.notice);
      else await workspace.signal(machineEndedSignal, { instanceId, stateReason: null });
      counts.told++;
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
      counts.ignored++;
    }
  }

  return {
    counts,
    async stop() {
      stopping.abort();
      await Promise.all(loops);
    },
  };
}
