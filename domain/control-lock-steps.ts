// The steps that requests and facts change a control lock by: granted, renewed, ended, parked.

import type { Happening, Holder, Lock, LockChange, LockRules, ParkReason } from './control-lock.ts';

export type Grant = { readonly holder: Holder; readonly ttlSeconds: number; readonly generation: number };

/** The fence goes up with every one; who lost something by it stands in what happened. */
export const granted = (lock: Lock, { holder, ttlSeconds, generation }: Grant, now: number): Lock => ({
  ...lock,
  version: lock.version + 1,
  fence: lock.fence + 1,
  generation,
  holder,
  ttlSeconds,
  grantedAt: now,
  expiresAt: now + ttlSeconds * 1000,
  pending: null,
  parked: null,
});

/** The same holder again: the same fence. */
export function renewed(lock: Lock, actor: string, ttlSeconds: number, now: number): LockChange {
  const next = { ...lock, version: lock.version + 1, ttlSeconds, expiresAt: now + ttlSeconds * 1000 };
  return { lock: next, happened: [{ verb: 'renew', stage: 'completed', actor }] };
}

/** Nobody has it; what was permitted before is of an old fence. */
export const ended = (lock: Lock): Lock => ({
  ...lock,
  version: lock.version + 1,
  fence: lock.fence + 1,
  holder: null,
  grantedAt: null,
  expiresAt: null,
  pending: null,
});

/** Nobody has it, and the agent is kept out for the sake of whoever had it. */
export const parked = (lock: Lock, reason: ParkReason, now: number, { parkMs }: LockRules): Lock => ({
  ...ended(lock),
  parked: { reason, actor: lock.holder?.actor ?? '', until: now + parkMs },
});

/** The agent is kept out no more; `actor` is who said so, or whose time was over. */
export function unparked(lock: Lock, actor: string, because: string): LockChange {
  const next = { ...lock, version: lock.version + 1, parked: null };
  return { lock: next, happened: [{ verb: 'unpark', stage: 'completed', actor, because }] };
}

/** Whoever asked for it has it; both are told. */
export function handedOver(
  lock: Lock,
  because: 'forced' | 'yielded' | 'released' | 'lease_lost',
  now: number,
): LockChange {
  const { actor, ttlSeconds, generation, requestId, requestedAt } = lock.pending!;
  return {
    lock: granted(lock, { holder: { controller: 'user', actor }, ttlSeconds, generation }, now),
    happened: [
      { verb: 'release', stage: 'completed', actor: lock.holder!.actor, because, ...heldFor(lock, now) },
      { verb: 'takeover', stage: 'completed', actor, because, requestId, durationMs: now - requestedAt },
    ],
  };
}

/** The request that waited is not granted; it is said why. */
export function givenUp(lock: Lock, because: string, now: number): Happening[] {
  if (lock.pending === null) return [];
  const { actor, requestId, requestedAt } = lock.pending;
  return [{ verb: 'takeover', stage: 'failed', actor, because, requestId, durationMs: now - requestedAt }];
}

/** Milliseconds since the grant. */
export const heldFor = ({ grantedAt }: Lock, now: number): Pick<Happening, 'durationMs'> =>
  grantedAt === null ? {} : { durationMs: now - grantedAt };
