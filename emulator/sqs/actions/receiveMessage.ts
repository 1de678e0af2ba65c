// ReceiveMessage: up to ten messages; where there is none it waits for one, if it is asked to.

import { z } from 'zod';
import { type JsonContext, jsonAction } from '../../json/service.ts';
import { claim } from '../claim.ts';
import { inRange, sqsError } from '../errors.ts';
import { md5Of, type Message, messagesIn } from '../messages.ts';
import { queueAt } from '../queues.ts';
import { handleOf } from '../receipts.ts';
import { poll, type PollContext } from '../waiters.ts';

export const receiveMessage = jsonAction(
  z.strictObject({
    QueueUrl: z.string(),
    MaxNumberOfMessages: z.int().default(1),
    VisibilityTimeout: z.int().optional(),
    WaitTimeSeconds: z.int().optional(),
    MessageSystemAttributeNames: z.array(z.string()).default([]),
    /** The older name of the same. */
    AttributeNames: z.array(z.string()).default([]),
    /** No message has any here, so whoever asks for some gets none. */
    MessageAttributeNames: z.array(z.string()).default([]),
  }),
  async (context: PollContext, input) => {
    const { id: name, settings } = queueAt(context, input.QueueUrl);
    const names = systemAttributes([...input.MessageSystemAttributeNames, ...input.AttributeNames]);
    const max = inRange('MaxNumberOfMessages', input.MaxNumberOfMessages, 1, 10);
    const seconds = inRange('WaitTimeSeconds', input.WaitTimeSeconds ?? settings.ReceiveMessageWaitTimeSeconds, 0, 20);
    const hidden = input.VisibilityTimeout;
    if (hidden !== undefined) inRange('VisibilityTimeout', hidden, 0, 43_200);
    // The queue is looked up each time: while the caller waits it may be changed, or deleted.
    const queue = () => queueAt(context, input.QueueUrl);
    const messages = await poll(context, {
      queue: name,
      waitSeconds: seconds,
      take: () => claim(context, queue(), { max, visibilitySeconds: hidden ?? queue().settings.VisibilityTimeout }),
      nextMs: () => nextVisibleMs(messagesIn(context, queue())),
    });
    return messages.length === 0 ? {} : { Messages: messages.map((message) => show(context, message, names)) };
  },
);

const nextVisibleMs = (messages: readonly Message[]): number | undefined =>
  messages.reduce<number | undefined>(
    (next, { visibleMs }) => (next === undefined ? visibleMs : Math.min(next, visibleMs)),
    undefined,
  );

/** Those that AWS has; what FIFO queues and traces would add is never there. */
const SYSTEM_ATTRIBUTES: Readonly<Record<string, (context: JsonContext, message: Message) => string | undefined>> = {
  ApproximateFirstReceiveTimestamp: (_, { firstReceivedMs }) => String(firstReceivedMs),
  ApproximateReceiveCount: (_, { receives }) => String(receives),
  SenderId: ({ accountId }) => accountId,
  SentTimestamp: (_, { sentMs }) => String(sentMs),
  DeadLetterQueueSourceArn: (_, { sourceArn }) => sourceArn,
  AWSTraceHeader: () => undefined,
  MessageDeduplicationId: () => undefined,
  MessageGroupId: () => undefined,
  SequenceNumber: () => undefined,
};

function systemAttributes(names: readonly string[]): readonly string[] {
  const unknown = names.find((name) => name !== 'All' && !Object.hasOwn(SYSTEM_ATTRIBUTES, name));
  if (unknown !== undefined) throw sqsError('InvalidAttributeName', `Unknown Attribute ${unknown}.`);
  return names.includes('All') ? Object.keys(SYSTEM_ATTRIBUTES) : names;
}

function show(context: JsonContext, message: Message, names: readonly string[]) {
  const attributes = names
    .map((name) => [name, SYSTEM_ATTRIBUTES[name]!(context, message)] as const)
    .filter(([, value]) => value !== undefined);
  return {
    MessageId: message.id,
    ReceiptHandle: handleOf(context, message),
    Body: message.body,
    MD5OfBody: md5Of(message.body),
    ...(attributes.length === 0 ? {} : { Attributes: Object.fromEntries(attributes) }),
  };
}
