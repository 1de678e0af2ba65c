// The life of a message, through the SDK's client, which checks the digests of bodies itself.

import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  type Message,
  SendMessageCommand,
  SetQueueAttributesCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { serveJson, type TestService } from '../json/testing.ts';
import { accountIdOf } from '../protocols/credentials.ts';
import { deliver, sqs } from './index.ts';
import { aQueue, countsOf, receive, refusal, sqsClient } from './testing.ts';

const START_MS = Date.parse('2026-01-01T00:00:00Z');

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

const send = (MessageBody: string, input = {}) =>
  client.send(new SendMessageCommand({ QueueUrl: queue, MessageBody, ...input }));
const remove = ({ ReceiptHandle }: Message, QueueUrl = queue) =>
  client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
const hide = ({ ReceiptHandle }: Message, VisibilityTimeout: number, QueueUrl = queue) =>
  client.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout }));
const bodies = (messages: readonly Message[]) => messages.map(({ Body }) => Body);
const counts = () => countsOf(client, queue);
const receiveOne = async (input = {}): Promise<Message> => (await receive(client, queue, input))[0]!;

describe('a message', () => {
  test('arrives as it was sent, is hidden while it is worked on, and is gone when it is deleted', async () => {
    const body = JSON.stringify({ 'detail-type': 'EC2 Spot Instance Interruption Warning', note: 'é 漢 🚀 \t\r\n' });
    const { MessageId } = await send(body);
    server.clock.advance(1_500);
    const message = await receiveOne();
    expect(message).toMatchObject({ MessageId, Body: body });
    expect(message.Attributes).toEqual({
      SenderId: accountIdOf('one'),
      SentTimestamp: String(START_MS),
      ApproximateReceiveCount: '1',
      ApproximateFirstReceiveTimestamp: String(START_MS + 1_500),
    });
    expect(await counts()).toEqual({ visible: 0, inFlight: 1, delayed: 0 });
    expect(await receive(client, queue)).toEqual([]);
    await remove(message);
    server.clock.advance(3_600_000);
    expect(await receive(client, queue)).toEqual([]);
    await remove(message);
  });

  test('has the attributes that are asked for, by either name', async () => {
    await send('one');
    const shown = async (input: object) => (await receiveOne({ VisibilityTimeout: 0, ...input })).Attributes;
    expect(await shown({ MessageSystemAttributeNames: ['ApproximateReceiveCount'] })).toEqual({
      ApproximateReceiveCount: '1',
    });
    expect(await shown({ MessageSystemAttributeNames: [], AttributeNames: ['SentTimestamp'] })).toEqual({
      SentTimestamp: String(START_MS),
    });
    expect(await shown({ MessageSystemAttributeNames: [], MessageAttributeNames: ['All'] })).toBeUndefined();
    expect(await shown({ MessageSystemAttributeNames: ['SequenceNumber'] })).toBeUndefined();
    expect(await refusal(shown({ MessageSystemAttributeNames: ['Colour'] }))).toBe('InvalidAttributeName');
  });

  test('comes back when its visibility ends, with another handle', async () => {
    await send('again');
    const first = await receiveOne();
    server.clock.advance(29_999);
    expect(await receive(client, queue)).toEqual([]);
    server.clock.advance(1);
    const second = await receiveOne({ VisibilityTimeout: 5 });
    expect(second.MessageId).toBe(first.MessageId);
    expect(second.ReceiptHandle).not.toBe(first.ReceiptHandle);
    expect(second.Attributes).toMatchObject({
      ApproximateReceiveCount: '2',
      ApproximateFirstReceiveTimestamp: String(START_MS),
    });
    server.clock.advance(5_000);
    expect(await counts()).toEqual({ visible: 1, inFlight: 0, delayed: 0 });
  });

  test('is deleted with the newest handle, even when it is visible again; an old one is taken and does nothing', async () => {
    await send('again');
    const first = await receiveOne();
    server.clock.advance(30_000);
    const second = await receiveOne();
    await remove(first);
    expect(await counts()).toMatchObject({ inFlight: 1 });
    server.clock.advance(30_000);
    await remove(second);
    expect(await counts()).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
  });

  test('is delayed by itself or by its queue', async () => {
    await client.send(new SetQueueAttributesCommand({ QueueUrl: queue, Attributes: { DelaySeconds: '10' } }));
    await send('late');
    await send('sooner', { DelaySeconds: 5 });
    await send('now', { DelaySeconds: 0 });
    expect(await counts()).toEqual({ visible: 1, inFlight: 0, delayed: 2 });
    expect(bodies(await receive(client, queue, { MaxNumberOfMessages: 10 }))).toEqual(['now']);
    server.clock.advance(5_000);
    expect(bodies(await receive(client, queue, { MaxNumberOfMessages: 10 }))).toEqual(['sooner']);
    server.clock.advance(5_000);
    expect(bodies(await receive(client, queue, { MaxNumberOfMessages: 10 }))).toEqual(['late']);
  });

  test('is dropped when it is older than its queue keeps messages, in flight or not', async () => {
    await client.send(
      new SetQueueAttributesCommand({ QueueUrl: queue, Attributes: { MessageRetentionPeriod: '300' } }),
    );
    await send('received');
    const message = await receiveOne({ VisibilityTimeout: 3600 });
    server.clock.advance(200_000);
    await send('younger');
    server.clock.advance(100_000);
    expect(await counts()).toEqual({ visible: 1, inFlight: 0, delayed: 0 });
    expect(await refusal(hide(message, 10))).toBe('InvalidParameterValue');
    await client.send(new SetQueueAttributesCommand({ QueueUrl: queue, Attributes: { MessageRetentionPeriod: '60' } }));
    expect(await receive(client, queue)).toEqual([]);
  });

  test('is handed out oldest first, as many as are asked for', async () => {
    for (const body of ['1', '2', '3', '4']) {
      await send(body);
      server.clock.advance(1);
    }
    expect(bodies(await receive(client, queue))).toEqual(['1']);
    expect(bodies(await receive(client, queue, { MaxNumberOfMessages: 2 }))).toEqual(['2', '3']);
    expect(bodies(await receive(client, queue, { MaxNumberOfMessages: 10 }))).toEqual(['4']);
  });
});

describe('refused are', () => {
  test('bodies that are empty, too long, or hold what no text may hold', async () => {
    await client.send(new SetQueueAttributesCommand({ QueueUrl: queue, Attributes: { MaximumMessageSize: '1024' } }));
    expect(await refusal(send(''))).toBe('MissingParameter');
    expect(await refusal(send('bell \u0007'))).toBe('InvalidMessageContents');
    expect(await refusal(send(`${'é'.repeat(512)}x`))).toBe('InvalidParameterValue');
    await send('é'.repeat(512));
    expect(await counts()).toMatchObject({ visible: 1 });
  });

  test('numbers out of their ranges', async () => {
    expect(await refusal(send('x', { DelaySeconds: 901 }))).toBe('InvalidParameterValue');
    expect(await refusal(receive(client, queue, { MaxNumberOfMessages: 11 }))).toBe('InvalidParameterValue');
    expect(await refusal(receive(client, queue, { MaxNumberOfMessages: 0 }))).toBe('InvalidParameterValue');
    expect(await refusal(receive(client, queue, { WaitTimeSeconds: 21 }))).toBe('InvalidParameterValue');
    expect(await refusal(receive(client, queue, { VisibilityTimeout: 43_201 }))).toBe('InvalidParameterValue');
  });

  test('what only a FIFO queue or a message with attributes would need', async () => {
    const attributes = { colour: { DataType: 'String', StringValue: 'blue' } };
    expect(await refusal(send('x', { MessageAttributes: attributes }))).toBe('ValidationException');
    expect(await refusal(send('x', { MessageGroupId: 'one' }))).toBe('ValidationException');
    expect(await counts()).toMatchObject({ visible: 0 });
  });

  test('handles that are none, or of another queue', async () => {
    await send('x');
    const message = await receiveOne();
    const other = await aQueue(client, 'other');
    expect(await refusal(remove({ ReceiptHandle: 'none' }))).toBe('ReceiptHandleIsInvalid');
    expect(await refusal(hide({ ReceiptHandle: 'none' }, 1))).toBe('ReceiptHandleIsInvalid');
    expect(await refusal(remove(message, other))).toBe('ReceiptHandleIsInvalid');
  });
});

describe('ChangeMessageVisibility', () => {
  test('gives more time from now on, or none', async () => {
    await send('x');
    const message = await receiveOne();
    server.clock.advance(15_000);
    await hide(message, 60);
    server.clock.advance(59_999);
    expect(await counts()).toMatchObject({ inFlight: 1 });
    await hide(message, 0);
    expect(await receiveOne()).toMatchObject({ MessageId: message.MessageId });
  });

  test('is refused for a message that is not in flight, was received again, or is gone', async () => {
    await send('x');
    const first = await receiveOne();
    server.clock.advance(30_000);
    expect(await refusal(hide(first, 10))).toBe('MessageNotInflight');
    const second = await receiveOne();
    expect(await refusal(hide(first, 10))).toBe('InvalidParameterValue');
    await remove(second);
    expect(await refusal(hide(second, 10))).toBe('InvalidParameterValue');
  });

  test('hides a message for twelve hours from its receive at most', async () => {
    await send('x');
    const message = await receiveOne({ VisibilityTimeout: 60 });
    server.clock.advance(10_000);
    expect(await refusal(hide(message, 43_191))).toBe('InvalidParameterValue');
    await hide(message, 43_190);
    expect(await refusal(hide(message, 43_201))).toBe('InvalidParameterValue');
    expect(await refusal(hide(message, -1))).toBe('InvalidParameterValue');
  });
});

describe('an event', () => {
  test('is delivered to a queue of that account and region, if there is one', async () => {
    const context = server.context(accountIdOf('one'));
    expect(deliver(context, 'events', '{"source":"aws.ec2"}')).toBe(true);
    expect(deliver(context, 'other', 'x')).toBe(false);
    expect(deliver(server.context(accountIdOf('two')), 'events', 'x')).toBe(false);
    expect(deliver(server.context(accountIdOf('one'), 'us-west-2'), 'events', 'x')).toBe(false);
    expect(deliver(context, 'events', 'x'.repeat(1_048_577))).toBe(false);
    expect(bodies(await receive(client, queue, { MaxNumberOfMessages: 10 }))).toEqual(['{"source":"aws.ec2"}']);
  });
});
