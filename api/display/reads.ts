// A busy socket, read in large pieces and in turn with everybody else's. Relaying costs per piece, so that pieces of 64 KiB, as Node
// reads them, make it slower by a third than a bare pipe; and one socket that has much to say is read thirty times before the next one
// is looked at (`npm run bench display`).

import { connect, type Socket, type TcpNetConnectOpts } from 'node:net';

/** Hears one piece. `done` gives the memory back, once: nothing of the piece may be looked at after it. */
export type Hears = (piece: Buffer, done: () => void) => void;

/** Of a piece, and of what is read of one socket before others have their turn. */
const PIECE_BYTES = 262_144;
/** Given out and not yet back; with as many on their way nothing more is read, so that whoever is slow costs no memory. */
const MOST_OUT = 2;

export class Reads {
  /** To be written to and ended; who reads from it or pauses it reads beside this. */
  readonly socket: Socket;
  readonly #free: Buffer[] = [];
  /** What came while nobody listened. */
  readonly #kept: Parameters<Hears>[] = [];
  #hears: Hears | null;
  #out = 0;
  #thisTurn = 0;
  #isDrained = false;

  constructor(to: TcpNetConnectOpts, hears: Hears | null) {
    this.#hears = hears;
    this.socket = connect({
      ...to,
      onread: {
        buffer: () => this.#free.pop() ?? Buffer.allocUnsafeSlow(PIECE_BYTES),
        callback: (length, memory) => this.#read(length, memory as Buffer),
      },
    });
  }

  /** Of what was kept, and from then on. Null: what comes is kept, two pieces of it, until somebody listens. */
  heardBy(hears: Hears | null): void {
    this.#hears = hears;
    if (hears !== null) for (const kept of this.#kept.splice(0)) hears(...kept);
  }

  /** Nobody listens any more, and whoever is slow is waited for no longer: what comes is read, and forgotten. */
  drain(): void {
    this.#isDrained = true;
    this.heardBy((_, done) => done());
    this.#goOn();
  }

  /** False stops reading, until it goes on. */
  #read(length: number, memory: Buffer): boolean {
    this.#out += 1;
    this.#thisTurn += length;
    let isBack = false;
    const done = (): void => {
      if (isBack) return;
      isBack = true;
      this.#free.push(memory);
      this.#out -= 1;
      if (this.#out === MOST_OUT - 1) this.#goOn();
    };
    const piece = memory.subarray(0, length);
    if (this.#hears === null) this.#kept.push([piece, done]);
    else this.#hears(piece, done);
    if (this.#thisTurn >= PIECE_BYTES) setImmediate(() => this.#nextTurn());
    return this.#mayRead();
  }

  #nextTurn(): void {
    this.#thisTurn = 0;
    this.#goOn();
  }

  #goOn(): void {
    if (this.#mayRead()) this.socket.resume();
  }

  #mayRead(): boolean {
    return (this.#isDrained || this.#out < MOST_OUT) && this.#thisTurn < PIECE_BYTES;
  }
}
