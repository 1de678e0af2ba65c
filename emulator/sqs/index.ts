// SQS: standard queues, as far as EventBridge's events and those who poll for them need them (facts/ec2.md 3).

import type { JsonService } from '../json/service.ts';
import { changeMessageVisibility, changeMessageVisibilityBatch } from './actions/changeMessageVisibility.ts';
import { createQueue } from './actions/createQueue.ts';
import { deleteMessage, deleteMessageBatch } from './actions/deleteMessage.ts';
import { deleteQueue } from './actions/deleteQueue.ts';
import { getQueueAttributes } from './actions/getQueueAttributes.ts';
import { getQueueUrl } from './actions/getQueueUrl.ts';
import { listQueues } from './actions/listQueues.ts';
import { purgeQueue } from './actions/purgeQueue.ts';
import { receiveMessage } from './actions/receiveMessage.ts';
import { sendMessage, sendMessageBatch } from './actions/sendMessage.ts';
import { setQueueAttributes } from './actions/setQueueAttributes.ts';

export { deliver } from './deliver.ts';
export { type PollContext, releaseWaiters } from './waiters.ts';

export const sqs: JsonService = {
  name: 'sqs',
  version: '1.0',
  target: 'AmazonSQS',
  actions: {
    ChangeMessageVisibility: changeMessageVisibility,
    ChangeMessageVisibilityBatch: changeMessageVisibilityBatch,
    CreateQueue: createQueue,
    DeleteMessage: deleteMessage,
    DeleteMessageBatch: deleteMessageBatch,
    DeleteQueue: deleteQueue,
    GetQueueAttributes: getQueueAttributes,
    GetQueueUrl: getQueueUrl,
    ListQueues: listQueues,
    PurgeQueue: purgeQueue,
    ReceiveMessage: receiveMessage,
    SendMessage: sendMessage,
    SendMessageBatch: sendMessageBatch,
    SetQueueAttributes: setQueueAttributes,
  },
};
