// What the sidecar says to the platform: it registers once, then beats. Every call is repeated until it is answered for good.

import { backoff, wait } from './wait.ts';

/** The platform refused for good: this machine is not wanted (any more). */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

const TIMEOUT_MS = 10_000;

/** Posts until an answer comes; 5xx, 429 and no answer are tried again, any other refusal throws Refused. */
export async function post(
  url: string,
  bearer: string,
  body: unknown,
  signal: AbortSignal,
  log: (line: string) => void,
): Promise<Record<string, unknown>> {
  for (const pauseMs of backoff(200, 10_000)) {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    }).catch((error: unknown) => error);
    signal.throwIfAborted();
    if (answer instanceof Response) {
      const content = (await answer.json().catch(() => ({}))) as Record<string, unknown>;
      if (answer.ok) return content;
      if (answer.status < 500 && answer.status !== 429) {
        throw new Refused(String(content['code'] ?? answer.status), String(content['error'] ?? 'refused'));
      }
      log(`${url} answered ${answer.status}; trying again`);
    } else {
      log(`${url} can't be reached (${String(answer)}); trying again`);
    }
    await wait(pauseMs, signal);
  }
  throw new Error('unreachable');
}
