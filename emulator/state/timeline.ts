// What is due when: transitions as rows rather than callbacks, so that they survive a restart with the state they belong to.

import type { Clock } from '../clock.ts';
import type { Row, Table } from './table.ts';

/** `what` names the handler, `subject` the resource. Only one of a kind is due for a subject: a later one replaces it. */
export type Due = Row & { readonly atMs: number; readonly what: string; readonly subject: string };

export type Handlers = Readonly<Record<string, (subject: string) => void>>;

export class Timeline {
  readonly #due: Table<Due>;
  readonly #clock: Clock;
  readonly #handlers: Handlers;
  readonly #onFired: () => void;
  readonly #cancels = new Map<string, () => void>();

  /** `onFired` runs after each transition: the place to commit. */
  constructor(due: Table<Due>, clock: Clock, handlers: Handlers, onFired: () => void) {
    this.#due = due;
    this.#clock = clock;
    this.#handlers = handlers;
    this.#onFired = onFired;
  }

  /** Arms what was due when the state was read back; what came due meanwhile happens now, in order. */
  resume(): void {
    for (const due of [...this.#due.values()].sort((a, b) => a.atMs - b.atMs)) this.#arm(due);
  }

  after(delayMs: number, what: string, subject: string): void {
    this.at(this.#clock.now() + delayMs, what, subject);
  }

  at(atMs: number, what: string, subject: string): void {
    const id = `${what}/${subject}`;
    this.cancel(what, subject);
    this.#arm(this.#due.put({ id, atMs, what, subject }));
  }

  cancel(what: string, subject: string): void {
    const id = `${what}/${subject}`;
    this.#cancels.get(id)?.();
    this.#cancels.delete(id);
    this.#due.delete(id);
  }

  /** Disarms all; what is due stays so. */
  stop(): void {
    for (const cancel of this.#cancels.values()) cancel();
    this.#cancels.clear();
  }

  #arm({ id, atMs, what, subject }: Due): void {
    const cancel = this.#clock.schedule(atMs, () => {
      this.#cancels.delete(id);
      this.#due.delete(id);
      try {
        this.#handlers[what]!(subject);
      } catch (error) {
        // A transition that fails is the emulator's own fault; the others go on.
        console.error(`the transition ${id} failed`, error);
      }
      this.#onFired();
    });
    this.#cancels.set(id, cancel);
  }
}
