// What somebody asks of the control lock: (lock, request) -> change | refusal.

import {
  asBefore,
  type ControlRequest,
  controllerOf,
  type Holder,
  type Lock,
  type LockChange,
  type LockRefusal,
  type LockRules,
  sameHolder,
} from './control-lock.ts';
import { ended, givenUp, granted, handedOver, heldFor, renewed, unparked } from './control-lock-steps.ts';

/** A lease that has run out is a fact of its own (domain/control-lock-facts.ts), and comes before the request. */
export function decideControl(
  lock: Lock,
  request: ControlRequest,
  now: number,
  rules: LockRules,
): LockChange | LockRefusal {
  switch (request.type) {
    case 'acquire':
      return acquire(lock, request, now);
    case 'takeover':
      return takeover(lock, request, now, rules);
    case 'force':
      return force(lock, request, now, rules);
    case 'release':
      return release(lock, request, now);
    case 'pause':
      return pause(lock, request);
    case 'resume':
      return resume(lock, request);
  }
}

type Of<Type extends ControlRequest['type']> = ControlRequest & { readonly type: Type };

function acquire(lock: Lock, { actor, controller, ttlSeconds, generation }: Of<'acquire'>, now: number) {
  const holder = { controller, actor };
  if (holds(lock, holder, generation)) {
    // Its holder was asked to give it away: asking again does not undo that.
    return lock.pending === null ? renewed(lock, actor, ttlSeconds, now) : refused(lock, 'DISPLAY_TAKEOVER_PENDING');
  }
  if (controller === 'agent') {
    if (lock.holder?.controller === 'user') return refused(lock, 'HUMAN_IN_CONTROL');
    if (lock.parked !== null) return refused(lock, 'DISPLAY_PARKED');
    if (lock.isAgentPaused) return refused(lock, 'AGENT_PAUSED');
    if (lock.pending !== null) return refused(lock, 'DISPLAY_TAKEOVER_PENDING');
  } else if (lock.holder !== null) return refused(lock, 'DISPLAY_CONTROL_HELD');
  return taken(lock, 'acquire', { actor, controller, ttlSeconds, generation }, now);
}

/** Of people: a held lock is asked for, and the agent has the grace to give it. */
function takeover(lock: Lock, request: Of<'takeover'>, now: number, { graceMs }: LockRules): LockChange | LockRefusal {
  const { actor, ttlSeconds, generation } = request;
  if (holds(lock, { controller: 'user', actor }, generation)) return renewed(lock, actor, ttlSeconds, now);
  if (lock.holder?.controller === 'user') return refused(lock, 'DISPLAY_CONTROL_HELD');
  if (lock.holder === null) return taken(lock, 'takeover', { ...request, controller: 'user' }, now);
  if (lock.pending === null) return asked(lock, request, now, graceMs);
  return lock.pending.actor === actor ? asBefore(lock) : refused(lock, 'DISPLAY_TAKEOVER_PENDING');
}

/**
 * Of an admin: whoever has it loses it, the agent as soon as its last permit has run out. From a person it is taken in two steps, and
 * has to be asked for again after the first: what they have under way has landed before anybody else has it.
 */
function force(lock: Lock, request: Of<'force'>, now: number, { permitMs }: LockRules): LockChange {
  const { actor, ttlSeconds, generation } = request;
  if (holds(lock, { controller: 'user', actor }, generation)) return renewed(lock, actor, ttlSeconds, now);
  if (lock.holder?.controller === 'agent') {
    const outbid = givenUp(lock, 'outbid', now);
    const change = asked(lock, request, now, permitMs);
    return { ...change, happened: [...outbid, ...change.happened] };
  }
  if (lock.holder !== null) return release(lock, { type: 'release', actor, isForced: true }, now) as LockChange;
  return taken(lock, 'takeover', { ...request, controller: 'user' }, now, 'forced');
}

function asked(
  lock: Lock,
  { requestId, actor, ttlSeconds, generation }: Of<'takeover' | 'force'>,
  now: number,
  graceMs: number,
): LockChange {
  const pending = { requestId, actor, ttlSeconds, generation, requestedAt: now, deadlineAt: now + graceMs };
  return {
    lock: { ...lock, version: lock.version + 1, pending },
    happened: [{ verb: 'takeover', stage: 'started', actor, requestId }],
    permits: 'stop',
  };
}

type Taking = {
  readonly actor: string;
  readonly controller: 'agent' | 'user';
  readonly ttlSeconds: number;
  readonly generation: number;
  readonly requestId?: string;
};

/** Nobody has it. */
function taken(
  lock: Lock,
  verb: 'acquire' | 'takeover',
  { actor, controller, ttlSeconds, generation, requestId }: Taking,
  now: number,
  because?: 'forced',
): LockChange {
  const about = { actor, ...(requestId === undefined ? {} : { requestId }) };
  const how = because === undefined ? {} : { because };
  return {
    lock: granted(lock, { holder: { controller, actor }, ttlSeconds, generation }, now),
    happened: [
      { verb, stage: 'started', ...about },
      { verb, stage: 'completed', ...about, ...how },
    ],
  };
}

/** None held is as good as released. A parked lock is released by whoever it is parked for. */
function release(lock: Lock, { actor, isForced }: Of<'release'>, now: number): LockChange | LockRefusal {
  if (lock.holder === null) {
    if (lock.parked === null) return asBefore(lock);
    if (lock.parked.actor !== actor && !isForced) return refused(lock, 'DISPLAY_CONTROL_OTHER');
    return unparked(lock, actor, isForced ? 'forced' : 'released');
  }
  const isOwn = lock.holder.actor === actor;
  if (!isOwn && !isForced) return refused(lock, 'DISPLAY_CONTROL_OTHER');
  // The agent lets go between two actions; from whom it is taken, the last permits may still be in use.
  const permits = lock.holder.controller === 'agent' ? ({ permits: isOwn ? 'stopped' : 'stop' } as const) : {};
  if (lock.pending !== null) return { ...handedOver(lock, isOwn ? 'yielded' : 'forced', now), ...permits };
  const how = isOwn ? {} : { because: 'forced' };
  return {
    lock: ended(lock),
    happened: [
      { verb: 'release', stage: 'started', actor },
      { verb: 'release', stage: 'completed', actor: lock.holder.actor, ...how, ...heldFor(lock, now) },
    ],
    ...permits,
  };
}

function pause(lock: Lock, { actor }: Of<'pause'>): LockChange {
  if (lock.isAgentPaused) return asBefore(lock);
  return {
    lock: { ...lock, version: lock.version + 1, isAgentPaused: true },
    happened: [{ verb: 'pause', stage: 'completed', actor }],
    permits: 'stop',
  };
}

/** The agent may act again, and a parked lock is nobody's any more: both are said by a person. */
function resume(lock: Lock, { actor }: Of<'resume'>): LockChange {
  if (!lock.isAgentPaused && lock.parked === null) return asBefore(lock);
  const free = lock.parked === null ? asBefore(lock) : unparked(lock, actor, 'resumed');
  return {
    lock: { ...free.lock, version: lock.version + 1, isAgentPaused: false },
    happened: [...free.happened, { verb: 'resume', stage: 'completed', actor }],
  };
}

/** On the machine that is meant; an operator means the present one. */
const holds = (lock: Lock, holder: Holder, generation: number): boolean =>
  sameHolder(lock.holder, holder) && (generation === 0 || lock.generation === generation);

const refused = (lock: Lock, code: LockRefusal['refused']): LockRefusal => ({
  refused: code,
  context: { controller: controllerOf(lock) },
});
