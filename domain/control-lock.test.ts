// The rules of the control lock: by tables, and by random sequences under its invariants.

import fc from 'fast-check';
import {
  type ControlFact,
  type ControlRequest,
  dueAt,
  INPUT_UNDER_WAY,
  type Lock,
  type LockChange,
  newLock,
} from './control-lock.ts';
import { foldControl } from './control-lock-facts.ts';
import { brokenLockInvariants, brokenLockStep } from './control-lock-invariants.ts';
import { permitFor, type PermitView } from './control-lock-permit.ts';
import { decideControl } from './control-lock-requests.ts';

const RULES = { graceMs: 5_000, permitMs: 1_000, parkMs: 600_000 };
const AGENT = 'workspace:w';
const NOW = 1_000_000;
const about = { ttlSeconds: 300, generation: 1 };
const byAgent = { type: 'acquire', controller: 'agent', actor: AGENT, ...about } as const;
const byUser = (actor = 'admin-token') => ({ type: 'acquire', controller: 'user', actor, ...about }) as const;
const takeover = (actor = 'admin-token', requestId = 'r1') =>
  ({ type: 'takeover', actor, requestId, ...about }) as const;

/** Each a second after the other, from nothing; throws where one is refused. */
function after(...events: readonly (ControlRequest | ControlFact)[]): Lock {
  return events.reduce((lock, event, index) => (step(lock, event, NOW + index * 1_000) as LockChange).lock, newLock());
}

function step(lock: Lock, event: ControlRequest | ControlFact, now: number) {
  switch (event.type) {
    case 'acquire':
    case 'takeover':
    case 'force':
    case 'release':
    case 'pause':
    case 'resume':
      return decideControl(lock, event, now, RULES);
    default:
      return foldControl(lock, event, now, RULES);
  }
}

const viewOf = (lock: Lock, now: number): PermitView => ({
  controller: lock.holder?.controller ?? 'none',
  fence: lock.fence,
  generation: lock.generation,
  leaseMs: (lock.expiresAt ?? now) - now,
  isAsked: lock.pending !== null,
  isParked: lock.parked !== null,
  isAgentPaused: lock.isAgentPaused,
  isRevoked: false,
});

const permit = (lock: Lock, fence: number, now = NOW, kind: 'pointer' | 'screenshot' = 'pointer') =>
  permitFor(viewOf(lock, now), { fence, generation: 1, kind }, { permitMs: RULES.permitMs, hidesScreen: true });

it('the same holder again renews its lease under the same fence', () => {
  const first = after(byAgent);
  const again = after(byAgent, { ...byAgent, ttlSeconds: 60 });
  expect(again).toMatchObject({ fence: first.fence, ttlSeconds: 60, expiresAt: NOW + 61_000 });
});

it('a person who asks the agent for it waits for the grace, and no permit is given from then on', () => {
  const held = after(byAgent);
  expect(permit(held, held.fence)).toEqual({ validMs: 1_000 });
  const asked = after(byAgent, takeover());
  expect(asked).toMatchObject({ fence: held.fence, holder: { controller: 'agent' } });
  expect(asked.pending).toMatchObject({ actor: 'admin-token', deadlineAt: NOW + 1_000 + RULES.graceMs });
  expect(permit(asked, asked.fence)).toEqual({ refused: 'control_lost' });
});

it('a takeover is granted when the agent yields, when it releases, when its lease ends, and at the deadline, not before', () => {
  const asked = after(byAgent, takeover());
  const deadline = asked.pending!.deadlineAt;
  const user = { holder: { controller: 'user', actor: 'admin-token' }, fence: asked.fence + 1, pending: null };
  const passed = { type: 'deadlinePassed', requestId: 'r1' } as const;
  expect(foldControl(asked, passed, deadline - 1, RULES).lock).toBe(asked);
  expect(foldControl(asked, passed, deadline, RULES).lock).toMatchObject(user);
  expect(foldControl(asked, { type: 'yielded', requestId: 'r1' }, NOW + 1_500, RULES).lock).toMatchObject(user);
  expect(foldControl(asked, { type: 'yielded', requestId: 'r0' }, NOW + 1_500, RULES).lock).toBe(asked);
  expect(foldControl(asked, { type: 'leaseLost' }, asked.expiresAt!, RULES).lock).toMatchObject(user);
  expect(after(byAgent, takeover(), { type: 'release', actor: AGENT, isForced: false })).toMatchObject(user);
});

it.each<[string, readonly (ControlRequest | ControlFact)[], ControlRequest, string]>([
  ['an agent while a person has it', [byUser()], byAgent, 'HUMAN_IN_CONTROL'],
  ['an agent that is paused', [{ type: 'pause', actor: 'admin-token' }], byAgent, 'AGENT_PAUSED'],
  ['an agent that wants it back during the grace', [byAgent, takeover()], byAgent, 'DISPLAY_TAKEOVER_PENDING'],
  ['a second takeover', [byAgent, takeover()], takeover('org-token:b', 'r2'), 'DISPLAY_TAKEOVER_PENDING'],
  ['another person', [byUser()], byUser('org-token:b'), 'DISPLAY_CONTROL_HELD'],
  ["another person's takeover", [byUser()], takeover('org-token:b'), 'DISPLAY_CONTROL_HELD'],
  ['who acquires from the agent', [byAgent], byUser(), 'DISPLAY_CONTROL_HELD'],
  [
    'who releases what is not theirs',
    [byUser()],
    { type: 'release', actor: AGENT, isForced: false },
    'DISPLAY_CONTROL_OTHER',
  ],
])('refuses %s', (_, before, request, code) => {
  expect(decideControl(after(...before), request, NOW + 10_000, RULES)).toMatchObject({ refused: code });
});

it('a person who loses the lease parks the lock: the agent stays out until somebody says otherwise, or the time is over', () => {
  const held = after(byUser());
  const lost = foldControl(held, { type: 'leaseLost' }, held.expiresAt!, RULES).lock;
  expect(lost).toMatchObject({ holder: null, parked: { reason: 'lease_lost', actor: 'admin-token' } });
  expect(lost.fence).toBe(held.fence + 1);
  expect(decideControl(lost, byAgent, held.expiresAt!, RULES)).toMatchObject({ refused: 'DISPLAY_PARKED' });
  expect(permit(lost, lost.fence)).toEqual({ refused: 'parked' });
  for (const request of [
    { type: 'resume', actor: 'org-token:b' },
    { type: 'release', actor: 'admin-token', isForced: false },
  ] as const) {
    const free = (decideControl(lost, request, NOW, RULES) as LockChange).lock;
    expect(decideControl(free, byAgent, NOW, RULES)).toMatchObject({ lock: { holder: { controller: 'agent' } } });
  }
  expect(foldControl(lost, { type: 'parkEnded' }, dueAt(lost)! - 1, RULES).lock).toBe(lost);
  expect(foldControl(lost, { type: 'parkEnded' }, dueAt(lost)!, RULES).lock).toMatchObject({ parked: null });
  expect(decideControl(lost, byUser('org-token:b'), NOW, RULES)).toMatchObject({ lock: { parked: null } });
});

it('the machine goes away: a person is parked, an agent is out, a takeover is given up, and of a removed one nothing stays', () => {
  const gone = { type: 'revoked', generation: 1, isForGood: false } as const;
  expect(after(byUser(), gone)).toMatchObject({ holder: null, parked: { reason: 'service_interrupted' } });
  expect(after(byAgent, gone)).toMatchObject({ holder: null, parked: null, fence: 2 });
  const asked = after(byAgent, takeover());
  const { happened } = foldControl(asked, gone, NOW, RULES);
  expect(happened).toContainEqual(expect.objectContaining({ verb: 'takeover', stage: 'failed', requestId: 'r1' }));
  expect(after(byUser(), gone, { ...gone, isForGood: true })).toMatchObject({ holder: null, parked: null });
  const newer = after({ ...byUser(), generation: 2 });
  expect(foldControl(newer, gone, NOW, RULES).lock).toBe(newer);
});

it('an admin forces it: from a person by way of nobody, and from the agent as soon as its last permit has run out', () => {
  const force = { ...takeover(), type: 'force' } as const;
  expect(after(byUser('org-token:b'), force)).toMatchObject({ holder: null, parked: null, fence: 2 });
  expect(after(byUser('org-token:b'), force, force)).toMatchObject({ holder: { actor: 'admin-token' }, fence: 3 });
  expect(after(byAgent, force).pending).toMatchObject({ deadlineAt: NOW + 1_000 + RULES.permitMs });
  expect(after(byAgent, takeover('org-token:b', 'r0'), force).pending).toMatchObject({ requestId: 'r1' });
});

it('while a person has it the agent sees nothing, unless the operator lets it look on', () => {
  const held = after(byUser());
  expect(permit(held, 0, NOW, 'screenshot')).toEqual({ refused: 'human_in_control' });
  const ask = { fence: 0, generation: 1, kind: 'screenshot' } as const;
  const open = { permitMs: 1_000, hidesScreen: false };
  expect(permitFor(viewOf(held, NOW), ask, open)).toEqual({ validMs: 1_000 });
  expect(permitFor(viewOf(held, NOW), { ...ask, kind: 'pointer' }, open)).toEqual({ refused: 'human_in_control' });
});

it('a permit ends with the lease', () => {
  const held = after(byAgent);
  expect(permit(held, held.fence, held.expiresAt! - 10)).toEqual({ validMs: 10 });
  expect(permit(held, held.fence, held.expiresAt!)).toEqual({ refused: 'control_lost' });
});

const people = fc.constantFrom('admin-token', 'org-token:a', 'session:b');
const generation = fc.constantFrom(1, 2);
const asking = { ttlSeconds: fc.constantFrom(30, 60, 300), generation };
const requestId = fc.constantFrom('r1', 'r2', 'r3');
const events = fc.oneof(
  fc.record({
    type: fc.constant('acquire' as const),
    controller: fc.constant('agent' as const),
    actor: fc.constant(AGENT),
    ...asking,
  }),
  fc.record({
    type: fc.constant('acquire' as const),
    controller: fc.constant('user' as const),
    actor: people,
    ...asking,
  }),
  fc.record({ type: fc.constantFrom('takeover' as const, 'force' as const), actor: people, requestId, ...asking }),
  fc.record({
    type: fc.constant('release' as const),
    actor: fc.oneof(people, fc.constant(AGENT)),
    isForced: fc.boolean(),
  }),
  fc.record({ type: fc.constantFrom('pause' as const, 'resume' as const), actor: people }),
  fc.record({ type: fc.constantFrom('yielded' as const, 'deadlinePassed' as const), requestId }),
  fc.record({
    type: fc.constant('grantRefused' as const),
    requestId,
    because: fc.constant('DISPLAY_UNAVAILABLE' as const),
  }),
  fc.record({ type: fc.constantFrom('leaseLost' as const, 'parkEnded' as const) }),
  fc.record({ type: fc.constant('revoked' as const), generation, isForGood: fc.boolean() }),
);
const sequences = fc.array(fc.tuple(events, fc.constantFrom(0, 10, 1_000, 5_000, 40_000, 700_000)), {
  minLength: 1,
  maxLength: 25,
});

/** What an agent was permitted, and when each right to drive that a person had was read last: neither may reach into a later grant. */
type UnderWay = { readonly fence: number; readonly until: number };

it('100,000 random sequences: one holder, a fence that grows, nothing of an old fence after a grant, nothing handed back silently', () => {
  const holds = fc.property(sequences, (script) => {
    let lock = newLock();
    let now = NOW;
    let permitsEndAt = 0;
    let inputsEndAt = 0;
    let underWay: UnderWay[] = [];
    for (const [event, laterMs] of script) {
      now += laterMs;
      const outcome = step(lock, event, now);
      if ('refused' in outcome) continue;
      const after = outcome.lock;
      const broken = [...brokenLockInvariants(after), ...brokenLockStep(lock, after)];
      if (broken.length > 0) throw new Error(`${event.type}: ${broken.join('; ')}`);
      if (after !== lock && outcome.happened.length === 0) throw new Error(`${event.type}: silent`);
      // As store/controlWrites.ts guards the write.
      const grants = after.fence > lock.fence ? (after.holder?.controller ?? null) : null;
      if (grants !== null) now = Math.max(now, inputsEndAt);
      if (grants === 'user' && outcome.permits !== 'stopped') now = Math.max(now, permitsEndAt);
      if (outcome.permits === 'stop') permitsEndAt = now + RULES.permitMs;
      if (outcome.permits === 'stopped' || grants === 'agent') {
        permitsEndAt = 0;
        // The agent says so itself, or begins anew.
        underWay = underWay.filter(({ fence }) => lock.holder?.controller === 'user' && fence === lock.fence);
      }
      if (lock.holder?.controller === 'user' && after.fence > lock.fence) inputsEndAt = now + INPUT_UNDER_WAY.landedMs;
      if (grants !== null) {
        const late = underWay.filter(({ fence, until }) => fence < after.fence && until > now);
        if (late.length > 0) throw new Error(`${event.type}: under way after ${after.fence}: ${JSON.stringify(late)}`);
        for (let fence = 0; fence < after.fence; fence++)
          if ('validMs' in permit(after, fence, now)) throw new Error(`${event.type}: a permit of fence ${fence}`);
      }
      lock = after;
      // Whoever may act does, at every moment.
      const asked = permit(lock, lock.fence, now);
      if ('validMs' in asked) underWay.push({ fence: lock.fence, until: now + asked.validMs });
      const drives = lock.holder?.controller === 'user' && lock.expiresAt! > now;
      if (drives) underWay.push({ fence: lock.fence, until: now + INPUT_UNDER_WAY.goodMs });
    }
  });
  expect(fc.check(holds, { numRuns: 100_000 })).toMatchObject({ failed: false, numRuns: 100_000 });
}, 120_000);
