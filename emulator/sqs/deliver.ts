// How other parts of the emulator put a message into a queue: EventBridge's events (facts/ec2.md 3).

import type { JsonContext } from '../json/service.ts';
import { enqueue, refusalOf } from './messages.ts';
import { queuesOf } from './queues.ts';

/** False where the account has no such queue in the region, or where the queue would refuse the message. */
export function deliver(context: JsonContext, queueName: string, body: string): boolean {
  const queue = queuesOf(context).get(queueName);
  if (queue === undefined || refusalOf(queue, body) !== undefined) return false;
  enqueue(context, queue, body);
  return true;
}
