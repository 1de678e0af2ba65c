// Messages: their rows, and how one comes into a queue and grows too old.

import { createHash, randomUUID } from 'node:crypto';
import type { JsonContext, JsonError } from '../json/service.ts';
import type { Row, Table } from '../state/table.ts';
import { sqsError } from './errors.ts';
import { type Queue, scope } from './queues.ts';
import { wake } from './waiters.ts';

export type Message = Row & {
  readonly queue: string;
  readonly body: string;
  readonly sentMs: number;
  /** Until then it is delayed or in flight. */
  readonly visibleMs: number;
  /** In all the queues that it was in, and in this one. */
  readonly receives: number;
  readonly receivesHere: number;
  readonly firstReceivedMs?: number | undefined;
  readonly receivedMs?: number | undefined;
  /** Of the newest receive in this queue; a receipt handle that says another one is an old one. */
  readonly receipt?: string | undefined;
  /** The queue that it was given up on in. */
  readonly sourceArn?: string | undefined;
};

export const messagesOf = (context: JsonContext): Table<Message> =>
  context.store.table<Message>(`${scope(context)}/messages`, { indexes: { queue: (message) => [message.queue] } });

export const md5Of = (body: string): string => createHash('md5').update(body).digest('hex');

/** What makes the service refuse a message, if anything does. */
export function refusalOf({ settings }: Queue, body: string): JsonError | undefined {
  if (body === '') return sqsError('MissingParameter', 'The request must contain the parameter MessageBody.');
  if (!/^[\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]*$/u.test(body)) {
    return sqsError('InvalidMessageContents', 'Invalid characters were found in the message body.');
  }
  if (Buffer.byteLength(body) > settings.MaximumMessageSize) {
    return sqsError(
      'InvalidParameterValue',
      `One or more parameters are invalid. Reason: Message must be shorter than ${settings.MaximumMessageSize} bytes.`,
    );
  }
  return undefined;
}

export function enqueue(
  context: JsonContext,
  queue: Queue,
  body: string,
  delaySeconds = queue.settings.DelaySeconds,
): Message {
  const sentMs = context.clock.now();
  const message = messagesOf(context).put({
    id: randomUUID(),
    queue: queue.id,
    body,
    sentMs,
    visibleMs: sentMs + delaySeconds * 1000,
    receives: 0,
    receivesHere: 0,
  });
  wake(context, queue.id);
  return message;
}

/** What is not too old yet, oldest first. */
export function messagesIn(context: JsonContext, queue: Queue): Message[] {
  const messages = messagesOf(context);
  const oldestMs = context.clock.now() - queue.settings.MessageRetentionPeriod * 1000;
  const [kept, expired] = [[] as Message[], [] as Message[]];
  for (const message of messages.by('queue', queue.id)) (message.sentMs > oldestMs ? kept : expired).push(message);
  for (const { id } of expired) messages.delete(id);
  return kept.sort((a, b) => a.sentMs - b.sentMs);
}
