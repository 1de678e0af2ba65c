// The agent's actions on the desktop: one after the other, each on a permit that was asked for just before it, and none without a look.

export type ActionKind = 'screenshot' | 'pointer' | 'keyboard' | 'wait';

/** The platform's words, and `look_first`: the screen may be another one than the agent has seen (R77). */
export type Refusal = 'control_lost' | 'human_in_control' | 'agent_paused' | 'parked' | 'look_first';

export type Permit = { readonly fence: number; readonly validMs: number } | { readonly refused: Refusal };
export type AskPermit = (kind: ActionKind, fence: number) => Promise<Permit>;

export type Action<Result = unknown> = {
  readonly kind: ActionKind;
  /** What it does can't be taken back, or must not be seen by others. */
  readonly isSensitive?: boolean;
  /** A long one awaits `nextChunk` before each further part: it throws where control is lost, and nothing more may be done then. */
  run(nextChunk: () => Promise<void>): Promise<Result>;
};

export type Outcome<Result = unknown> =
  /** `spansEpochs`: control changed hands meanwhile; what it shows or did may be somebody else's. */
  | { readonly status: 'done'; readonly result: Result; readonly fence: number; readonly spansEpochs: boolean }
  | { readonly status: 'failed'; readonly error: string }
  | { readonly status: 'refused' | 'cancelled'; readonly because: Refusal };

/** A screenshot that is older says nothing any more. */
const LOOK_MAX_AGE_MS = 30_000;

/** Permits that ran out on their way: further ones would, too. */
const PERMIT_TRIES = 3;

class NotPermitted extends Error {
  override readonly name = 'NotPermitted';
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal);
    this.refusal = refusal;
  }
}

export class DesktopActions {
  readonly #ask: AskPermit;
  readonly #now: () => number;
  #fence = 0;
  /** Asked to give control away: nothing begins any more. */
  #isYielding = false;
  /** The end of whatever was submitted last; the next begins after it. */
  #last: Promise<unknown> = Promise.resolve();
  #running: Promise<unknown> = Promise.resolve();
  /** Of the last screenshot, and of the last input. */
  #look = { at: 0, fence: -1 };
  #inputAt = 0;

  constructor(ask: AskPermit, now: () => number = () => performance.now()) {
    this.#ask = ask;
    this.#now = now;
  }

  /** Control was granted, or still is the agent's: under another fence what was seen before counts no more. */
  granted(fence: number): void {
    this.#fence = fence;
    this.#isYielding = false;
  }

  /** Each action has an outcome, in their order: from the first that is refused on, the rest is cancelled. */
  submit(batch: readonly Action[]): Promise<Outcome[]> {
    const outcomes = this.#last.then(() => this.#runAll(batch));
    this.#last = outcomes.catch(() => {});
    return outcomes;
  }

  /** True once nothing runs: the action in flight completes, what is queued is refused. False where it takes longer than that. */
  async yield(withinMs: number): Promise<boolean> {
    this.#isYielding = true;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), withinMs);
    });
    try {
      return await Promise.race([this.#running.then(() => true), late]);
    } finally {
      clearTimeout(timer);
    }
  }

  async #runAll(batch: readonly Action[]): Promise<Outcome[]> {
    const outcomes: Outcome[] = [];
    let refusal: Refusal | null = null;
    for (const action of batch) {
      if (refusal !== null) {
        outcomes.push({ status: 'cancelled', because: refusal });
        continue;
      }
      const outcome = await this.#begin(action);
      if (outcome.status === 'refused') refusal = outcome.because;
      outcomes.push(outcome);
    }
    return outcomes;
  }

  #begin(action: Action): Promise<Outcome> {
    const outcome = this.#runOne(action);
    this.#running = outcome;
    return outcome;
  }

  async #runOne(action: Action): Promise<Outcome> {
    const fence = this.#fence;
    try {
      if (!this.#hasLooked(action, fence)) throw new NotPermitted('look_first');
      let until = await this.#permitted(action.kind, fence);
      if (action.kind === 'pointer' || action.kind === 'keyboard') this.#inputAt = this.#now();
      const result = await action.run(async () => {
        until = await this.#permitted(action.kind, fence);
      });
      const endedAt = this.#now();
      // Within the permit's time control can not have been given to anybody.
      const spansEpochs = endedAt > until && !(await this.#isStillOurs(fence));
      if (action.kind === 'screenshot' && spansEpochs) await this.#mayBeShown(fence);
      if (action.kind === 'screenshot' && !spansEpochs) this.#look = { at: endedAt, fence };
      return { status: 'done', result, fence, spansEpochs };
    } catch (error) {
      if (error instanceof NotPermitted) return { status: 'refused', because: error.refusal };
      return { status: 'failed', error: error instanceof Error ? error.message : String(error) };
    }
  }

  /** Until when it may begin. The permit runs from when it was asked for: an answer that was long under way is asked for again. */
  async #permitted(kind: ActionKind, fence: number): Promise<number> {
    for (let turn = 0; turn < PERMIT_TRIES; turn++) {
      const askedAt = this.#now();
      const permit = this.#isYielding ? ({ refused: 'control_lost' } as const) : await this.#ask(kind, fence);
      if ('refused' in permit) throw new NotPermitted(permit.refused);
      // It may have been asked to yield while the permit was under way.
      if (!this.#isYielding && this.#now() < askedAt + permit.validMs) return askedAt + permit.validMs;
    }
    throw new NotPermitted('control_lost');
  }

  async #isStillOurs(fence: number): Promise<boolean> {
    return !('refused' in (await this.#ask('wait', fence)));
  }

  /** It may show what a person typed who has control by now: where the agent gets no screenshots meanwhile, it gets that one neither. */
  async #mayBeShown(fence: number): Promise<void> {
    const shown = await this.#ask('screenshot', fence);
    if ('refused' in shown) throw new NotPermitted(shown.refused);
  }

  /** The first thing under each grant is a look; before what is sensitive it has to be a fresh one, after the last input. */
  #hasLooked({ kind, isSensitive = false }: Action, fence: number): boolean {
    if (kind === 'screenshot' || kind === 'wait') return true;
    if (this.#look.fence !== fence) return false;
    if (!isSensitive) return true;
    return this.#look.at > this.#inputAt && this.#now() - this.#look.at <= LOOK_MAX_AGE_MS;
  }
}
