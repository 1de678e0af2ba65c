// DeleteQueue: the queue with all that is in it.

import { z } from 'zod';
import { jsonAction } from '../../json/service.ts';
import { messagesOf } from '../messages.ts';
import { deletedOf, queueAt, queuesOf } from '../queues.ts';
import { wake } from '../waiters.ts';

export const deleteQueue = jsonAction(z.strictObject({ QueueUrl: z.string() }), (context, { QueueUrl }) => {
  const { id: name } = queueAt(context, QueueUrl);
  for (const { id } of messagesOf(context).by('queue', name)) messagesOf(context).delete(id);
  queuesOf(context).delete(name);
  deletedOf(context).put({ id: name, deletedMs: context.clock.now() });
  // Who waits for a message in it learns that none will come.
  wake(context, name);
});
