// One attempt to deliver: a POST to an address that was checked, and what came of it. Never throws for what a receiver does.

import { request as plain, type IncomingMessage } from 'node:http';
import { request as secure } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import type { DeliveryFailure } from '../domain/webhook.ts';
import { addressesOf } from './addresses.ts';
import { hostOf, isReceiverAddress, receiverProblem, type ReceiverRules } from './receivers.ts';
import { retryAfterMs } from './retryAfter.ts';

export type Attempt = {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** For everything: name, connection, answer. */
  readonly timeoutMs: number;
  readonly rules: ReceiverRules;
};

export type Attempted = { readonly status: number } | DeliveryFailure;

/** How a name's addresses are found. */
export type Resolve = (host: string, signal: AbortSignal) => Promise<string[]>;

/** As much of an answer as helps to find out what is wrong. */
const RESPONSE_CHARACTERS = 256;
/** More than this is not waited for. */
const RESPONSE_BYTES = 16_384;

export async function attemptDelivery(attempt: Attempt, resolve: Resolve = addressesOf): Promise<Attempted> {
  const { url: text, timeoutMs, rules } = attempt;
  // The rules may have changed since it was set.
  const problem = receiverProblem(text, rules);
  if (problem !== null) return failed('WEBHOOK_URL_REFUSED', { problem });
  const url = new URL(text);
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const addresses = await resolve(hostOf(url), signal);
    const forbidden = addresses.find((address) => !isReceiverAddress(address, rules));
    if (forbidden !== undefined) {
      return failed('WEBHOOK_URL_REFUSED', { problem: `${hostOf(url)} is at ${forbidden}, which is not public` });
    }
    return await outcomeOf(await post(url, attempt, addresses, signal));
  } catch (error) {
    if (signal.aborted) return failed('WEBHOOK_TIMEOUT', { timeout_ms: timeoutMs });
    const { code, message } = error as NodeJS.ErrnoException;
    return failed('WEBHOOK_UNREACHABLE', { problem: code ?? message });
  }
}

/** Connects to what was checked, and asks nobody again: a name that resolves to another address a moment later gains nothing. */
function post(
  url: URL,
  { headers, body }: Attempt,
  addresses: readonly string[],
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const all = addresses.map((address) => ({ address, family: isIP(address) }));
  const lookup: LookupFunction = (_host, options, callback) =>
    options.all === true ? callback(null, all) : callback(null, all[0]!.address, all[0]!.family);
  return new Promise((resolve, reject) => {
    const request = (url.protocol === 'https:' ? secure : plain)(
      url,
      // A connection of its own: one that is kept would be to an address that was checked for another attempt.
      {
        method: 'POST',
        agent: false,
        lookup,
        signal,
        headers: { ...headers, 'content-length': Buffer.byteLength(body) },
      },
      resolve,
    );
    request.on('error', reject);
    request.end(body);
  });
}

async function outcomeOf(answer: IncomingMessage): Promise<Attempted> {
  const status = answer.statusCode!;
  const response = await beginningOf(answer);
  if (status >= 200 && status < 300) return { status };
  if (status === 410) return failed('WEBHOOK_GONE', {}, status, response);
  const code = status >= 300 && status < 400 ? 'WEBHOOK_REDIRECTED' : 'WEBHOOK_ANSWERED';
  const askedMs = retryAfterMs(answer.headers['retry-after'], Date.now());
  return { ...failed(code, { http_status: status }, status, response), ...(askedMs === null ? {} : { askedMs }) };
}

/** Read to its end where that is near, so that the receiver sees a connection that ends well. */
async function beginningOf(answer: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes >= RESPONSE_BYTES) break;
    }
  } catch {
    // An answer that stops in the middle is one all the same: its status was there before.
  }
  const text = Buffer.concat(chunks)
    .toString('utf8')
    .replace(/\p{Cc}+/gu, ' ')
    .trim();
  return text === '' ? null : text.slice(0, RESPONSE_CHARACTERS);
}

const failed = (
  code: DeliveryFailure['code'],
  context: DeliveryFailure['context'],
  status: number | null = null,
  response: string | null = null,
): DeliveryFailure => ({ code, context, status, response });
