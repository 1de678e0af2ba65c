// How messages are handed out, and given up on when that was done too often.

import { randomUUID } from 'node:crypto';
import type { JsonContext } from '../json/service.ts';
import { type Message, messagesIn, messagesOf } from './messages.ts';
import { arnOf, nameInArn, type Queue, queuesOf } from './queues.ts';
import { wake } from './waiters.ts';

/** Hands out what is visible and hides it; what was received too often already goes to the dead-letter queue instead. */
export function claim(
  context: JsonContext,
  queue: Queue,
  { max, visibilitySeconds }: { readonly max: number; readonly visibilitySeconds: number },
): Message[] {
  const nowMs = context.clock.now();
  const deadLetters = deadLetterQueueOf(context, queue);
  const claimed: Message[] = [];
  let gaveUp = false;
  for (const message of messagesIn(context, queue)) {
    if (claimed.length === max) break;
    if (message.visibleMs > nowMs) continue;
    if (deadLetters !== undefined && message.receivesHere >= deadLetters.afterReceives) {
      giveUp(context, message, deadLetters.name);
      gaveUp = true;
      continue;
    }
    claimed.push(
      messagesOf(context).put({
        ...message,
        visibleMs: nowMs + visibilitySeconds * 1000,
        receives: message.receives + 1,
        receivesHere: message.receivesHere + 1,
        firstReceivedMs: message.firstReceivedMs ?? nowMs,
        receivedMs: nowMs,
        receipt: randomUUID(),
      }),
    );
  }
  // Not before this receive is done: queues may be each other's dead-letter queues, or their own.
  if (gaveUp) queueMicrotask(() => wake(context, deadLetters!.name));
  return claimed;
}

/** Undefined where there is none, or none any more: then messages stay where they are. */
function deadLetterQueueOf(
  context: JsonContext,
  { settings: { RedrivePolicy } }: Queue,
): { readonly name: string; readonly afterReceives: number } | undefined {
  const name = RedrivePolicy && nameInArn(context, RedrivePolicy.deadLetterTargetArn);
  if (name === undefined || queuesOf(context).get(name) === undefined) return undefined;
  return { name, afterReceives: RedrivePolicy!.maxReceiveCount };
}

/** It keeps its id and its age, as AWS does for standard queues; the receipts of the queue that it leaves are void. */
function giveUp(context: JsonContext, message: Message, deadLetterQueue: string): void {
  messagesOf(context).put({
    ...message,
    queue: deadLetterQueue,
    visibleMs: context.clock.now(),
    receivesHere: 0,
    receivedMs: undefined,
    receipt: undefined,
    sourceArn: arnOf(context, message.queue),
  });
}
