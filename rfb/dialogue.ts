// A handshake written as the dialogue that it is, without a socket: it asks for bytes, and says some, until it has its result.

import { Inbox } from './inbox.ts';

/** Yields how many bytes it reads next, or the bytes that it says. */
export type Dialogue<Result> = Generator<number | Uint8Array, Result, Uint8Array>;

const NOTHING = new Uint8Array(0);

/** Holds one dialogue with whoever is on the other side of `say`. */
export class Conversation<Result> {
  readonly #dialogue: Dialogue<Result>;
  readonly #say: (bytes: Uint8Array) => void;
  readonly #inbox = new Inbox();
  #wanted: number | null = null;

  constructor(dialogue: Dialogue<Result>, say: (bytes: Uint8Array) => void) {
    this.#dialogue = dialogue;
    this.#say = say;
  }

  /**
   * Begins with an empty chunk. Null until the dialogue has ended; then its result and the bytes that came after it, and it is not
   * to be called again. Throws what the dialogue throws.
   */
  hear(chunk: Uint8Array = NOTHING): { readonly result: Result; readonly rest: Uint8Array } | null {
    this.#inbox.push(chunk);
    for (;;) {
      const heard = this.#wanted === null ? NOTHING : this.#inbox.take(this.#wanted);
      if (heard === null) return null;
      const step = this.#dialogue.next(heard);
      if (step.done === true) return { result: step.value, rest: this.#inbox.rest() };
      if (typeof step.value === 'number') this.#wanted = step.value;
      else {
        this.#wanted = null;
        this.#say(step.value);
      }
    }
  }
}
