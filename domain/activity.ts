// What counts as using a workspace, and when one that nobody uses is paused.

import type { AutoPause } from './workspace.ts';

/** Of a lease; reads are none of them, and wake nothing. */
export const ACTIVITY_KINDS = ['agent_turn', 'human_session', 'job'] as const;
export type ActivityKind = (typeof ACTIVITY_KINDS)[number];

/** Shorter than a machine takes to come back it would pause and resume for ever; longer than a month nobody saves by it. */
export const IDLE_MINUTES = { min: 5, max: 43_200 } as const;
/** Whoever holds one and dies keeps the machine awake for so long at most. Seconds. */
export const LEASE_SECONDS = { min: 10, max: 3600, usual: 300 } as const;

/** When it is paused if nothing happens until then; null = not by itself, or not while it is used. */
export function pausesAt(autoPause: AutoPause | null, lastUse: Date | null): Date | null {
  if (autoPause === null || lastUse === null) return null;
  return new Date(lastUse.getTime() + autoPause.idleMinutes * 60_000);
}
