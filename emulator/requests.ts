// Which part of the emulator a request is for: a service of AWS by its signature, a machine's metadata, or control.

import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { type ControlRoutes, isControlPath } from './control/routes.ts';
import { Ec2Error } from './ec2/errors.ts';
import type { Throttle } from './ec2/limits/throttle.ts';
import { answerJson, type JsonAnswer, JsonError, type JsonService } from './json/service.ts';
import { isMetadataPath, type MetadataService } from './metadata/service.ts';
import { pricing } from './pricing/index.ts';
import { type Caller, readCaller } from './protocols/credentials.ts';
import { answerQuery } from './protocols/ec2Query.ts';
import { underFault } from './protocols/underFault.ts';
import { errorXml } from './protocols/xml.ts';
import { serviceQuotas } from './quotas/index.ts';
import { sqs } from './sqs/index.ts';
import { ssm } from './ssm/index.ts';
import type { World } from './world.ts';

const JSON_SERVICES: ReadonlyMap<string, JsonService> = new Map(
  [pricing, serviceQuotas, sqs, ssm].map((service) => [service.name, service]),
);

/** The largest request is a full batch of messages, 1 MiB of them, in JSON. */
const MAX_BODY_BYTES = 4_194_304;

type Parts = {
  readonly world: World;
  readonly throttle: Throttle;
  readonly metadata: MetadataService;
  readonly control: ControlRoutes;
};

export function requestListener(
  world: World,
  throttle: Throttle,
  metadata: MetadataService,
  control: ControlRoutes,
): RequestListener {
  const parts = { world, throttle, metadata, control };
  return (request, response) => {
    handle(parts, request, response).catch((error: unknown) => {
      console.error(error);
      if (response.headersSent) response.destroy();
      else answerXml(response, 500, errorXml('InternalError', 'The emulator met an error of its own', 'none'));
    });
  };
}

async function handle(parts: Parts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { world, metadata, control } = parts;
  const target = new URL(request.url ?? '/', 'http://emulator');
  if (isMetadataPath(target.pathname)) return metadata.handle(request, response, target.pathname);
  const body = await readBody(request);
  if (body === null) {
    return answerXml(response, 413, errorXml('RequestEntityTooLarge', 'The request is too large', 'none'));
  }
  if (isControlPath(target.pathname)) {
    const answer = control(request.method ?? 'GET', target, body);
    world.store.commit();
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(JSON.stringify(answer.body));
    return;
  }
  let caller: Caller;
  try {
    caller = readCaller(request.headers.authorization);
  } catch (error) {
    if (!(error instanceof Ec2Error)) throw error;
    return answerXml(response, error.status, errorXml(error.code, error.message, 'none'));
  }
  const service = JSON_SERVICES.get(caller.service);
  if (service !== undefined) return handleJson(parts, service, caller, request, response, body);
  if (caller.service !== 'ec2') {
    const message = `There is no service ${caller.service} here: ec2, ${[...JSON_SERVICES.keys()].join(', ')}`;
    return answerXml(response, 404, errorXml('InvalidAction', message, 'none'));
  }
  const startedAt = performance.now();
  const form = new URLSearchParams(request.method === 'GET' ? target.search : body);
  const throttle = world.settings().throttle === 'aws' ? parts.throttle : null;
  const answer = await answerQuery(world.region(caller.accountId, caller.region), form, {
    faults: world.faults,
    throttle,
  });
  if (answer === null) return void request.socket.destroy();
  // The emulator's own time, apart from the caller's and the network's: what bench/emulator looks at.
  response.setHeader('server-timing', `emulator;dur=${(performance.now() - startedAt).toFixed(3)}`);
  response.setHeader('x-amzn-requestid', answer.requestId);
  answerXml(response, answer.status, answer.body);
}

async function handleJson(
  { world }: Parts,
  service: JsonService,
  { accountId, region }: Caller,
  request: IncomingMessage,
  response: ServerResponse,
  body: string,
): Promise<void> {
  const target = String(request.headers['x-amz-target'] ?? '');
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  const { host } = request.headers;
  const reachedAt = host === undefined ? undefined : `http://${host}`;
  const context = { ...world.context(accountId, region, reachedAt), gone: gone.signal };
  const perform = async (): Promise<JsonAnswer> => {
    const answer = await answerJson(service, context, target, body);
    world.store.commit();
    return answer;
  };
  const fault = world.faults.next(target.split('.').at(-1)!, () => []);
  const faulty = async (): Promise<JsonAnswer | null> => {
    if (fault === null) return perform();
    try {
      return await underFault(fault, perform, (code, message, status) => new JsonError(code, message, status));
    } catch (error) {
      if (!(error instanceof JsonError)) throw error;
      const content = JSON.stringify({ __type: error.code, message: error.message });
      return { status: error.status, headers: { 'x-amzn-errortype': error.code }, body: content };
    }
  };
  const answer = await faulty();
  if (answer === null) return void request.socket.destroy();
  response.writeHead(answer.status, answer.headers).end(answer.body);
}

const answerXml = (response: ServerResponse, status: number, body: string): void =>
  void response.writeHead(status, { 'content-type': 'text/xml;charset=UTF-8' }).end(body);

async function readBody(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
