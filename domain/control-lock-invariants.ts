// What must hold of a control lock, in every state and between any two; tests and chaos runs share it.

import { type Lock, sameHolder } from './control-lock.ts';

/** Empty = all well. */
export function brokenLockInvariants(lock: Lock): string[] {
  const broken: string[] = [];
  const rule = (holds: boolean, text: string) => void (holds || broken.push(text));
  const { holder, expiresAt, grantedAt, pending, parked } = lock;
  rule((holder === null) === (expiresAt === null), 'whoever holds it has a lease, and nobody else');
  rule((holder === null) === (grantedAt === null), 'whoever holds it was granted it');
  rule(pending === null || holder?.controller === 'agent', 'only an agent is asked for control');
  rule(parked === null || holder === null, 'what is parked is held by nobody');
  rule(pending === null || pending.deadlineAt > pending.requestedAt, 'a takeover has a deadline ahead');
  return broken;
}

/** Of a step from one state to the next. */
export function brokenLockStep(before: Lock, after: Lock): string[] {
  const broken: string[] = [];
  const rule = (holds: boolean, text: string) => void (holds || broken.push(text));
  const isOther = !sameHolder(before.holder, after.holder);
  rule(after.fence >= before.fence, 'the fence never falls');
  rule(!isOther || after.fence > before.fence, 'the fence grows with every change of the holder');
  rule(isOther || after.fence === before.fence || before.generation !== after.generation, 'and with nothing else');
  rule(after === before || after.version === before.version + 1, 'the version grows with each change');
  const isHandedBack = before.holder?.controller === 'user' && after.holder?.controller === 'agent';
  rule(!isHandedBack, 'a person gives control to nobody, and the agent takes it then');
  const isPassedOn = before.holder?.controller === 'user' && after.holder !== null && isOther;
  rule(!isPassedOn, "after a person it is nobody's first");
  rule(before.parked === null || after.holder?.controller !== 'agent', "a parked lock is never the agent's at once");
  const isAgents = after.holder?.controller === 'agent' && isOther;
  rule(!isAgents || !after.isAgentPaused, 'a paused agent is granted nothing');
  return broken;
}
