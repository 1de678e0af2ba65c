// Long polls: what wakes them, what ends them, and that nothing is taken for a caller who is not there any more.

import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  ChangeMessageVisibilityCommand,
  DeleteQueueCommand,
  type Message,
  SendMessageCommand,
  SetQueueAttributesCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { answerJson } from '../json/service.ts';
import { accountIdOf } from '../protocols/credentials.ts';
import { deliver, releaseWaiters, sqs } from './index.ts';
import { aQueue, observed, receive, refusal, serveSqs, sqsClient, type SqsServer } from './testing.ts';

let server: SqsServer;
let client: SQSClient;
let queue: string;
let nextPoll: () => Promise<void>;

beforeEach(async () => {
  const { service, nextPoll: next } = observed();
  nextPoll = next;
  server = await serveSqs(service);
  client = sqsClient(server.url);
  queue = await aQueue(client);
});

afterEach(async () => {
  client.destroy();
  await server.close();
});

const send = (MessageBody: string, input = {}) =>
  client.send(new SendMessageCommand({ QueueUrl: queue, MessageBody, ...input }));

/** A poll that the service has and that nothing has answered yet. */
async function aPoll(input = {}, QueueUrl = queue): Promise<{ answer: Promise<Message[]>; answered: () => boolean }> {
  const arrived = nextPoll();
  let done = false;
  const answer = receive(client, QueueUrl, { WaitTimeSeconds: 20, ...input }).finally(() => {
    done = true;
  });
  answer.catch(() => {});
  await arrived;
  return { answer, answered: () => done };
}

const bodies = async (answer: Promise<Message[]>) => (await answer).map(({ Body }) => Body);

describe('a long poll is answered', () => {
  test('by a message that is sent', async () => {
    const { answer } = await aPoll();
    await send('here');
    expect(await bodies(answer)).toEqual(['here']);
  });

  test('by an event that is delivered', async () => {
    const { answer } = await aPoll();
    const context = { ...server, accountId: accountIdOf('one'), region: 'us-east-1' };
    expect(deliver(context, 'events', 'here')).toBe(true);
    expect(await bodies(answer)).toEqual(['here']);
  });

  test('at once where there is a message', async () => {
    await send('here');
    expect(await bodies((await aPoll()).answer)).toEqual(['here']);
  });

  test('with nothing when its time is up, and not before', async () => {
    const { answer, answered } = await aPoll();
    server.clock.advance(19_999);
    await send('elsewhere', { QueueUrl: await aQueue(client, 'other') });
    expect(answered()).toBe(false);
    server.clock.advance(1);
    expect(await answer).toEqual([]);
  });

  test('when a message that was delayed becomes visible', async () => {
    const { answer, answered } = await aPoll();
    await send('late', { DelaySeconds: 7 });
    server.clock.advance(6_999);
    await send('elsewhere', { QueueUrl: await aQueue(client, 'other') });
    expect(answered()).toBe(false);
    server.clock.advance(1);
    expect(await bodies(answer)).toEqual(['late']);
  });

  test('when somebody else is too slow, or gives a message back', async () => {
    await send('again');
    await receive(client, queue, { VisibilityTimeout: 5 });
    const first = await aPoll({ VisibilityTimeout: 600 });
    server.clock.advance(5_000);
    const [message] = await first.answer;
    expect(message).toMatchObject({ Body: 'again', Attributes: { ApproximateReceiveCount: '2' } });
    const second = await aPoll();
    const { ReceiptHandle } = message!;
    await client.send(new ChangeMessageVisibilityCommand({ QueueUrl: queue, ReceiptHandle, VisibilityTimeout: 0 }));
    expect(await bodies(second.answer)).toEqual(['again']);
  });

  test('when a message is given up on in another queue', async () => {
    const dead = await aQueue(client, 'dead');
    const deadLetterTargetArn = `arn:aws:sqs:us-east-1:${accountIdOf('one')}:dead`;
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 1 });
    await client.send(new SetQueueAttributesCommand({ QueueUrl: queue, Attributes: { RedrivePolicy } }));
    await send('poison');
    await receive(client, queue, { VisibilityTimeout: 0 });
    const { answer } = await aPoll({}, dead);
    expect(await receive(client, queue)).toEqual([]);
    expect(await bodies(answer)).toEqual(['poison']);
  });

  test('when its own queue is its dead-letter queue, once for each message', async () => {
    const deadLetterTargetArn = `arn:aws:sqs:us-east-1:${accountIdOf('one')}:events`;
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 1 });
    await client.send(new SetQueueAttributesCommand({ QueueUrl: queue, Attributes: { RedrivePolicy } }));
    await send('round and round');
    await receive(client, queue, { VisibilityTimeout: 3 });
    const { answer } = await aPoll();
    server.clock.advance(3_000);
    expect(await answer).toMatchObject([{ Attributes: { ApproximateReceiveCount: '2' } }]);
    expect(server.timers()).toBe(0);
  });

  test('in turn: one message for one of those who wait', async () => {
    const first = await aPoll();
    const second = await aPoll();
    await send('one');
    expect(await bodies(first.answer)).toEqual(['one']);
    expect(second.answered()).toBe(false);
    await send('two');
    expect(await bodies(second.answer)).toEqual(['two']);
  });

  test('after the wait of its queue where it names none itself', async () => {
    const attributes = { ReceiveMessageWaitTimeSeconds: '3' };
    await client.send(new SetQueueAttributesCommand({ QueueUrl: queue, Attributes: attributes }));
    expect(await receive(client, queue, { WaitTimeSeconds: 0 })).toEqual([]);
    const { answer, answered } = await aPoll({ WaitTimeSeconds: undefined });
    expect(answered()).toBe(false);
    server.clock.advance(3_000);
    expect(await answer).toEqual([]);
  });

  test('with an error when the queue is deleted', async () => {
    const { answer } = await aPoll();
    await client.send(new DeleteQueueCommand({ QueueUrl: queue }));
    expect(await refusal(answer)).toBe('QueueDoesNotExist');
  });
});

describe('a long poll ends', () => {
  test('with its caller, for whom nothing is taken then', async () => {
    const gone = new AbortController();
    const impatient = sqsClient(server.url);
    const arrived = nextPoll();
    const call = receive(impatient, queue, { WaitTimeSeconds: 20 }, { abortSignal: gone.signal });
    call.catch(() => {});
    await arrived;
    const hungUp = server.nextHangUp();
    gone.abort();
    expect(await refusal(call)).toBe('AbortError');
    impatient.destroy();
    await hungUp;
    expect(server.timers()).toBe(0);
    await send('not for nobody');
    expect(await receive(client, queue)).toMatchObject([{ Attributes: { ApproximateReceiveCount: '1' } }]);
  });

  test('before it begins where its caller has gone already', async () => {
    await send('not for nobody');
    const gone = AbortSignal.abort();
    const context = { ...server, accountId: accountIdOf('one'), region: 'us-east-1', gone };
    const input = JSON.stringify({ QueueUrl: queue, WaitTimeSeconds: 20 });
    expect(await answerJson(sqs, context, 'AmazonSQS.ReceiveMessage', input)).toMatchObject({ body: '{}' });
    expect(await receive(client, queue)).toMatchObject([{ Attributes: { ApproximateReceiveCount: '1' } }]);
  });

  test('when the waiters are released; the next one answers at once', async () => {
    const { answer } = await aPoll();
    releaseWaiters(server.store);
    expect(await answer).toEqual([]);
    expect(await receive(client, queue, { WaitTimeSeconds: 20 })).toEqual([]);
    await send('still there');
    expect(await receive(client, queue, { WaitTimeSeconds: 20 })).toHaveLength(1);
  });

  test('without a timer that is left', async () => {
    const first = await aPoll();
    await send('here');
    await first.answer;
    const second = await aPoll();
    releaseWaiters(server.store);
    await second.answer;
    expect(server.timers()).toBe(0);
  });
});
