// Faults: errors before or after an action takes effect, dropped answers and delays, applied around actions that know nothing of them.

import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Store } from '../state/store.ts';
import type { Tags } from '../ec2/tags.ts';

const parts = z.strictObject({
  /** The API's name of the action, or `*` for every one. */
  action: z.string().min(1),
  /** Of calls that make or name a resource with this tag. */
  tag: z.strictObject({ key: z.string(), value: z.string() }).optional(),
  /** The n-th matching call from now on, 1 = the next. */
  nth: z.number().int().min(1).optional(),
  /** How many calls from that one on; default 1. */
  times: z.number().int().min(1).optional(),
  /** Instead of `nth` and `times`: the share of the calls that it hits, drawn by the seed. */
  rate: z.number().min(0).max(1).optional(),
  seed: z.string().optional(),
  /** 'before': the action does not happen. 'after': it happens, and the caller does not learn of it. */
  effect: z.enum(['before', 'after']),
  code: z.string().optional(),
  httpStatus: z.number().int().min(400).max(599).optional(),
  message: z.string().optional(),
  /** No answer at all: the connection is closed. */
  dropConnection: z.boolean().optional(),
  /** How long the caller waits, in real milliseconds: before the effect, or after it for its answer. */
  delayMs: z.number().int().min(0).max(600_000).optional(),
});

/** One that would do nothing, or whose parts exclude each other, is a slip of the pen. */
export const faultSchema = parts
  .refine(
    ({ code, dropConnection, delayMs }) => code !== undefined || dropConnection === true || delayMs !== undefined,
    'needs code, dropConnection or delayMs',
  )
  .refine(
    ({ rate, nth, times }) => rate === undefined || (nth === undefined && times === undefined),
    'rate stands instead of nth and times',
  )
  .refine(
    ({ code, httpStatus, message }) => code !== undefined || (httpStatus === undefined && message === undefined),
    'httpStatus and message are those of a code',
  );

export type Fault = z.output<typeof faultSchema>;

type FaultRow = { readonly id: string; readonly fault: Fault; readonly calls: number };

export class Faults {
  readonly #rows;

  constructor(store: Store) {
    this.#rows = store.table<FaultRow>('faults');
  }

  add(fault: Fault): void {
    const last = this.#rows.sorted().at(-1)?.id ?? '0';
    this.#rows.put({ id: String(Number(last) + 1).padStart(8, '0'), fault, calls: 0 });
  }

  all(): readonly FaultRow[] {
    return this.#rows.sorted();
  }

  clear(): void {
    for (const { id } of this.all()) this.#rows.delete(id);
  }

  /**
   * The fault for this call, if it is the turn of one. Every call counts for every fault that it matches. `tags` is asked for
   * only where a fault wants to know.
   */
  next(action: string, tags: () => readonly Tags[]): Fault | null {
    let found: Fault | null = null;
    for (const row of this.all()) {
      const { fault } = row;
      if (fault.action !== action && fault.action !== '*') continue;
      if (fault.tag !== undefined && !tags().some((each) => each[fault.tag!.key] === fault.tag!.value)) continue;
      const calls = row.calls + 1;
      this.#rows.put({ ...row, calls });
      if (found === null && isTurn(row.id, fault, calls)) found = fault;
    }
    return found;
  }
}

function isTurn(id: string, { nth = 1, times = 1, rate, seed = '' }: Fault, calls: number): boolean {
  if (rate === undefined) return calls >= nth && calls < nth + times;
  const draw = createHash('sha256').update(`${seed}/${id}/${calls}`).digest().readUInt32BE();
  return draw / 0x1_0000_0000 < rate;
}
