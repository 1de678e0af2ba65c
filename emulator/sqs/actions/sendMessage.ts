// SendMessage and SendMessageBatch: bodies without attributes, as events are.

import { z } from 'zod';
import { type JsonContext, jsonAction } from '../../json/service.ts';
import { eachOf } from '../batch.ts';
import { inRange, sqsError } from '../errors.ts';
import { enqueue, md5Of, refusalOf } from '../messages.ts';
import { type Queue, queueAt } from '../queues.ts';

const MOST_BATCH_BYTES = 1_048_576;

const sent = { MessageBody: z.string(), DelaySeconds: z.int().optional() };
type Sent = z.output<z.ZodObject<typeof sent>>;

export const sendMessage = jsonAction(z.strictObject({ QueueUrl: z.string(), ...sent }), (context, input) =>
  send(context, queueAt(context, input.QueueUrl), input),
);

export const sendMessageBatch = jsonAction(
  z.strictObject({ QueueUrl: z.string(), Entries: z.array(z.strictObject({ Id: z.string(), ...sent })) }),
  (context, { QueueUrl, Entries }) => {
    const queue = queueAt(context, QueueUrl);
    const bytes = Entries.reduce((sum, { MessageBody }) => sum + Buffer.byteLength(MessageBody), 0);
    if (bytes > MOST_BATCH_BYTES) {
      throw sqsError(
        'BatchRequestTooLong',
        `Batch requests cannot be longer than ${MOST_BATCH_BYTES} bytes. You have sent ${bytes} bytes.`,
      );
    }
    return eachOf(Entries, (entry) => send(context, queue, entry));
  },
);

function send(context: JsonContext, queue: Queue, { MessageBody: body, DelaySeconds }: Sent) {
  const refusal = refusalOf(queue, body);
  if (refusal !== undefined) throw refusal;
  const delaySeconds = DelaySeconds === undefined ? undefined : inRange('DelaySeconds', DelaySeconds, 0, 900);
  return { MessageId: enqueue(context, queue, body, delaySeconds).id, MD5OfMessageBody: md5Of(body) };
}
