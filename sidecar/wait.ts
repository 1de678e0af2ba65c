// A pause that ends early, with an error, when the sidecar is told to stop.

import { setTimeout as pause } from 'node:timers/promises';

export const wait = (ms: number, signal: AbortSignal): Promise<void> => pause(ms, undefined, { signal });

/** Doubles from `firstMs` up to `mostMs`, with jitter: many machines boot at once after an outage. */
export function* backoff(firstMs: number, mostMs: number): Generator<number, never> {
  for (let ms = firstMs; ; ms = Math.min(ms * 2, mostMs)) yield ms * (0.5 + Math.random() / 2);
}
