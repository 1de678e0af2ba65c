// ChangeMessageVisibility and ChangeMessageVisibilityBatch: more time for who works on a message, or none.

import { z } from 'zod';
import { type JsonContext, jsonAction } from '../../json/service.ts';
import { eachOf } from '../batch.ts';
import { inRange, invalidValue, sqsError } from '../errors.ts';
import { messagesIn, messagesOf } from '../messages.ts';
import { type Queue, queueAt } from '../queues.ts';
import { messageByHandle } from '../receipts.ts';
import { wake } from '../waiters.ts';

/** From the receive on, however often it is changed. */
const LONGEST_SECONDS = 43_200;

const change = { ReceiptHandle: z.string(), VisibilityTimeout: z.int() };
type Change = z.output<z.ZodObject<typeof change>>;

export const changeMessageVisibility = jsonAction(
  z.strictObject({ QueueUrl: z.string(), ...change }),
  (context, input) => hide(context, queueAt(context, input.QueueUrl), input),
);

export const changeMessageVisibilityBatch = jsonAction(
  z.strictObject({ QueueUrl: z.string(), Entries: z.array(z.strictObject({ Id: z.string(), ...change })) }),
  (context, { QueueUrl, Entries }) => {
    const queue = queueAt(context, QueueUrl);
    return eachOf(Entries, (entry) => hide(context, queue, entry));
  },
);

function hide(
  context: JsonContext,
  queue: Queue,
  { ReceiptHandle: handle, VisibilityTimeout: seconds }: Change,
): object {
  inRange('VisibilityTimeout', seconds, 0, LONGEST_SECONDS);
  const known = messageByHandle(context, queue, handle);
  // One that has grown too old is gone, though nobody has looked since.
  const message = messagesIn(context, queue).find(({ id }) => id === known?.id);
  if (message === undefined) {
    throw invalidValue(
      'ReceiptHandle',
      handle,
      'Message does not exist or is not available for visibility timeout change.',
    );
  }
  const nowMs = context.clock.now();
  if (message.visibleMs <= nowMs) throw sqsError('MessageNotInflight', 'The specified message is not in flight.');
  const visibleMs = nowMs + seconds * 1000;
  if (visibleMs > message.receivedMs! + LONGEST_SECONDS * 1000) {
    throw invalidValue(
      'VisibilityTimeout',
      seconds,
      `Total VisibilityTimeout for the message is beyond the limit [${LONGEST_SECONDS} seconds]`,
    );
  }
  messagesOf(context).put({ ...message, visibleMs });
  wake(context, queue.id);
  return {};
}
