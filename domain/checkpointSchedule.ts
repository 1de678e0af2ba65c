// When a spot workspace gets its next restore point by itself: so seldom that nobody notices, so often that the worst case is bounded.

import type { Market, RestorePointQuality } from './machine.ts';

/** More often than that AWS has hardly copied the one before; more seldom than daily is no safety. Minutes. */
export const CHECKPOINT_EVERY = { min: 5, max: 1_440 } as const;

/** Those that were taken at the same moment, after an outage say, are not due at the same one: each up to so much earlier. */
const SPREAD = 0.25;

export type Schedule = {
  readonly workspaceId: string;
  readonly everyMinutes: number;
  /** Since when its home may change; null = nobody is served. */
  readonly servingSince: Date | null;
  /** The newest that AWS has been asked for and has not failed. */
  readonly last: { readonly takenAt: Date; readonly quality: RestorePointQuality } | null;
};

/** Minutes between two of them; null where there are none. `usual` is the platform's word for those that say nothing. */
export function checkpointEveryMinutes(market: Market, said: number | null, usual: number): number | null {
  const minutes = said ?? usual;
  return market === 'spot' && minutes > 0 ? minutes : null;
}

/** At the latest so many minutes after the first change that no restore point has; null while nothing changes. */
export function nextCheckpointAt({ workspaceId, everyMinutes, servingSince, last }: Schedule): Date | null {
  if (servingSince === null) return null;
  const since = unsavedSince(servingSince, last);
  const early = SPREAD * fractionOf(`${workspaceId}/${since.getTime()}`);
  return new Date(since.getTime() + everyMinutes * 60_000 * (1 - early));
}

/** What was copied at rest has not changed before somebody was served again. */
function unsavedSince(servingSince: Date, last: Schedule['last']): Date {
  if (last === null) return servingSince;
  return last.quality === 'clean' && servingSince > last.takenAt ? servingSince : last.takenAt;
}

/** From 0 to 1, the same for the same text and evenly spread over different ones (FNV-1a). */
function fractionOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const char of text) hash = Math.imul(hash ^ char.charCodeAt(0), 0x01000193);
  // Its lower bits change with every character, its upper ones only with the earlier.
  hash ^= hash >>> 15;
  return (Math.imul(hash, 0x2c1b3c6d) >>> 0) / 2 ** 32;
}
