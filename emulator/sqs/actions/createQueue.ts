// CreateQueue: a standard queue; the same one again where the attributes that are named are the same.

import { z } from 'zod';
import { type JsonContext, jsonAction } from '../../json/service.ts';
import { invalidValue, sqsError } from '../errors.ts';
import { parseSettings } from '../parseSettings.ts';
import { deletedOf, queuesOf, urlOf } from '../queues.ts';
import { DEFAULTS, firstDifference } from '../settings.ts';

/** So long AWS keeps the name of a deleted queue. */
const NAME_FREE_AFTER_MS = 60_000;

export const createQueue = jsonAction(
  z.strictObject({ QueueName: z.string(), Attributes: z.record(z.string(), z.string()).default({}) }),
  (context, { QueueName: name, Attributes }) => {
    checkName(name);
    const settings = parseSettings(context, Attributes);
    const known = queuesOf(context).get(name);
    if (known !== undefined) {
      const different = firstDifference(known.settings, settings);
      if (different === undefined) return { QueueUrl: urlOf(context, name) };
      throw sqsError(
        'QueueNameExists',
        `A queue already exists with the same name and a different value for attribute ${different}`,
      );
    }
    freeName(context, name);
    const nowMs = context.clock.now();
    queuesOf(context).put({ id: name, createdMs: nowMs, modifiedMs: nowMs, settings: { ...DEFAULTS, ...settings } });
    return { QueueUrl: urlOf(context, name) };
  },
);

function checkName(name: string): void {
  if (name.endsWith('.fifo'))
    throw sqsError('UnsupportedOperation', 'The emulator has standard queues, no FIFO queues');
  if (/^[\w-]{1,80}$/.test(name)) return;
  throw invalidValue(
    'QueueName',
    name,
    'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length',
  );
}

function freeName(context: JsonContext, name: string): void {
  const deleted = deletedOf(context).get(name);
  if (deleted === undefined) return;
  if (context.clock.now() < deleted.deletedMs + NAME_FREE_AFTER_MS) {
    throw sqsError(
      'QueueDeletedRecently',
      'You must wait 60 seconds after deleting a queue before you can create another with the same name.',
    );
  }
  deletedOf(context).delete(name);
}
