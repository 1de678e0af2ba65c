// DeleteMessage and DeleteMessageBatch.

import { z } from 'zod';
import { type JsonContext, jsonAction } from '../../json/service.ts';
import { eachOf } from '../batch.ts';
import { messagesOf } from '../messages.ts';
import { type Queue, queueAt } from '../queues.ts';
import { messageByHandle } from '../receipts.ts';

const received = { ReceiptHandle: z.string() };

export const deleteMessage = jsonAction(
  z.strictObject({ QueueUrl: z.string(), ...received }),
  (context, { QueueUrl, ReceiptHandle }) => remove(context, queueAt(context, QueueUrl), ReceiptHandle),
);

export const deleteMessageBatch = jsonAction(
  z.strictObject({ QueueUrl: z.string(), Entries: z.array(z.strictObject({ Id: z.string(), ...received })) }),
  (context, { QueueUrl, Entries }) => {
    const queue = queueAt(context, QueueUrl);
    return eachOf(Entries, ({ ReceiptHandle }) => remove(context, queue, ReceiptHandle));
  },
);

/**
 * A handle is good for this when the message is visible again, too, until somebody else receives it. With an old one "the
 * request will succeed, but the message might not be deleted" (AWS, DeleteMessage): here it never is, so that a consumer who
 * was too slow shows. A message that is gone is gone.
 */
function remove(context: JsonContext, queue: Queue, handle: string): object {
  const message = messageByHandle(context, queue, handle);
  if (message !== undefined) messagesOf(context).delete(message.id);
  return {};
}
