// Faults: errors before or after an action takes effect, dropped answers and delays, applied around actions that know nothing of them.

export type Fault = {
  readonly action: string;
  /** The n-th matching call from now on, 1 = the next. */
  readonly nth?: number;
  /** How many calls from that one on; default 1. */
  readonly times?: number;
  /** 'before': the action does not happen. 'after': it happens, and the caller does not learn of it. */
  readonly effect: 'before' | 'after';
  readonly code?: string;
  readonly httpStatus?: number;
  readonly message?: string;
  /** No answer at all: the connection is closed. */
  readonly dropConnection?: boolean;
  /** How long the caller waits: before the effect, or after it for its answer. */
  readonly delayMs?: number;
};

export class Faults {
  readonly #faults: { readonly fault: Fault; calls: number }[] = [];

  add(fault: Fault): void {
    this.#faults.push({ fault, calls: 0 });
  }

  clear(): void {
    this.#faults.length = 0;
  }

  /** The fault for this call of `action`, if it is its turn. Every call counts for every fault of that action. */
  next(action: string): Fault | null {
    let found: Fault | null = null;
    for (const entry of this.#faults) {
      if (entry.fault.action !== action) continue;
      entry.calls += 1;
      const first = entry.fault.nth ?? 1;
      const isTurn = entry.calls >= first && entry.calls < first + (entry.fault.times ?? 1);
      if (isTurn) found ??= entry.fault;
    }
    return found;
  }
}
