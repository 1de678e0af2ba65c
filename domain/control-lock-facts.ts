// What befalls the control lock: (lock, fact) -> change. A fact that comes late, or twice, changes nothing.

import { asBefore, type ControlFact, type Lock, type LockChange, type LockRules } from './control-lock.ts';
import { ended, givenUp, handedOver, heldFor, parked, unparked } from './control-lock-steps.ts';

/** `now` in epoch milliseconds. The same lock where the fact changes nothing. */
export function foldControl(lock: Lock, fact: ControlFact, now: number, rules: LockRules): LockChange {
  switch (fact.type) {
    case 'yielded':
      if (lock.pending?.requestId !== fact.requestId) return asBefore(lock);
      return { ...handedOver(lock, 'yielded', now), permits: 'stopped' };
    case 'deadlinePassed':
      if (lock.pending?.requestId !== fact.requestId || now < lock.pending.deadlineAt) return asBefore(lock);
      return handedOver(lock, 'forced', now);
    case 'grantRefused':
      if (lock.pending?.requestId !== fact.requestId) return asBefore(lock);
      return {
        lock: { ...lock, version: lock.version + 1, pending: null },
        happened: givenUp(lock, fact.because, now),
      };
    case 'leaseLost':
      if (lock.expiresAt === null || now < lock.expiresAt) return asBefore(lock);
      return leaseLost(lock, now, rules);
    case 'parkEnded':
      if (lock.parked === null || now < lock.parked.until) return asBefore(lock);
      return unparked(lock, lock.parked.actor, 'park_timeout');
    case 'revoked':
      return revoked(lock, fact, now, rules);
  }
}

/** An agent that is gone leaves nothing behind; a person may be in the middle of a login. */
function leaseLost(lock: Lock, now: number, rules: LockRules): LockChange {
  if (lock.pending !== null) return handedOver(lock, 'lease_lost', now);
  const { actor, controller } = lock.holder!;
  const because = 'lease_lost';
  const lost = { verb: 'release', stage: 'completed', actor, because, ...heldFor(lock, now) } as const;
  if (controller === 'agent') return { lock: ended(lock), happened: [lost] };
  return {
    lock: parked(lock, because, now, rules),
    happened: [lost, { verb: 'park', stage: 'completed', actor, because }],
  };
}

type Revoked = ControlFact & { readonly type: 'revoked' };

function revoked(lock: Lock, { generation, isForGood }: Revoked, now: number, rules: LockRules): LockChange {
  if (lock.generation > generation) return asBefore(lock);
  const because = isForGood ? 'workspace_removed' : 'service_interrupted';
  const { holder } = lock;
  const unasked = givenUp(lock, because, now);
  if (holder === null) {
    if (!isForGood || lock.parked === null) return asBefore(lock);
    return unparked(lock, lock.parked.actor, because);
  }
  const { actor } = holder;
  const lost = { verb: 'release', stage: 'completed', actor, because, ...heldFor(lock, now) } as const;
  const permits = holder.controller === 'agent' ? ({ permits: 'stop' } as const) : {};
  if (holder.controller === 'agent' || isForGood)
    return { lock: ended(lock), happened: [...unasked, lost], ...permits };
  return {
    lock: parked(lock, 'service_interrupted', now, rules),
    happened: [...unasked, lost, { verb: 'park', stage: 'completed', actor, because }],
  };
}
