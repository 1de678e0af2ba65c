// The controller's keys and pointer on their way to the desktop: none goes on but under a right to drive that was read after it came.

import { INPUT_UNDER_WAY } from '../../domain/control-lock.ts';
import { bytesOf } from '../../rfb/clientGate.ts';
import type { ClientMessage } from '../../rfb/clientMessages.ts';
import { HeldInput } from '../../rfb/heldInput.ts';

/** `lost` is for good; `unknown` while nobody can be asked. */
export type MayDrive = 'yes' | 'lost' | 'unknown';

export type LaneOptions = {
  /** Reads who may drive at this moment. */
  readonly mayDrive: () => Promise<MayDrive>;
  /** Whether what is sent now goes out now: behind bytes that wait it would land later than it may. */
  readonly isClear: () => boolean;
  readonly send: (bytes: Uint8Array) => void;
  /** More waits than a person can type: true = stop reading, false = go on. */
  readonly crowded: (isCrowded: boolean) => void;
  readonly failed: (error: unknown) => void;
  /** Milliseconds of a clock that only goes forward. @default performance.now */
  readonly now?: () => number;
};

const MOST_WAITING = 512;
/** Input that waits longer than this for its answer is dropped: the hand that made it has moved on. */
const ANSWER_MS = 5_000;

export class InputLane {
  readonly #options: LaneOptions;
  readonly #now: () => number;
  readonly #held = new HeldInput();
  #waiting: ClientMessage[] = [];
  #isAsking = false;
  #isOpen = true;

  constructor(options: LaneOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  take(message: ClientMessage): void {
    if (!this.#isOpen) return;
    this.#waiting.push(message);
    if (this.#waiting.length === MOST_WAITING) this.#options.crowded(true);
    if (!this.#isAsking) this.#drain().catch(this.#options.failed);
  }

  /** What is held is let go; what waits has its own answer coming. */
  letGo(): void {
    for (const bytes of this.#held.release()) this.#options.send(bytes);
  }

  /** For good: what waits is dropped, what is held is let go. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#drop();
    this.letGo();
  }

  async #drain(): Promise<void> {
    this.#isAsking = true;
    try {
      while (this.#waiting.length > 0) {
        // What comes during the question waits for the next one: an answer says nothing about later input.
        const batch = this.#waiting;
        this.#waiting = [];
        const answer = await this.#answer();
        // Taken away meanwhile: an answer from before that counts no more.
        if (!this.#isOpen) return;
        if (answer === 'lost') return this.close();
        if (answer === 'yes' && this.#options.isClear()) for (const message of batch) this.#pass(message);
        else {
          this.#drop();
          this.letGo();
        }
        if (batch.length >= MOST_WAITING) this.#options.crowded(false);
      }
    } finally {
      this.#isAsking = false;
    }
  }

  #drop(): void {
    if (this.#waiting.length >= MOST_WAITING) this.#options.crowded(false);
    this.#waiting = [];
  }

  /** One that was long under way says nothing about now: it is asked for again. */
  async #answer(): Promise<MayDrive> {
    const untilAt = this.#now() + ANSWER_MS;
    for (let askedAt = this.#now(); askedAt < untilAt; askedAt = this.#now()) {
      const answer = await within(untilAt - askedAt, this.#options.mayDrive());
      if (answer !== 'yes' || this.#now() - askedAt < INPUT_UNDER_WAY.goodMs) return answer;
    }
    return 'unknown';
  }

  #pass(message: ClientMessage): void {
    this.#held.note(message);
    const bytes = bytesOf(message);
    if (bytes !== null) this.#options.send(bytes);
  }
}

async function within(ms: number, answer: Promise<MayDrive>): Promise<MayDrive> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<MayDrive>((resolve) => {
    timer = setTimeout(resolve, ms, 'unknown');
  });
  const first = await Promise.race([answer, late]);
  clearTimeout(timer);
  return first;
}
