// The instance metadata service, version 2, of every instance under a path of its own (facts/ec2.md 1.9).

import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Instance } from '../ec2/instances.ts';

const PREFIX = '/_imds/';
const MAX_TTL_SECONDS = 21_600;

export const isMetadataPath = (path: string): boolean => path.startsWith(PREFIX);
export const metadataPath = (instanceId: string): string => `${PREFIX}${instanceId}`;

export class MetadataService {
  readonly #tokens = new Map<string, { readonly instanceId: string; readonly untilMs: number }>();
  readonly #find: (instanceId: string) => { readonly instance: Instance; readonly accountId: string } | undefined;

  constructor(find: (instanceId: string) => { readonly instance: Instance; readonly accountId: string } | undefined) {
    this.#find = find;
  }

  handle(request: IncomingMessage, response: ServerResponse, path: string): void {
    const [instanceId = '', ...rest] = path.slice(PREFIX.length).split('/');
    const found = this.#find(instanceId);
    const answer = (status: number, body: string): void =>
      void response.writeHead(status, { 'content-type': 'text/plain' }).end(body);
    if (found === undefined) return answer(404, 'Not Found');
    const what = `/${rest.join('/')}`;
    if (what === '/latest/api/token') {
      if (request.method !== 'PUT') return answer(405, 'Method Not Allowed');
      const ttl = Number(request.headers['x-aws-ec2-metadata-token-ttl-seconds']);
      if (!Number.isInteger(ttl) || ttl < 1 || ttl > MAX_TTL_SECONDS) return answer(400, 'Bad Request');
      return answer(200, this.#mint(instanceId, ttl));
    }
    if (!this.#isGood(request.headers['x-aws-ec2-metadata-token'], instanceId)) return answer(401, 'Unauthorized');
    const body = contentAt(what, found.instance, found.accountId);
    return body === null ? answer(404, 'Not Found') : answer(200, body);
  }

  #mint(instanceId: string, ttlSeconds: number): string {
    const now = Date.now();
    for (const [token, { untilMs }] of this.#tokens) if (untilMs < now) this.#tokens.delete(token);
    const token = randomBytes(24).toString('base64');
    this.#tokens.set(token, { instanceId, untilMs: now + ttlSeconds * 1000 });
    return token;
  }

  #isGood(token: string | string[] | undefined, instanceId: string): boolean {
    const known = typeof token === 'string' ? this.#tokens.get(token) : undefined;
    return known !== undefined && known.instanceId === instanceId && known.untilMs > Date.now();
  }
}

function contentAt(path: string, instance: Instance, accountId: string): string | null {
  switch (path) {
    case '/latest/user-data':
      return instance.userData?.toString() ?? null;
    case '/latest/meta-data/instance-id':
      return instance.id;
    case '/latest/meta-data/instance-type':
      return instance.type;
    case '/latest/meta-data/ami-id':
      return instance.imageId;
    case '/latest/meta-data/local-ipv4':
      return instance.privateIp;
    case '/latest/meta-data/placement/availability-zone':
      return instance.zone;
    case '/latest/meta-data/placement/region':
      return instance.region;
    case '/latest/dynamic/instance-identity/document':
      return JSON.stringify({
        accountId,
        architecture: instance.architecture,
        availabilityZone: instance.zone,
        imageId: instance.imageId,
        instanceId: instance.id,
        instanceType: instance.type,
        pendingTime: instance.launchedAt.toISOString(),
        privateIp: instance.privateIp,
        region: instance.region,
      });
    default:
      return null;
  }
}
