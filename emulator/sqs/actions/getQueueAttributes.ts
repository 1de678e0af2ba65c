// GetQueueAttributes: what was set on a queue, and what is in it.

import { z } from 'zod';
import { type JsonContext, jsonAction } from '../../json/service.ts';
import { sqsError } from '../errors.ts';
import { messagesIn } from '../messages.ts';
import { arnOf, type Queue, queueAt } from '../queues.ts';
import { SETTING_NAMES, showSetting } from '../settings.ts';

export const getQueueAttributes = jsonAction(
  z.strictObject({ QueueUrl: z.string(), AttributeNames: z.array(z.string()).default([]) }),
  (context, { QueueUrl, AttributeNames: names }) => {
    const queue = queueAt(context, QueueUrl);
    const all = attributesOf(context, queue);
    const unknown = names.find((name) => name !== 'All' && !Object.hasOwn(all, name));
    if (unknown !== undefined) throw sqsError('InvalidAttributeName', `Unknown Attribute ${unknown}.`);
    const wanted = names.includes('All') ? Object.keys(all) : names;
    const shown = wanted.filter((name) => all[name] !== undefined).map((name) => [name, all[name]]);
    return shown.length === 0 ? {} : { Attributes: Object.fromEntries(shown) };
  },
);

function attributesOf(context: JsonContext, queue: Queue): Record<string, string | undefined> {
  const nowMs = context.clock.now();
  const messages = messagesIn(context, queue);
  const hidden = messages.filter(({ visibleMs }) => visibleMs > nowMs);
  const inFlight = hidden.filter(({ receipt }) => receipt !== undefined);
  return {
    ...Object.fromEntries(SETTING_NAMES.map((name) => [name, showSetting(queue.settings, name)])),
    QueueArn: arnOf(context, queue.id),
    CreatedTimestamp: inSeconds(queue.createdMs),
    LastModifiedTimestamp: inSeconds(queue.modifiedMs),
    ApproximateNumberOfMessages: String(messages.length - hidden.length),
    ApproximateNumberOfMessagesNotVisible: String(inFlight.length),
    ApproximateNumberOfMessagesDelayed: String(hidden.length - inFlight.length),
  };
}

const inSeconds = (ms: number): string => String(Math.floor(ms / 1000));
