// For the tests beside this code: clients, queues, and servers that know when a poll has come, when it is given up, and where the state is.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { type Clock, type SteppedClock, steppedClock } from '../clock.ts';
import { answerJson, type JsonService } from '../json/service.ts';
import { readCaller } from '../protocols/credentials.ts';
import { Store } from '../state/store.ts';
import { releaseWaiters, sqs } from './index.ts';

export const sqsClient = (endpoint: string, accessKeyId = 'one', region = 'us-east-1'): SQSClient =>
  new SQSClient({ endpoint, region, credentials: { accessKeyId, secretAccessKey: 'any' }, maxAttempts: 1 });

/** The service, and a promise of the next poll: it waits in the service when that resolves. */
export function observed(): { readonly service: JsonService; readonly nextPoll: () => Promise<void> } {
  const arrivals: (() => void)[] = [];
  const receive = sqs.actions['ReceiveMessage']!;
  return {
    service: {
      ...sqs,
      actions: {
        ...sqs.actions,
        ReceiveMessage(context, input) {
          const answer = receive(context, input);
          arrivals.shift()?.();
          return answer;
        },
      },
    },
    nextPoll: () => new Promise((resolve) => void arrivals.push(resolve)),
  };
}

export async function aQueue(client: SQSClient, QueueName = 'events', Attributes = {}): Promise<string> {
  const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName, Attributes }));
  return QueueUrl!;
}

export async function receive(
  client: SQSClient,
  QueueUrl: string,
  input = {},
  options: { readonly abortSignal?: AbortSignal } = {},
): Promise<Message[]> {
  const { Messages = [] } = await client.send(
    new ReceiveMessageCommand({ QueueUrl, MessageSystemAttributeNames: ['All'], ...input }),
    options,
  );
  return Messages;
}

export type Counts = { readonly visible: number; readonly inFlight: number; readonly delayed: number };

export async function countsOf(client: SQSClient, QueueUrl: string): Promise<Counts> {
  const { Attributes: of = {} } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }),
  );
  return {
    visible: Number(of['ApproximateNumberOfMessages']),
    inFlight: Number(of['ApproximateNumberOfMessagesNotVisible']),
    delayed: Number(of['ApproximateNumberOfMessagesDelayed']),
  };
}

/** The name that the SDK gives to what a call was refused with; fails where it was not. */
export async function refusal(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    return (error as Error).name;
  }
  throw new Error('the call was not refused');
}

export type SqsServer = {
  readonly url: string;
  readonly clock: SteppedClock;
  readonly store: Store;
  /** How many are armed. */
  timers(): number;
  /** Resolves when the server has seen that a caller did not wait for the answer. */
  nextHangUp(): Promise<void>;
  /** Ends the polls, then the server: it waits for each answer that is under way. */
  close(): Promise<void>;
};

/** As the emulator serves it: state that is kept, and polls that end with their callers. */
export async function serveSqs(service: JsonService, folder?: string): Promise<SqsServer> {
  const clock = steppedClock(Date.parse('2026-01-01T00:00:00Z'));
  const timers = new Set<object>();
  let hangUp = (): void => {};
  const store = new Store({ clock, lagMs: () => 0, ...(folder === undefined ? {} : { folder }) });
  let url = '';
  const server = createServer((request, response) => {
    const gone = new AbortController();
    response.once('close', () => {
      gone.abort();
      if (!response.writableEnded) hangUp();
    });
    const answered = text(request).then(async (body) => {
      const caller = readCaller(request.headers.authorization);
      const context = { store, clock: counted(clock, timers), ...caller, url, gone: gone.signal };
      const answer = await answerJson(service, context, String(request.headers['x-amz-target']), body);
      store.commit();
      response.writeHead(answer.status, answer.headers).end(answer.body);
    });
    // Who asked for it sees an error of the service, too, rather than wait for ever.
    answered.catch((error: unknown) => response.destroy(error as Error));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    clock,
    store,
    timers: () => timers.size,
    nextHangUp: () =>
      new Promise((resolve) => {
        hangUp = resolve;
      }),
    async close() {
      releaseWaiters(store);
      await new Promise<void>((resolve) => server.close(() => resolve()));
      store.close();
    },
  };
}

/** The same time, with a note of each timer that is armed. */
const counted = (clock: Clock, timers: Set<object>): Clock => ({
  now: () => clock.now(),
  schedule(atMs, task) {
    const timer = {};
    timers.add(timer);
    const cancel = clock.schedule(atMs, () => {
      timers.delete(timer);
      task();
    });
    return () => {
      timers.delete(timer);
      cancel();
    };
  },
});
