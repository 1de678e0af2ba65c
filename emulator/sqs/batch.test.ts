// Batches, through the SDK's client.

import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  SendMessageBatchCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { serveJson, type TestService } from '../json/testing.ts';
import { sqs } from './index.ts';
import { aQueue, countsOf, receive, refusal, sqsClient } from './testing.ts';

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

describe('a batch', () => {
  const sendAll = (entries: readonly (readonly [Id: string, MessageBody: string])[]) =>
    client.send(
      new SendMessageBatchCommand({
        QueueUrl: queue,
        Entries: entries.map(([Id, MessageBody]) => ({ Id, MessageBody })),
      }),
    );

  test('is sent, hidden and deleted entry by entry: one that is wrong leaves the others alone', async () => {
    const { Successful, Failed } = await sendAll([
      ['a', 'one'],
      ['b', ''],
      ['c', 'two'],
    ]);
    expect(Successful?.map(({ Id }) => Id)).toEqual(['a', 'c']);
    expect(Failed).toMatchObject([{ Id: 'b', SenderFault: true, Code: 'MissingParameter' }]);
    const messages = await receive(client, queue, { MaxNumberOfMessages: 10 });
    expect(messages.map(({ Body }) => Body)).toEqual(['one', 'two']);
    const handles = [messages[0]!.ReceiptHandle, 'none', messages[1]!.ReceiptHandle];
    const Entries = handles.map((ReceiptHandle, index) => ({ Id: `${index}`, ReceiptHandle, VisibilityTimeout: 90 }));
    const hidden = await client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: queue, Entries }));
    expect(hidden.Successful).toEqual([{ Id: '0' }, { Id: '2' }]);
    expect(hidden.Failed).toMatchObject([{ Id: '1', Code: 'ReceiptHandleIsInvalid' }]);
    server.clock.advance(60_000);
    expect(await countsOf(client, queue)).toMatchObject({ inFlight: 2 });
    const removals = Entries.map(({ Id, ReceiptHandle }) => ({ Id, ReceiptHandle }));
    const removed = await client.send(new DeleteMessageBatchCommand({ QueueUrl: queue, Entries: removals }));
    expect(removed.Successful).toEqual([{ Id: '0' }, { Id: '2' }]);
    expect(removed.Failed).toMatchObject([{ Id: '1', Code: 'ReceiptHandleIsInvalid' }]);
    expect(await countsOf(client, queue)).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
  });

  test.each([
    ['no entry', 0, 'EmptyBatchRequest'],
    ['eleven entries', 11, 'TooManyEntriesInBatchRequest'],
  ])('with %s is refused', async (_, count, code) => {
    const entries = Array.from({ length: count }, (_, index) => [`${index}`, 'x'] as const);
    expect(await refusal(sendAll(entries))).toBe(code);
  });

  test('is refused as a whole for ids that are not distinct or malformed, and when it is too long', async () => {
    const long = 'x'.repeat(600_000);
    expect(
      await refusal(
        sendAll([
          ['a', 'x'],
          ['a', 'y'],
        ]),
      ),
    ).toBe('BatchEntryIdsNotDistinct');
    expect(await refusal(sendAll([['a b', 'x']]))).toBe('InvalidBatchEntryId');
    expect(
      await refusal(
        sendAll([
          ['a', long],
          ['b', long],
        ]),
      ),
    ).toBe('BatchRequestTooLong');
    expect(await countsOf(client, queue)).toMatchObject({ visible: 0 });
  });
});
