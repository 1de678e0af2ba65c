// Standard queues of SQS, as those have them that wait for EC2's events (facts/ec2.md 3, SDK).

import { randomUUID } from 'node:crypto';
import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  type CreateQueueCommandInput,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  type Message,
  type QueueAttributeName,
  ReceiveMessageCommand,
  type ReceiveMessageCommandInput,
  SendMessageBatchCommand,
  SendMessageCommand,
} from '@aws-sdk/client-sqs';
import { capability } from './support/capability.ts';
import { contract } from './support/contract.ts';
import { codeOf } from './support/refusal.ts';
import { until } from './support/until.ts';

const aws = contract();

const newName = (): string => `contract-${randomUUID()}`;

/** Deleted after the test. */
async function queue(Attributes?: CreateQueueCommandInput['Attributes'], QueueName = newName()): Promise<string> {
  const { QueueUrl } = await aws.sqs.send(new CreateQueueCommand({ QueueName, Attributes }));
  aws.make.litter.others.add(() => aws.sqs.send(new DeleteQueueCommand({ QueueUrl })).catch(() => {}));
  return QueueUrl!;
}

const send = (QueueUrl: string, MessageBody: string, DelaySeconds?: number) =>
  aws.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, DelaySeconds }));
const receive = async (QueueUrl: string, input: Partial<ReceiveMessageCommandInput> = {}): Promise<Message[]> =>
  (await aws.sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 1, ...input }))).Messages ?? [];
const remove = (QueueUrl: string, ReceiptHandle: string) =>
  aws.sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
/** Any server of a queue may have the message: not each call finds it. */
const receiveOne = async (url: string, input?: Partial<ReceiveMessageCommandInput>): Promise<Message> =>
  (
    await until(
      'a message comes',
      () => receive(url, input),
      (messages) => messages.length > 0,
    )
  )[0]!;
const attributesOf = async (QueueUrl: string, ...AttributeNames: QueueAttributeName[]) =>
  (await aws.sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames }))).Attributes;

const probe = () => [aws.sqs.send(new GetQueueUrlCommand({ QueueName: 'contract-none' }))];

capability('queues', probe, (it) => {
  it('a queue is found by its name, and tells its settings (SDK)', async () => {
    const name = newName();
    const url = await queue({ VisibilityTimeout: '20', MessageRetentionPeriod: '300' }, name);
    const { QueueUrl } = await aws.sqs.send(new GetQueueUrlCommand({ QueueName: name }));
    expect(QueueUrl).toBe(url);
    expect(await attributesOf(url, 'VisibilityTimeout', 'MessageRetentionPeriod', 'QueueArn', 'DelaySeconds')).toEqual({
      VisibilityTimeout: '20',
      MessageRetentionPeriod: '300',
      DelaySeconds: '0',
      QueueArn: expect.stringMatching(new RegExp(`^arn:aws:sqs:[a-z0-9-]+:\\d{12}:${name}$`)),
    });
  });

  it('to make it again is the same queue, unless it is to be another (SDK)', async () => {
    const name = newName();
    const url = await queue({ VisibilityTimeout: '20' }, name);
    expect(await queue({ VisibilityTimeout: '20' }, name)).toBe(url);
    expect(await codeOf(queue({ VisibilityTimeout: '21' }, name))).toBe('QueueNameExists');
  });

  it('one that there is not does not exist (SDK)', async () => {
    const url = (await queue()).replace(/[^/]+$/, newName());
    expect(await codeOf(aws.sqs.send(new GetQueueUrlCommand({ QueueName: newName() })))).toBe('QueueDoesNotExist');
    expect(await codeOf(send(url, 'any'))).toBe('QueueDoesNotExist');
    expect(await codeOf(receive(url))).toBe('QueueDoesNotExist');
  });

  it('a name and settings have their bounds (SDK)', async () => {
    expect(await codeOf(queue({}, 'not a name'))).toBe('InvalidParameterValue');
    expect(await codeOf(queue({ VisibilityTimeout: '43201' }))).toBe('InvalidAttributeValue');
    expect(await codeOf(queue({ MessageRetentionPeriod: '59' }))).toBe('InvalidAttributeValue');
    expect(await codeOf(queue({ Colour: 'red' } as CreateQueueCommandInput['Attributes']))).toBe(
      'InvalidAttributeName',
    );
  });
});

capability('messages', probe, (it) => {
  it('a message comes as it was sent, and is gone once it is deleted (3)', async () => {
    const url = await queue({ VisibilityTimeout: '1' });
    const body = JSON.stringify({ source: 'aws.ec2', detail: { note: '<ü> & "日本"' } });
    const sent = await send(url, body);
    const message = await receiveOne(url);
    expect(message).toMatchObject({ MessageId: sent.MessageId, Body: body, MD5OfBody: sent.MD5OfMessageBody });
    await remove(url, message.ReceiptHandle!);
    expect(await receive(url, { WaitTimeSeconds: 2 })).toEqual([]);
  });

  it('what is received is hidden for a while, and comes again unless it is deleted (3)', async () => {
    const url = await queue({ VisibilityTimeout: '2' });
    await send(url, 'again');
    const MessageSystemAttributeNames = ['ApproximateReceiveCount' as const, 'SentTimestamp' as const];
    const first = await receiveOne(url, { MessageSystemAttributeNames });
    expect(await receive(url, { WaitTimeSeconds: 0 })).toEqual([]);
    const second = await receiveOne(url, { MessageSystemAttributeNames });
    expect(second.MessageId).toBe(first.MessageId);
    expect([first.Attributes, second.Attributes]).toMatchObject([
      { ApproximateReceiveCount: '1', SentTimestamp: expect.stringMatching(/^\d{13}$/) },
      { ApproximateReceiveCount: '2' },
    ]);
  });

  it('it can be given back at once (3)', async () => {
    const url = await queue({ VisibilityTimeout: '600' });
    await send(url, 'not for me');
    const { ReceiptHandle, MessageId } = await receiveOne(url);
    await aws.sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl: url, ReceiptHandle, VisibilityTimeout: 0 }));
    expect((await receiveOne(url)).MessageId).toBe(MessageId);
  });

  it('who waits is answered when a message comes (3)', async () => {
    const url = await queue();
    const waiting = receive(url, { WaitTimeSeconds: 20 });
    const startedAt = Date.now();
    await send(url, 'now');
    expect(await waiting).toMatchObject([{ Body: 'now' }]);
    expect(Date.now() - startedAt).toBeLessThan(10_000);
  });

  it('one that is delayed comes later (SDK)', async () => {
    const url = await queue();
    await send(url, 'later', 2);
    expect(await receive(url, { WaitTimeSeconds: 0 })).toEqual([]);
    expect((await receiveOne(url)).Body).toBe('later');
  });

  it('all of them come, up to ten at once (3)', async () => {
    const url = await queue();
    const bodies = Array.from({ length: 15 }, (_, n) => `message ${String(n).padStart(2, '0')}`);
    for (const some of [bodies.slice(0, 10), bodies.slice(10)]) {
      const Entries = some.map((MessageBody, n) => ({ Id: `id-${n}`, MessageBody }));
      const { Successful, Failed } = await aws.sqs.send(new SendMessageBatchCommand({ QueueUrl: url, Entries }));
      expect([Successful!.length, Failed ?? []]).toEqual([some.length, []]);
    }
    // At least once: what comes twice is counted once.
    const seen = new Set<string>();
    const some = async () => {
      const messages = await receive(url, { MaxNumberOfMessages: 10 });
      expect(messages.length).toBeLessThanOrEqual(10);
      for (const { Body } of messages) seen.add(Body!);
      const Entries = messages.map(({ ReceiptHandle }, n) => ({ Id: `id-${n}`, ReceiptHandle }));
      if (Entries.length > 0) await aws.sqs.send(new DeleteMessageBatchCommand({ QueueUrl: url, Entries }));
      return seen.size;
    };
    await until('all have come', some, (count) => count === bodies.length);
    expect([...seen].sort()).toEqual(bodies);
  });

  it('a batch has one to ten, each with an id of its own (SDK)', async () => {
    const QueueUrl = await queue();
    const batch = (...ids: string[]) => {
      const Entries = ids.map((Id) => ({ Id, MessageBody: 'any' }));
      return aws.sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    };
    expect(await codeOf(batch())).toBe('EmptyBatchRequest');
    expect(await codeOf(batch(...Array.from({ length: 11 }, (_, n) => `id-${n}`)))).toBe(
      'TooManyEntriesInBatchRequest',
    );
    expect(await codeOf(batch('same', 'same'))).toBe('BatchEntryIdsNotDistinct');
    expect(await codeOf(batch('not an id'))).toBe('InvalidBatchEntryId');
  });

  it('what is received too often goes to the queue for the dead (3)', async () => {
    const dead = await queue();
    const { QueueArn } = (await attributesOf(dead, 'QueueArn'))!;
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: QueueArn, maxReceiveCount: 1 });
    const url = await queue({ VisibilityTimeout: '1', RedrivePolicy });
    await send(url, 'unreadable');
    await receiveOne(url);
    const seen = async () => {
      expect(await receive(url)).toEqual([]);
      return receive(dead);
    };
    expect(await until('it is with the dead', seen, (all) => all.length > 0)).toMatchObject([{ Body: 'unreadable' }]);
  });

  it('a receipt that is none is refused (SDK)', async () => {
    expect(await codeOf(remove(await queue(), 'forged'))).toBe('ReceiptHandleIsInvalid');
  });
});
