// SetQueueAttributes: what is named is set anew, at once; the rest stays.

import { z } from 'zod';
import { jsonAction } from '../../json/service.ts';
import { parseSettings } from '../parseSettings.ts';
import { queueAt, queuesOf } from '../queues.ts';

export const setQueueAttributes = jsonAction(
  z.strictObject({ QueueUrl: z.string(), Attributes: z.record(z.string(), z.string()) }),
  (context, { QueueUrl, Attributes }) => {
    const queue = queueAt(context, QueueUrl);
    const settings = { ...queue.settings, ...parseSettings(context, Attributes) };
    queuesOf(context).put({ ...queue, settings, modifiedMs: context.clock.now() });
  },
);
