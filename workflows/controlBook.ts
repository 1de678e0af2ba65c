// The lock as the displayControl workflow holds it: a change counts once Postgres has taken it, and nobody is told before.

import { setCurrentDetails, sleep, uuid4, workflowInfo } from '@temporalio/workflow';
import {
  type ControlFact,
  dueAt,
  type Lock,
  type LockChange,
  type LockRefusal,
  type LockRules,
} from '../domain/control-lock.ts';
import { foldControl } from '../domain/control-lock-facts.ts';
import type { DisplayControlInput } from './controlMessages.ts';
import { localFirst } from './localFirst.ts';
import { localActivities, recordActivities } from './policies.ts';

export class ControlBook {
  readonly #of: DisplayControlInput;
  readonly rules: LockRules;
  #lock: Lock;

  private constructor(of: DisplayControlInput, rules: LockRules, lock: Lock) {
    this.#of = of;
    this.rules = rules;
    this.#lock = lock;
  }

  /** From where the last run left it. The lease runs by the database's clock. */
  static async open(of: DisplayControlInput): Promise<ControlBook> {
    const { lock, leaseMs, rules } = await localFirst(
      () => localActivities.openControl(of),
      () => recordActivities.openControl.executeWithOptions({ summary: 'read the lock' }, [of]),
    );
    return new ControlBook(of, rules, { ...lock, expiresAt: leaseMs === null ? null : Date.now() + leaseMs });
  }

  get lock(): Lock {
    return this.#lock;
  }

  /** Decides on the lock as it is, and writes that; null, or why it can't be had. */
  async change(
    decide: (lock: Lock) => LockChange | LockRefusal,
    { losesLease = false } = {},
  ): Promise<LockRefusal | null> {
    // Nobody is refused for what Postgres does not say any more.
    for (let isFresh = false; ; isFresh = true) {
      const decision = decide(this.#lock);
      const outcome = 'refused' in decision ? decision : await this.#commit(decision, losesLease);
      const isFinal = outcome === null || (outcome !== 'overtaken' && (isFresh || outcome !== decision));
      if (isFinal) return outcome;
      this.#lock = (await ControlBook.open(this.#of)).lock;
    }
  }

  /** Under its guards; it waits for permits that may be in use. */
  async #commit(change: LockChange, losesLease: boolean): Promise<LockRefusal | 'overtaken' | null> {
    const before = this.#lock;
    const { lock } = change;
    if (lock === before) return null;
    const write = {
      before,
      lock,
      happened: change.happened.map((happening) => ({ ...happening, id: uuid4() })),
      grants: lock.holder !== null && lock.fence > before.fence ? lock.holder.controller : null,
      startsLease: lock.holder !== null && lock.expiresAt !== before.expiresAt,
      losesLease,
      permits: change.permits ?? null,
      permitMs: this.rules.permitMs,
    };
    for (;;) {
      const written = await localFirst(
        () => localActivities.writeControl(this.#of, write),
        () =>
          recordActivities.writeControl.executeWithOptions({ summary: `write fence ${lock.fence}` }, [this.#of, write]),
      );
      switch (written.result) {
        case 'written': {
          const { leaseMs, generation } = written;
          this.#lock = { ...lock, generation, expiresAt: leaseMs === null ? null : Date.now() + leaseMs };
          show(this.#lock);
          return null;
        }
        case 'wait':
          await sleep(Math.max(1, written.ms), { summary: 'the last permit runs out' });
          break;
        case 'renewed':
          this.#lock = { ...before, expiresAt: Date.now() + written.leaseMs };
          return null;
        case 'no-display':
          return { refused: 'DISPLAY_UNAVAILABLE', context: { status: written.status } };
        case 'overtaken':
          return 'overtaken';
      }
    }
  }

  /** A fact changes what it changes; a grant that can't be had any more is given up, and that is said. */
  async fold(fact: ControlFact): Promise<void> {
    const requestId = this.#lock.pending?.requestId;
    const refusal = await this.change((lock) => foldControl(lock, fact, Date.now(), this.rules), {
      losesLease: fact.type === 'leaseLost',
    });
    if (refusal === null || requestId === undefined) return;
    await this.fold({ type: 'grantRefused', requestId, because: refusal.refused });
  }

  /** What time alone brings about, as far as it is due. */
  async foldDue(): Promise<void> {
    for (;;) {
      const due = dueAt(this.#lock);
      if (due === null || due > Date.now()) return;
      const before = this.#lock;
      const { pending, expiresAt } = before;
      if (pending !== null && pending.deadlineAt <= Date.now())
        await this.fold({ type: 'deadlinePassed', requestId: pending.requestId });
      else if (expiresAt !== null && expiresAt <= Date.now()) await this.fold({ type: 'leaseLost' });
      else await this.fold({ type: 'parkEnded' });
      if (this.#lock === before) return;
    }
  }

  /** Milliseconds until something is due, and what; null = nothing ever is. */
  nextDue(): { readonly ms: number; readonly summary: string } | null {
    const due = dueAt(this.#lock);
    if (due === null) return null;
    const { pending, parked, holder } = this.#lock;
    const ms = Math.max(0, due - Date.now());
    if (pending?.deadlineAt === due) return { ms, summary: `grace until ${pending.actor} takes over, ${ms} ms` };
    if (parked?.until === due) return { ms, summary: `parked: ${parked.reason}` };
    return { ms, summary: `lease of ${holder!.actor}` };
  }
}

function show({ holder, fence, pending, parked, isAgentPaused, generation }: Lock): void {
  const lines = [
    `**${holder === null ? 'nobody' : holder.actor}** has control, fence ${fence}, generation ${generation}`,
    pending && `- asked for by ${pending.actor}, forced at ${new Date(pending.deadlineAt).toISOString()}`,
    parked && `- parked (${parked.reason}) until ${new Date(parked.until).toISOString()}`,
    isAgentPaused && '- the agent is paused',
    `- workspace \`${workflowInfo().workflowId.split('/')[1]}\``,
  ];
  setCurrentDetails(lines.filter(Boolean).join('\n'));
}
