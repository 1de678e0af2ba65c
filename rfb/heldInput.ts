// What somebody holds down on a desktop, so that it can be let go for them.

import { keyEvent, pointerEvent } from './clientBytes.ts';
import type { ClientMessage, Input } from './clientMessages.ts';
import { RfbViolation } from './violation.ts';

/** A keyboard has about a hundred. */
const MOST_KEYS = 256;

export class HeldInput {
  readonly #keysyms = new Set<number>();
  #pointer: { readonly x: number; readonly y: number } | null = null;

  /** Told of each message that reaches the desktop. */
  note(message: ClientMessage): void {
    if (message.kind === 'key') {
      if (!message.isDown) this.#keysyms.delete(message.keysym);
      else if (this.#keysyms.size < MOST_KEYS) this.#keysyms.add(message.keysym);
      else throw new RfbViolation('more keys held than a keyboard has');
    } else if (message.kind === 'pointer') {
      this.#pointer = message.buttons === 0 ? null : { x: message.x, y: message.y };
    }
  }

  /** Lets go of everything: buttons first, so that nothing is dropped with a modifier gone; then the keys, the last one first. */
  lettingGo(): Input[] {
    const released: Input[] = [...this.#keysyms].reverse().map((keysym) => ({ kind: 'key', isDown: false, keysym }));
    if (this.#pointer !== null) released.unshift({ kind: 'pointer', buttons: 0, ...this.#pointer });
    this.#keysyms.clear();
    this.#pointer = null;
    return released;
  }

  /** The same as bytes. */
  release(): Uint8Array[] {
    return this.lettingGo().map((input) =>
      input.kind === 'key' ? keyEvent(input.isDown, input.keysym) : pointerEvent(input.buttons, input.x, input.y),
    );
  }
}
