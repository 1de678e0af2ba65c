// Reads of a busy socket, in large pieces and in turn with everybody else's. Relaying costs per piece, so that pieces of 64 KiB, as Node
// reads them, make it slower by a third than a bare pipe; and one socket that has much to say is read thirty times before the next one
// is looked at (`npm run bench display`).

import type { OnReadOpts, Socket } from 'node:net';

/** Hears one piece. `done` gives the memory back, once: nothing of the piece may be looked at after it. */
export type Hears = (piece: Buffer, done: () => void) => void;

/** Of a piece, and of what is read of one socket before others have their turn. */
const PIECE_BYTES = 262_144;
/** Given out and not yet back; with as many on their way nothing more is read, so that whoever is slow costs no memory. */
const MOST_OUT = 2;

export class Reads {
  readonly #free: Buffer[] = [];
  #hears: Hears;
  #socket: Socket | null = null;
  #out = 0;
  #thisTurn = 0;
  #isDrained = false;

  constructor(hears: Hears) {
    this.#hears = hears;
  }

  /** For the socket that is then told by `of`. */
  get onread(): OnReadOpts {
    return {
      buffer: () => this.#free.pop() ?? Buffer.allocUnsafeSlow(PIECE_BYTES),
      callback: (length, memory) => this.#read(length, memory as Buffer),
    };
  }

  of(socket: Socket): void {
    this.#socket = socket;
  }

  /** From the next piece on. */
  heardBy(hears: Hears): void {
    this.#hears = hears;
  }

  /** Whoever is slow is waited for no longer: all that comes is read, whatever is still out, once the socket is resumed. */
  drain(): void {
    this.#isDrained = true;
  }

  /** False stops reading, until the socket is resumed. */
  #read(length: number, memory: Buffer): boolean {
    this.#out += 1;
    this.#thisTurn += length;
    let isBack = false;
    this.#hears(memory.subarray(0, length), () => {
      if (isBack) return;
      isBack = true;
      this.#free.push(memory);
      this.#out -= 1;
      if (this.#out === MOST_OUT - 1) this.#goOn();
    });
    if (this.#thisTurn >= PIECE_BYTES) setImmediate(() => this.#nextTurn());
    return this.#mayRead();
  }

  #nextTurn(): void {
    this.#thisTurn = 0;
    this.#goOn();
  }

  #goOn(): void {
    const socket = this.#socket;
    if (this.#mayRead() && socket !== null && !socket.isPaused()) socket.resume();
  }

  #mayRead(): boolean {
    return (this.#isDrained || this.#out < MOST_OUT) && this.#thisTurn < PIECE_BYTES;
  }
}
