// Messages that were received too often, through the SDK's client.

import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  DeleteMessageCommand,
  type Message,
  SendMessageCommand,
  SetQueueAttributesCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { serveJson, type TestService } from '../json/testing.ts';
import { accountIdOf } from '../protocols/credentials.ts';
import { sqs } from './index.ts';
import { aQueue, countsOf, receive, sqsClient } from './testing.ts';

let server: TestService;
let client: SQSClient;
let queue: string;

beforeEach(async () => {
  server = await serveJson(sqs);
  client = sqsClient(server.url);
  queue = await aQueue(client);
});

afterEach(async () => {
  client.destroy();
  await server.close();
});

const send = (MessageBody: string) => client.send(new SendMessageCommand({ QueueUrl: queue, MessageBody }));
const remove = ({ ReceiptHandle }: Message) =>
  client.send(new DeleteMessageCommand({ QueueUrl: queue, ReceiptHandle }));
const bodies = (messages: readonly Message[]) => messages.map(({ Body }) => Body);
const receiveOne = async (input: object): Promise<Message> => (await receive(client, queue, input))[0]!;

describe('a dead-letter queue', () => {
  let dead: string;

  beforeEach(async () => {
    dead = await aQueue(client, 'dead');
    const RedrivePolicy = JSON.stringify({
      deadLetterTargetArn: `arn:aws:sqs:us-east-1:${accountIdOf('one')}:dead`,
      maxReceiveCount: 2,
    });
    await client.send(new SetQueueAttributesCommand({ QueueUrl: queue, Attributes: { RedrivePolicy } }));
  });

  test('gets what was received too often, with its id and its age', async () => {
    const { MessageId } = await send('poison');
    await receiveOne({ VisibilityTimeout: 1 });
    server.clock.advance(1_000);
    const last = await receiveOne({ VisibilityTimeout: 1 });
    expect(last.Attributes).toMatchObject({ ApproximateReceiveCount: '2' });
    server.clock.advance(1_000);
    await send('healthy');
    expect(bodies(await receive(client, queue, { MaxNumberOfMessages: 10 }))).toEqual(['healthy']);
    const [message] = await receive(client, dead);
    expect(message).toMatchObject({
      MessageId,
      Body: 'poison',
      Attributes: {
        ApproximateReceiveCount: '3',
        SentTimestamp: String(Date.parse('2026-01-01T00:00:00Z')),
        DeadLetterQueueSourceArn: `arn:aws:sqs:us-east-1:${accountIdOf('one')}:events`,
      },
    });
    await remove(last);
    expect(await countsOf(client, dead)).toMatchObject({ inFlight: 1 });
  });

  test('does not get what was deleted in time', async () => {
    await send('healthy');
    await receiveOne({ VisibilityTimeout: 0 });
    await remove(await receiveOne({ VisibilityTimeout: 0 }));
    expect(await receive(client, queue)).toEqual([]);
    expect(await receive(client, dead)).toEqual([]);
  });
});
