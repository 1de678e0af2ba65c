// Whatever is done in whatever order: no message is lost, handed out while it is hidden, or seen again once it is deleted.

import { expect, test } from '@jest/globals';
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  type Message,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import fc from 'fast-check';
import { answerJson } from '../json/service.ts';
import { serveJson, type TestService } from '../json/testing.ts';
import { accountIdOf } from '../protocols/credentials.ts';
import { sqs } from './index.ts';
import { aQueue, receive, sqsClient } from './testing.ts';

/** What the queue ought to know of a message. */
type Known = { visibleMs: number; handle?: string; oldHandles: string[] };
type Model = { readonly messages: Map<string, Known>; readonly deleted: Set<string> };
type Real = { readonly client: SQSClient; readonly server: TestService; readonly queue: string };
type Command = fc.AsyncCommand<Model, Real>;

const pickOf = <T>(items: readonly T[], index: number): T | undefined => items[index % Math.max(1, items.length)];

const send = (delaySeconds: number): Command => ({
  check: () => true,
  async run(model, { client, server, queue }) {
    const command = new SendMessageCommand({ QueueUrl: queue, MessageBody: 'x', DelaySeconds: delaySeconds });
    const { MessageId } = await client.send(command);
    model.messages.set(MessageId!, { visibleMs: server.clock.now() + delaySeconds * 1000, oldHandles: [] });
  },
  toString: () => `send, after ${delaySeconds} s`,
});

function take(model: Model, server: TestService, messages: readonly Message[], visibilitySeconds: number): void {
  for (const { MessageId, ReceiptHandle } of messages) {
    expect(model.deleted).not.toContain(MessageId);
    const known = model.messages.get(MessageId!)!;
    expect(known.visibleMs).toBeLessThanOrEqual(server.clock.now());
    if (known.handle !== undefined) known.oldHandles.push(known.handle);
    known.handle = ReceiptHandle!;
    known.visibleMs = server.clock.now() + visibilitySeconds * 1000;
  }
}

const receiveSome = (max: number, visibilitySeconds: number): Command => ({
  check: () => true,
  async run(model, { client, server, queue }) {
    const visible = [...model.messages.values()].filter(({ visibleMs }) => visibleMs <= server.clock.now());
    const input = { MaxNumberOfMessages: max, VisibilityTimeout: visibilitySeconds };
    const messages = await receive(client, queue, input);
    expect(messages).toHaveLength(Math.min(max, visible.length));
    take(model, server, messages, visibilitySeconds);
  },
  toString: () => `receive ${max} for ${visibilitySeconds} s`,
});

const remove = (index: number, old: boolean): Command => ({
  check: () => true,
  async run(model, { client, queue }) {
    const received = [...model.messages].filter(([, { handle, oldHandles }]) =>
      old ? oldHandles.length > 0 : handle !== undefined,
    );
    const found = pickOf(received, index);
    if (found === undefined) return;
    const [id, { handle, oldHandles }] = found;
    const ReceiptHandle = old ? oldHandles[0] : handle;
    await client.send(new DeleteMessageCommand({ QueueUrl: queue, ReceiptHandle }));
    if (old) return;
    model.messages.delete(id);
    model.deleted.add(id);
  },
  toString: () => `delete #${index}${old ? ' by an old handle' : ''}`,
});

const hide = (index: number, seconds: number): Command => ({
  check: () => true,
  async run(model, { client, server, queue }) {
    const inFlight = [...model.messages.values()].filter(
      ({ handle, visibleMs }) => handle !== undefined && visibleMs > server.clock.now(),
    );
    const known = pickOf(inFlight, index);
    if (known === undefined) return;
    const input = { QueueUrl: queue, ReceiptHandle: known.handle, VisibilityTimeout: seconds };
    await client.send(new ChangeMessageVisibilityCommand(input));
    known.visibleMs = server.clock.now() + seconds * 1000;
  },
  toString: () => `hide #${index} for ${seconds} s`,
});

const pass = (ms: number): Command => ({
  check: () => true,
  async run(_, { server }) {
    server.clock.advance(ms);
  },
  toString: () => `${ms} ms pass`,
});

test('a queue keeps its word over any sequence of calls', async () => {
  const server = await serveJson(sqs);
  const client = sqsClient(server.url);
  let queues = 0;
  const index = fc.nat({ max: 9 });
  const commands = fc.commands(
    [
      fc.constantFrom(0, 0, 2).map(send),
      fc
        .tuple(fc.integer({ min: 1, max: 10 }), fc.constantFrom(0, 1, 5))
        .map(([max, seconds]) => receiveSome(max, seconds)),
      fc.tuple(index, fc.boolean()).map(([at, old]) => remove(at, old)),
      fc.tuple(index, fc.constantFrom(0, 3)).map(([at, seconds]) => hide(at, seconds)),
      fc.constantFrom(1, 999, 1000, 5000).map(pass),
    ],
    { maxCommands: 30 },
  );
  await fc.assert(
    fc.asyncProperty(commands, async (sequence) => {
      queues += 1;
      const queue = await aQueue(client, `events-${queues}`);
      const model: Model = { messages: new Map(), deleted: new Set() };
      await fc.asyncModelRun(() => ({ model, real: { client, server, queue } }), sequence);
      server.clock.advance(5_000);
      const left = new Set<string>();
      for (let some = await receive(client, queue, { MaxNumberOfMessages: 10 }); some.length > 0; ) {
        for (const { MessageId } of some) left.add(MessageId!);
        some = await receive(client, queue, { MaxNumberOfMessages: 10 });
      }
      expect([...left].sort()).toEqual([...model.messages.keys()].sort());
    }),
    { numRuns: 40 },
  );
  client.destroy();
  await server.close();
});

test('nonsense is refused, never an error of the emulator itself', async () => {
  const server = await serveJson(sqs);
  const context = server.context(accountIdOf('one'));
  const client = sqsClient(server.url);
  const known = await aQueue(client);
  const member = fc.constantFrom(
    ...['QueueUrl', 'QueueName', 'Attributes', 'AttributeNames', 'Entries', 'ReceiptHandle', 'VisibilityTimeout'],
    ...['MessageBody', 'MaxNumberOfMessages', 'MessageSystemAttributeNames', 'NextToken', 'QueueNamePrefix', 'Id'],
  );
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(known, 'events', 'All', '__proto__', 'constructor'),
  );
  const value: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
    value: fc.oneof({ maxDepth: 3 }, text, fc.double(), fc.integer(), fc.array(tie('value')), tie('map')),
    map: fc.dictionary(fc.oneof(member, text), tie('value'), { maxKeys: 4 }),
  }))['value'] as fc.Arbitrary<unknown>;
  const input = fc.oneof(
    value,
    fc.dictionary(member, fc.oneof(text, value)).map((map) => ({ QueueUrl: known, ...map })),
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...Object.keys(sqs.actions)), input, async (action, body) => {
      const { status } = await answerJson(sqs, context, `AmazonSQS.${action}`, JSON.stringify(body) ?? '');
      expect(status).toBeLessThan(500);
    }),
    { numRuns: 1_000 },
  );
  client.destroy();
  await server.close();
});
