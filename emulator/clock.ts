// The emulator's time: as fast as the real one, faster, or standing still until it is stepped; every delayed transition is scheduled on it.

export type Clock = {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Runs `task` when the time has come, never before `schedule` has returned; the result cancels it. */
  schedule(atMs: number, task: () => void): () => void;
};

/** What must be kept for the clock to go on after a restart. */
export type ClockState = {
  /** Emulated milliseconds per real one; 0 = it stands still. */
  readonly factor: number;
  readonly nowMs: number;
  /** The real time when it was `nowMs`. */
  readonly realMs: number;
};

type Entry = { readonly atMs: number; readonly task: () => void };

/** Node's timers hold no more than this: a later one is set again. */
const LONGEST_TIMER_MS = 2_000_000_000;

export class AdjustableClock implements Clock {
  #state: ClockState;
  /** In order of their time; of one time, in order of their making. */
  readonly #due: Entry[] = [];
  #timer: NodeJS.Timeout | undefined;
  #isAdvancing = false;

  constructor(state: Partial<ClockState> = {}) {
    const realMs = Date.now();
    this.#state = { factor: 1, nowMs: realMs, realMs, ...state };
  }

  now(): number {
    const { factor, nowMs, realMs } = this.#state;
    return factor === 0 ? nowMs : Math.floor(nowMs + (Date.now() - realMs) * factor);
  }

  schedule(atMs: number, task: () => void): () => void {
    const entry = { atMs, task };
    let [low, high] = [0, this.#due.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#due[middle]!.atMs <= atMs) low = middle + 1;
      else high = middle;
    }
    this.#due.splice(low, 0, entry);
    if (low === 0) this.#arm();
    return () => {
      const index = this.#due.indexOf(entry);
      if (index >= 0) this.#due.splice(index, 1);
    };
  }

  get state(): ClockState {
    return { factor: this.#state.factor, nowMs: this.now(), realMs: Date.now() };
  }

  /** Puts the clock where `state` says that it was, and on from there. */
  restore(state: ClockState): void {
    this.#state = state;
    this.#arm();
  }

  setFactor(factor: number): void {
    if (!Number.isFinite(factor) || factor < 0) throw new RangeError('the factor of a clock is a number from 0 up');
    this.restore({ ...this.state, factor });
  }

  /** Steps forward; what comes due on the way runs in order of its time, and sees that time where the clock stands still. */
  advance(ms: number): void {
    if (!Number.isFinite(ms) || ms < 0) throw new RangeError('a clock is stepped forward, by milliseconds');
    const untilMs = this.now() + ms;
    this.#isAdvancing = true;
    try {
      while (this.#due[0] !== undefined && this.#due[0].atMs <= untilMs) {
        const { atMs, task } = this.#due.shift()!;
        this.#moveTo(Math.max(this.now(), atMs));
        task();
      }
    } finally {
      this.#isAdvancing = false;
    }
    this.#moveTo(Math.max(this.now(), untilMs));
    this.#arm();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#due.length = 0;
  }

  #moveTo(nowMs: number): void {
    this.#state = { factor: this.#state.factor, nowMs, realMs: Date.now() };
  }

  #arm(): void {
    clearTimeout(this.#timer);
    const next = this.#due[0];
    const { factor } = this.#state;
    if (next === undefined || factor === 0 || this.#isAdvancing) return;
    const inMs = Math.min(Math.max(0, (next.atMs - this.now()) / factor), LONGEST_TIMER_MS);
    this.#timer = setTimeout(() => this.#ring(), inMs).unref();
  }

  #ring(): void {
    while (this.#due[0] !== undefined && this.#due[0].atMs <= this.now()) this.#due.shift()!.task();
    this.#arm();
  }
}

export type SteppedClock = AdjustableClock;

export const realClock = (): AdjustableClock => new AdjustableClock();

export const steppedClock = (startMs = 0): SteppedClock => new AdjustableClock({ factor: 0, nowMs: startMs });
