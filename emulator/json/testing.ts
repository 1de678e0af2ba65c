// One JSON service alone behind HTTP, with state and a stepped clock, for the tests beside its code.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { type SteppedClock, steppedClock } from '../clock.ts';
import { readCaller } from '../protocols/credentials.ts';
import { Store } from '../state/store.ts';
import { answerJson, type JsonContext, type JsonService } from './service.ts';

export type TestService = {
  readonly url: string;
  readonly clock: SteppedClock;
  readonly store: Store;
  /** What the service's actions get for the account of this access key. */
  context(accountId: string, region?: string): JsonContext;
  close(): Promise<void>;
};

/** For an SDK client: `new SQSClient({ endpoint: url, region: 'us-east-1', credentials: { accessKeyId: 'one', secretAccessKey: 'any' } })`. */
export async function serveJson(service: JsonService): Promise<TestService> {
  const clock = steppedClock(Date.parse('2026-01-01T00:00:00Z'));
  const store = new Store({ clock, lagMs: () => 0 });
  let url = '';
  const context = (accountId: string, region = 'us-east-1'): JsonContext => ({ store, clock, accountId, region, url });
  const server = createServer((request, response) => {
    void text(request).then(async (body) => {
      const caller = readCaller(request.headers.authorization);
      const target = request.headers['x-amz-target'];
      const answer = await answerJson(service, context(caller.accountId, caller.region), String(target), body);
      response.writeHead(answer.status, answer.headers).end(answer.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    clock,
    store,
    context,
    async close() {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}
