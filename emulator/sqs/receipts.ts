// Receipt handles: one for each receive, opaque to the caller, good in one queue only.

import type { JsonContext } from '../json/service.ts';
import { sqsError } from './errors.ts';
import { type Message, messagesOf } from './messages.ts';
import { arnOf, type Queue } from './queues.ts';

export const handleOf = (context: JsonContext, { queue, id, receipt }: Message): string =>
  Buffer.from(`${arnOf(context, queue)} ${id} ${receipt}`).toString('base64');

/** Undefined where the message is gone, or was received again since. Throws where it is no handle of this queue. */
export function messageByHandle(context: JsonContext, queue: Queue, handle: string): Message | undefined {
  const [arn, id, receipt] = Buffer.from(handle, 'base64').toString().split(' ');
  if (arn !== arnOf(context, queue.id) || id === undefined || receipt === undefined) {
    throw sqsError('ReceiptHandleIsInvalid', `The input receipt handle "${handle}" is not a valid receipt handle.`);
  }
  const message = messagesOf(context).get(id);
  return message?.queue === queue.id && message.receipt === receipt ? message : undefined;
}
