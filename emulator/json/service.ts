// AWS's JSON protocols, 1.0 and 1.1: the action stands in a header, the input and the output are JSON, an error names its type.

import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import type { Clock } from '../clock.ts';
import type { Store } from '../state/store.ts';

/** Whose call it is, and where its state is. */
export type JsonContext = {
  readonly store: Store;
  readonly clock: Clock;
  readonly accountId: string;
  readonly region: string;
  /** Where the emulator is reached. */
  readonly url: string;
};

export type JsonAction = (context: JsonContext, input: unknown) => unknown;

export type JsonService = {
  /** As it stands in the SigV4 scope: 'sqs'. */
  readonly name: string;
  readonly version: '1.0' | '1.1';
  /** What stands before the dot of X-Amz-Target: 'AmazonSQS'. */
  readonly target: string;
  readonly actions: Readonly<Record<string, JsonAction>>;
};

export type JsonAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

export class JsonError extends Error {
  override readonly name = 'JsonError';
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status = 400) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

/** An action with its input's schema. Use strict objects: a member that is not known is refused, never ignored. */
export const jsonAction =
  <S extends z.ZodType>(schema: S, run: (context: JsonContext, input: z.output<S>) => unknown): JsonAction =>
  (context, input) => {
    const parsed = schema.safeParse(input);
    if (parsed.success) return run(context, parsed.data);
    const issue = parsed.error.issues[0]!;
    const where = issue.path.length === 0 ? 'the input' : issue.path.join('.');
    throw new JsonError('ValidationException', `${where}: ${issue.message}`);
  };

/** Never rejects for what a caller sent: nonsense is answered with an error. */
export async function answerJson(
  service: JsonService,
  context: JsonContext,
  target: string | undefined,
  body: string,
): Promise<JsonAnswer> {
  try {
    const name = target?.startsWith(`${service.target}.`) ? target.slice(service.target.length + 1) : '';
    const action = Object.hasOwn(service.actions, name) ? service.actions[name] : undefined;
    if (action === undefined) {
      throw new JsonError('UnknownOperationException', `${service.name} has no action ${name} here`, 404);
    }
    const output = await action(context, parse(body));
    return answer(service, 200, output ?? {});
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    return answer(service, error.status, { __type: error.code, message: error.message }, error.code);
  }
}

function parse(body: string): unknown {
  try {
    return body === '' ? {} : JSON.parse(body);
  } catch {
    throw new JsonError('SerializationException', 'The body is not valid JSON');
  }
}

function answer(service: JsonService, status: number, body: unknown, error?: string): JsonAnswer {
  return {
    status,
    headers: {
      'content-type': `application/x-amz-json-${service.version}`,
      'x-amzn-requestid': randomUUID(),
      ...(error === undefined ? {} : { 'x-amzn-errortype': error }),
    },
    body: JSON.stringify(body),
  };
}
