// The instance metadata service of every instance, under a path of its own (facts/ec2.md 1.9).

import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../clock.ts';
import type { Instance } from '../ec2/instances.ts';
import type { Region } from '../ec2/region.ts';
import { contentAt } from './contents.ts';

const PREFIX = '/_imds/';
const MAX_TTL_SECONDS = 21_600;
const PRUNED_AT_LEAST = 1_000;

export const isMetadataPath = (path: string): boolean => path.startsWith(PREFIX);
export const metadataPath = (instanceId: string): string => `${PREFIX}${instanceId}`;

type Found = { readonly instance: Instance; readonly region: Region };

export class MetadataService {
  readonly #tokens = new Map<string, { readonly instanceId: string; readonly untilMs: number }>();
  /** So many tokens and the ones that have run out are dropped. */
  #pruneAt = PRUNED_AT_LEAST;
  readonly #find: (instanceId: string) => Found | undefined;
  readonly #clock: Clock;

  constructor(clock: Clock, find: (instanceId: string) => Found | undefined) {
    this.#clock = clock;
    this.#find = find;
  }

  handle(request: IncomingMessage, response: ServerResponse, path: string): void {
    const [instanceId = '', ...rest] = path.slice(PREFIX.length).split('/');
    const answer = (status: number, body: string | Buffer, headers: Record<string, string> = {}): void =>
      void response.writeHead(status, { 'content-type': 'text/plain', server: 'EC2ws', ...headers }).end(body);
    const found = this.#find(instanceId);
    if (found === undefined) return answer(404, 'Not Found');
    if (found.instance.metadata.httpEndpoint === 'disabled') return answer(403, 'Forbidden');
    const what = `/${rest.join('/')}`;
    if (what === '/latest/api/token') return this.#answerToken(request, instanceId, answer);
    if (request.method !== 'GET' && request.method !== 'HEAD') return answer(405, 'Method Not Allowed');
    if (!this.#mayRead(request, found.instance)) return answer(401, 'Unauthorized');
    const body = contentAt(what, found.instance, found.region);
    return body === null ? answer(404, 'Not Found') : answer(200, body);
  }

  #answerToken(
    request: IncomingMessage,
    instanceId: string,
    answer: (status: number, body: string, headers?: Record<string, string>) => void,
  ): void {
    if (request.method !== 'PUT') return answer(405, 'Method Not Allowed');
    // What a proxy hands on has come over a further hop, and gets no token.
    if (request.headers['x-forwarded-for'] !== undefined) return answer(403, 'Forbidden');
    const ttl = Number(request.headers['x-aws-ec2-metadata-token-ttl-seconds']);
    if (!Number.isInteger(ttl) || ttl < 1 || ttl > MAX_TTL_SECONDS) return answer(400, 'Bad Request');
    answer(200, this.#mint(instanceId, ttl), { 'x-aws-ec2-metadata-token-ttl-seconds': String(ttl) });
  }

  /** Without a token only where version 1 is allowed; a token that is wrong is refused in any case. */
  #mayRead(request: IncomingMessage, instance: Instance): boolean {
    const token = request.headers['x-aws-ec2-metadata-token'];
    if (token === undefined) return instance.metadata.httpTokens === 'optional';
    const known = typeof token === 'string' ? this.#tokens.get(token) : undefined;
    return known !== undefined && known.instanceId === instance.id && known.untilMs > this.#clock.now();
  }

  #mint(instanceId: string, ttlSeconds: number): string {
    const now = this.#clock.now();
    this.#prune(now);
    const token = randomBytes(24).toString('base64');
    this.#tokens.set(token, { instanceId, untilMs: now + ttlSeconds * 1000 });
    return token;
  }

  /** Now and then: there are many of them where many machines run. */
  #prune(now: number): void {
    if (this.#tokens.size < this.#pruneAt) return;
    for (const [token, { untilMs }] of this.#tokens) if (untilMs < now) this.#tokens.delete(token);
    this.#pruneAt = Math.max(PRUNED_AT_LEAST, this.#tokens.size * 2);
  }
}
