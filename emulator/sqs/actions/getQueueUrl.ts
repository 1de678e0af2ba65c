// GetQueueUrl: the URL of a queue by its name.

import { z } from 'zod';
import { jsonAction } from '../../json/service.ts';
import { noSuchQueue } from '../errors.ts';
import { queuesOf, urlOf } from '../queues.ts';

export const getQueueUrl = jsonAction(
  z.strictObject({ QueueName: z.string(), QueueOwnerAWSAccountId: z.string().optional() }),
  (context, { QueueName, QueueOwnerAWSAccountId = context.accountId }) => {
    // Nothing is shared between accounts here, so another one's queue is not there.
    if (QueueOwnerAWSAccountId !== context.accountId || queuesOf(context).get(QueueName) === undefined) {
      throw noSuchQueue();
    }
    return { QueueUrl: urlOf(context, QueueName) };
  },
);
