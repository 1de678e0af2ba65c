// A restart: queues and messages are where they were, those who polled ask again.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import {
  DeleteMessageCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import { aQueue, observed, receive, refusal, serveSqs, sqsClient } from './testing.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'berth-sqs-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

test('queues, messages, and what is in flight survive; a poll ends with the server', async () => {
  const { service, nextPoll } = observed();
  const before = await serveSqs(service, folder);
  const client = sqsClient(before.url);
  const url = await aQueue(client, 'events', { VisibilityTimeout: '20' });
  await client.send(new DeleteQueueCommand({ QueueUrl: await aQueue(client, 'gone') }));
  for (const MessageBody of ['in flight', 'waiting', 'deleted']) {
    await client.send(new SendMessageCommand({ QueueUrl: url, MessageBody }));
    before.clock.advance(1);
  }
  const [inFlight] = await receive(client, url);
  const others = await receive(client, url, { MaxNumberOfMessages: 2, VisibilityTimeout: 0 });
  await client.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: others[1]!.ReceiptHandle }));
  const arrived = nextPoll();
  const poll = receive(client, await aQueue(client, 'empty'), { WaitTimeSeconds: 20 });
  await arrived;
  const closed = before.close();
  expect(await poll).toEqual([]);
  client.destroy();
  await closed;

  const after = await serveSqs(observed().service, folder);
  // Its clock begins where the first one did.
  after.clock.advance(3);
  const again = sqsClient(after.url);
  const { Attributes } = await again.send(new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['All'] }));
  expect(Attributes).toMatchObject({
    VisibilityTimeout: '20',
    ApproximateNumberOfMessages: '1',
    ApproximateNumberOfMessagesNotVisible: '1',
  });
  expect(await refusal(aQueue(again, 'gone'))).toBe('QueueDeletedRecently');
  expect(await receive(again, url)).toMatchObject([{ Body: 'waiting', Attributes: { ApproximateReceiveCount: '2' } }]);
  await again.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: inFlight!.ReceiptHandle }));
  after.clock.advance(20_000);
  expect(await receive(again, url, { MaxNumberOfMessages: 10 })).toMatchObject([{ Body: 'waiting' }]);
  again.destroy();
  await after.close();
});
