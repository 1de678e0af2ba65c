// A tenant's webhook: what it is told of, and when a delivery that failed is tried again.

import type { ErrorCode, ErrorContext } from './errors.ts';

/** Beside types of events: everything, and the two that most ask for. Which events they are is said by webhook_topics (migration 0030). */
export const WEBHOOK_TOPICS = ['*', 'interruption', 'failure'] as const;
export const DEFAULT_TOPICS: readonly string[] = ['interruption', 'failure'];

/** Sent on demand to try the receiver; no event of a workspace. */
export const TEST_EVENT_TYPE = 'WEBHOOK_TEST';

export type DeliveryState = 'pending' | 'delivered' | 'failed';

/** Why an attempt failed; `response`: how its answer's body began; `askedMs`: for how long it asks to be left alone (Retry-After). */
export type DeliveryFailure = {
  readonly code: ErrorCode;
  readonly context: ErrorContext;
  readonly status: number | null;
  readonly response: string | null;
  readonly askedMs?: number;
};

export type RetryRules = { readonly firstMs: number; readonly longestMs: number };

/** Slow enough for a restart to pass, and with ten tries in the first hours of a day. */
const GROWTH = 3;

/**
 * After so many attempts that failed. Half of it is chance (0 <= random < 1), so that receivers that were down are not met by all at
 * the same moment. Later where the receiver asks for it (`askedMs`), but for no longer than the longest wait.
 */
export function retryInMs(attempts: number, { firstMs, longestMs }: RetryRules, random: number, askedMs = 0): number {
  const fullMs = Math.min(firstMs * GROWTH ** Math.max(0, attempts - 1), longestMs);
  return Math.max(Math.round(fullMs * (0.5 + random / 2)), Math.min(askedMs, longestMs));
}
