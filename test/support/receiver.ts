// A receiver of webhooks as a tenant would run one: it verifies with the specification's own library, and behaves as a test says.

import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';

export type Received = {
  /** The webhook-id: the same at every attempt. */
  readonly id: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly event: {
    readonly id: string;
    readonly seq: number | null;
    readonly event_type: string;
    readonly workspace_id: string | null;
    readonly payload: Record<string, unknown>;
    readonly created_at: string;
  };
};

export type Receiver = {
  readonly url: string;
  /** Every attempt, in order. */
  readonly received: readonly Received[];
  /** How it answers from now on. */
  answer(how: RequestListener): void;
  /** Resolves once what was received is as wanted. */
  until(holds: (received: readonly Received[]) => boolean): Promise<readonly Received[]>;
  /** Refuses connections until it is up again, at the same port. */
  down(): Promise<void>;
  up(): Promise<void>;
  close(): Promise<void>;
};

export const ok: RequestListener = (_, response) => response.writeHead(204).end();
export const answering =
  (status: number, headers: Record<string, string> = {}, body = ''): RequestListener =>
  (_, response) =>
    response.writeHead(status, headers).end(body);
export const silent: RequestListener = () => {};

export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  const waiting = new Set<() => void>();
  let answer = ok;
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString('utf8')));
    request.on('end', () => {
      const { headers } = request;
      received.push({ id: String(headers['webhook-id']), headers, body, event: JSON.parse(body) as Received['event'] });
      answer(request, response);
      for (const look of waiting) look();
    });
  });
  const listen = (port: number): Promise<void> => new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
  await listen(0);
  const { port } = server.address() as AddressInfo;
  const down = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });

  return {
    url: `http://127.0.0.1:${port}/hooks`,
    received,
    answer: (how) => {
      answer = how;
    },
    until: (holds) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!holds(received)) return;
          waiting.delete(look);
          resolve(received);
        };
        waiting.add(look);
        look();
      }),
    down,
    up: () => listen(port),
    close: down,
  };
}

/** Throws where the secret is not one that it was signed with. */
export const verify = (secret: string, { body, headers }: Received): unknown =>
  new Webhook(secret).verify(body, headers as Record<string, string>);
