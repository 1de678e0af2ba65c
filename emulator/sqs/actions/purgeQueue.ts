// PurgeQueue: all messages of a queue, those in flight as well.

import { z } from 'zod';
import { jsonAction } from '../../json/service.ts';
import { sqsError } from '../errors.ts';
import { messagesOf } from '../messages.ts';
import { queueAt, queuesOf } from '../queues.ts';

/** A purge may take AWS so long; another one is refused meanwhile. */
const PURGE_MS = 60_000;

export const purgeQueue = jsonAction(z.strictObject({ QueueUrl: z.string() }), (context, { QueueUrl }) => {
  const queue = queueAt(context, QueueUrl);
  const nowMs = context.clock.now();
  if (queue.purgedMs !== undefined && nowMs < queue.purgedMs + PURGE_MS) {
    throw sqsError('PurgeQueueInProgress', `Only one PurgeQueue operation on ${queue.id} is allowed every 60 seconds.`);
  }
  for (const { id } of messagesOf(context).by('queue', queue.id)) messagesOf(context).delete(id);
  queuesOf(context).put({ ...queue, purgedMs: nowMs });
});
