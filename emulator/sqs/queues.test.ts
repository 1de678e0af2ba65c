// What can be done with queues themselves, through the SDK's client.

import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  PurgeQueueCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  type QueueAttributeName,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { serveJson, type TestService } from '../json/testing.ts';
import { accountIdOf } from '../protocols/credentials.ts';
import { sqs } from './index.ts';
import { aQueue, receive, refusal, sqsClient } from './testing.ts';

let server: TestService;
let client: SQSClient;

beforeEach(async () => {
  server = await serveJson(sqs);
  client = sqsClient(server.url);
});

afterEach(async () => {
  client.destroy();
  await server.close();
});

const attributesOf = async (QueueUrl: string, ...names: QueueAttributeName[]) =>
  (await client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: names }))).Attributes;

describe('CreateQueue', () => {
  test('gives the URL that the queue is reached at, and the defaults that AWS documents', async () => {
    const url = await aQueue(client, 'interruptions');
    expect(url).toBe(`${server.url}/${accountIdOf('one')}/interruptions`);
    expect(await attributesOf(url, 'All')).toEqual({
      VisibilityTimeout: '30',
      MessageRetentionPeriod: '345600',
      ReceiveMessageWaitTimeSeconds: '0',
      DelaySeconds: '0',
      MaximumMessageSize: '1048576',
      QueueArn: `arn:aws:sqs:us-east-1:${accountIdOf('one')}:interruptions`,
      CreatedTimestamp: String(Date.parse('2026-01-01T00:00:00Z') / 1000),
      LastModifiedTimestamp: String(Date.parse('2026-01-01T00:00:00Z') / 1000),
      ApproximateNumberOfMessages: '0',
      ApproximateNumberOfMessagesNotVisible: '0',
      ApproximateNumberOfMessagesDelayed: '0',
    });
  });

  test('is the same queue again with the same attributes, or with fewer', async () => {
    const policy = JSON.stringify({ Version: '2012-10-17', Statement: [] });
    const url = await aQueue(client, 'events', { VisibilityTimeout: '20', Policy: policy });
    await client.send(new SendMessageCommand({ QueueUrl: url, MessageBody: 'kept' }));
    expect(await aQueue(client, 'events', { VisibilityTimeout: '20', Policy: policy })).toBe(url);
    expect(await aQueue(client, 'events', { VisibilityTimeout: '20', DelaySeconds: '0' })).toBe(url);
    expect(await aQueue(client)).toBe(url);
    expect(await attributesOf(url, 'ApproximateNumberOfMessages')).toEqual({ ApproximateNumberOfMessages: '1' });
  });

  test('refuses the name of a queue with other attributes', async () => {
    await aQueue(client, 'events', { VisibilityTimeout: '20' });
    expect(await refusal(aQueue(client, 'events', { VisibilityTimeout: '21' }))).toBe('QueueNameExists');
    expect(await refusal(aQueue(client, 'events', { Policy: '{}' }))).toBe('QueueNameExists');
  });

  test.each([
    ['a name with a space', 'two words', {}, 'InvalidParameterValue'],
    ['an empty name', '', {}, 'InvalidParameterValue'],
    ['a name that is too long', 'x'.repeat(81), {}, 'InvalidParameterValue'],
    ['a FIFO queue', 'events.fifo', {}, 'UnsupportedOperation'],
    ['the attribute of a FIFO queue', 'events', { FifoQueue: 'true' }, 'InvalidAttributeName'],
    ['an unknown attribute', 'events', { Colour: 'blue' }, 'InvalidAttributeName'],
    ['an attribute out of its range', 'events', { VisibilityTimeout: '43201' }, 'InvalidAttributeValue'],
    ['a wait that is too long', 'events', { ReceiveMessageWaitTimeSeconds: '21' }, 'InvalidAttributeValue'],
    ['a retention that is too short', 'events', { MessageRetentionPeriod: '59' }, 'InvalidAttributeValue'],
    ['an attribute that is no number', 'events', { DelaySeconds: '1.5' }, 'InvalidAttributeValue'],
    ['an empty number', 'events', { DelaySeconds: '' }, 'InvalidAttributeValue'],
    ['a policy that is no JSON', 'events', { Policy: 'allow' }, 'InvalidAttributeValue'],
    ['a redrive policy that is no JSON', 'events', { RedrivePolicy: 'all' }, 'InvalidParameterValue'],
    ['an empty redrive policy', 'events', { RedrivePolicy: '{}' }, 'InvalidParameterValue'],
  ])('refuses %s', async (_, name, attributes, code) => {
    expect(await refusal(aQueue(client, name, attributes))).toBe(code);
    expect((await client.send(new ListQueuesCommand({}))).QueueUrls).toBeUndefined();
  });

  test('refuses what it does not know rather than leave it out', async () => {
    const call = client.send(new CreateQueueCommand({ QueueName: 'events', tags: { team: 'one' } }));
    expect(await refusal(call)).toBe('ValidationException');
  });

  test('refuses a dead-letter queue that is not there, of another region, or after no or too many receives', async () => {
    await aQueue(client, 'dead');
    const account = accountIdOf('one');
    const create = (deadLetterTargetArn: string, maxReceiveCount: unknown) =>
      aQueue(client, 'events', { RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount }) });
    const dead = `arn:aws:sqs:us-east-1:${account}:dead`;
    expect(await refusal(create(`arn:aws:sqs:us-east-1:${account}:other`, 3))).toBe('InvalidParameterValue');
    expect(await refusal(create(`arn:aws:sqs:us-east-2:${account}:dead`, 3))).toBe('InvalidParameterValue');
    expect(await refusal(create(dead, 0))).toBe('InvalidParameterValue');
    expect(await refusal(create(dead, 1001))).toBe('InvalidParameterValue');
    // A number as text is taken, as AWS takes it.
    const url = await create(dead, '3');
    expect(await attributesOf(url, 'RedrivePolicy')).toEqual({
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: dead, maxReceiveCount: 3 }),
    });
    expect(await create(dead, 3)).toBe(url);
    expect(await refusal(create(dead, 4))).toBe('QueueNameExists');
  });
});

describe('a queue is found', () => {
  test('by its name', async () => {
    const url = await aQueue(client);
    expect((await client.send(new GetQueueUrlCommand({ QueueName: 'events' }))).QueueUrl).toBe(url);
    expect(await refusal(client.send(new GetQueueUrlCommand({ QueueName: 'Events' })))).toBe('QueueDoesNotExist');
    const ofAnother = new GetQueueUrlCommand({ QueueName: 'events', QueueOwnerAWSAccountId: accountIdOf('two') });
    expect(await refusal(client.send(ofAnother))).toBe('QueueDoesNotExist');
  });

  test('at its URL, on whatever host that says, and not at another one', async () => {
    const url = await aQueue(client);
    const elsewhere = `http://localhost:1/${accountIdOf('one')}/events`;
    expect(await attributesOf(elsewhere, 'VisibilityTimeout')).toEqual({ VisibilityTimeout: '30' });
    expect(await refusal(attributesOf(`${url}s`, 'All'))).toBe('QueueDoesNotExist');
    expect(await refusal(attributesOf('events', 'All'))).toBe('InvalidAddress');
    expect(await refusal(attributesOf(server.url, 'All'))).toBe('InvalidAddress');
  });

  test('by its own account in its own region alone', async () => {
    const url = await aQueue(client);
    const two = sqsClient(server.url, 'two');
    const west = sqsClient(server.url, 'one', 'us-west-2');
    expect(await refusal(receive(two, url))).toBe('QueueDoesNotExist');
    expect(await refusal(receive(west, url))).toBe('QueueDoesNotExist');
    expect((await two.send(new ListQueuesCommand({}))).QueueUrls).toBeUndefined();
    two.destroy();
    west.destroy();
  });

  test('in lists by prefix, in pages for those who ask for pages', async () => {
    for (const name of ['b-2', 'a-1', 'b-3', 'b-1']) await aQueue(client, name);
    const named = async (input: object) => {
      const { QueueUrls = [], NextToken } = await client.send(new ListQueuesCommand(input));
      return { names: QueueUrls.map((url) => url.split('/').at(-1)), NextToken };
    };
    expect(await named({})).toEqual({ names: ['a-1', 'b-1', 'b-2', 'b-3'] });
    const first = await named({ QueueNamePrefix: 'b', MaxResults: 2 });
    expect(first.names).toEqual(['b-1', 'b-2']);
    const second = await named({ QueueNamePrefix: 'b', MaxResults: 2, NextToken: first.NextToken });
    expect(second).toEqual({ names: ['b-3'] });
    expect(await refusal(named({ MaxResults: 2, NextToken: first.NextToken }))).toBe('InvalidParameterValue');
    expect(await refusal(named({ MaxResults: 0 }))).toBe('InvalidParameterValue');
    expect(await refusal(named({ MaxResults: 1001 }))).toBe('InvalidParameterValue');
  });
});

describe('attributes', () => {
  test('are set anew where they are named, and stay where they are not', async () => {
    const url = await aQueue(client, 'events', { VisibilityTimeout: '20', Policy: '{}' });
    server.clock.advance(5_000);
    const changes = { DelaySeconds: '3', Policy: '' };
    await client.send(new SetQueueAttributesCommand({ QueueUrl: url, Attributes: changes }));
    expect(await attributesOf(url, 'VisibilityTimeout', 'DelaySeconds', 'Policy', 'LastModifiedTimestamp')).toEqual({
      VisibilityTimeout: '20',
      DelaySeconds: '3',
      LastModifiedTimestamp: String(Date.parse('2026-01-01T00:00:05Z') / 1000),
    });
    const wrong = new SetQueueAttributesCommand({ QueueUrl: url, Attributes: { DelaySeconds: '901' } });
    expect(await refusal(client.send(wrong))).toBe('InvalidAttributeValue');
  });

  test('are shown by name, none without a name, and refused where there is none of that name', async () => {
    const url = await aQueue(client);
    expect(await attributesOf(url)).toBeUndefined();
    expect(await attributesOf(url, 'Policy')).toBeUndefined();
    expect(await refusal(attributesOf(url, 'FifoQueue'))).toBe('InvalidAttributeName');
  });
});

describe('the end of a queue', () => {
  test('takes its messages along, and keeps its name for a minute', async () => {
    const url = await aQueue(client);
    await client.send(new SendMessageCommand({ QueueUrl: url, MessageBody: 'lost' }));
    await client.send(new DeleteQueueCommand({ QueueUrl: url }));
    expect(await refusal(receive(client, url))).toBe('QueueDoesNotExist');
    expect(await refusal(client.send(new DeleteQueueCommand({ QueueUrl: url })))).toBe('QueueDoesNotExist');
    server.clock.advance(59_999);
    expect(await refusal(aQueue(client))).toBe('QueueDeletedRecently');
    server.clock.advance(1);
    expect(await receive(client, await aQueue(client))).toEqual([]);
  });

  test('PurgeQueue takes all messages, those in flight as well, once a minute', async () => {
    const url = await aQueue(client);
    const send = () => client.send(new SendMessageCommand({ QueueUrl: url, MessageBody: 'lost' }));
    await send();
    await receive(client, url);
    await send();
    await client.send(new PurgeQueueCommand({ QueueUrl: url }));
    server.clock.advance(30_000);
    expect(await receive(client, url)).toEqual([]);
    expect(await refusal(client.send(new PurgeQueueCommand({ QueueUrl: url })))).toBe('PurgeQueueInProgress');
    server.clock.advance(30_000);
    await client.send(new PurgeQueueCommand({ QueueUrl: url }));
  });
});
