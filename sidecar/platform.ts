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

/** A request that the platform holds until it has something to say; it answers after 25 s at the latest. */
const HELD_TIMEOUT_MS = 40_000;

/** Posts until an answer comes. The platform's refusals throw Refused, but for 429; everything else is tried again. */
export const post = (
  url: string,
  bearer: string,
  body: unknown,
  signal: AbortSignal,
  log: (line: string) => void,
): Promise<Record<string, unknown>> =>
  untilAnswered(url, { method: 'POST', bearer, body: JSON.stringify(body), timeoutMs: TIMEOUT_MS }, signal, log);

/** As `post`, for a request that is held. */
export const ask = (
  url: string,
  bearer: string,
  signal: AbortSignal,
  log: (line: string) => void,
): Promise<Record<string, unknown>> =>
  untilAnswered(url, { method: 'GET', bearer, timeoutMs: HELD_TIMEOUT_MS }, signal, log);

/** It did not come whole in time; there are too many. */
const AGAIN = [408, 429];

type Call = {
  readonly method: 'GET' | 'POST';
  readonly bearer: string;
  readonly body?: string;
  readonly timeoutMs: number;
};

async function untilAnswered(
  url: string,
  { method, bearer, body, timeoutMs }: Call,
  signal: AbortSignal,
  log: (line: string) => void,
): Promise<Record<string, unknown>> {
  for (const pauseMs of backoff(200, 10_000)) {
    const answer = await fetch(url, {
      method,
      headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body }),
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    }).catch((error: unknown) => error);
    signal.throwIfAborted();
    if (answer instanceof Response) {
      const content = (await answer.json().catch(() => null)) as Record<string, unknown> | null;
      signal.throwIfAborted();
      // Cut off in its middle it says nothing.
      if (answer.ok && content !== null) return content;
      const code = content?.['code'];
      // Whatever stands between may refuse, too, while the platform is away: only the platform names a code.
      if (!answer.ok && answer.status < 500 && !AGAIN.includes(answer.status) && typeof code === 'string') {
        throw new Refused(code, String(content?.['error'] ?? 'refused'));
      }
      log(`${url} answered ${answer.status}${content === null ? ' and was cut off' : ''}; trying again`);
    } else {
      log(`${url} can't be reached (${String(answer)}); trying again`);
    }
    await wait(pauseMs, signal);
  }
  throw new Error('unreachable');
}
