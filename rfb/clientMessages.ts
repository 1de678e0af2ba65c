// What a client says once it is in, message by message: every type with the bytes that tell its length (facts/desktop.md 3.2).

import { Inbox, viewOf } from './inbox.ts';
import { readPixelFormat } from './serverInit.ts';
import { RfbViolation } from './violation.ts';

/** What a hand does. */
export type Input =
  | { readonly kind: 'key'; readonly isDown: boolean; readonly keysym: number }
  | { readonly kind: 'pointer'; readonly buttons: number; readonly x: number; readonly y: number };

export type ClientMessage =
  | Input
  | { readonly kind: 'encodings'; readonly encodings: readonly number[] }
  /** The text itself is never kept. */
  | { readonly kind: 'cut-text' }
  | { readonly kind: PlainKind; readonly bytes: Uint8Array };

/** Those of which nobody here need know more than the type. */
type PlainKind =
  | 'pixel-format'
  | 'update-request'
  | 'continuous-updates'
  | 'fence'
  | 'xvp'
  | 'desktop-size'
  | 'extended-key';

type Shape = {
  /** How many bytes tell the length. */
  readonly head: number;
  readonly length: (head: DataView) => number;
  readonly read: (bytes: Uint8Array, view: DataView) => ClientMessage;
};

/** noVNC names about twenty. */
const MOST_ENCODINGS = 256;
const MOST_FENCE_BYTES = 64;
/** A clipboard larger than this is no slip of the hand. */
const MOST_TEXT_BYTES = 1_048_576;
const CUT_TEXT = 6;
const CUT_TEXT_HEAD = 8;

const fixed = (length: number, read: Shape['read']): Shape => ({ head: 1, length: () => length, read });
const plain =
  (kind: PlainKind): Shape['read'] =>
  (bytes) => ({ kind, bytes: bytes.slice() });

/** By type. A pointer's message is of 6 bytes because the encoding that makes 7 of them is never let through. */
const SHAPES: Readonly<Record<number, Shape>> = {
  0: fixed(20, (bytes) => {
    if (readPixelFormat(bytes.subarray(4)) === null) throw new RfbViolation('a pixel format without true colours');
    return plain('pixel-format')(bytes, viewOf(bytes));
  }),
  2: {
    head: 4,
    length: (head) => 4 + 4 * atMost(MOST_ENCODINGS, head.getUint16(2), 'encodings'),
    read: (_, view) => ({
      kind: 'encodings',
      encodings: Array.from({ length: view.getUint16(2) }, (__, index) => view.getInt32(4 + 4 * index)),
    }),
  },
  3: fixed(10, plain('update-request')),
  4: fixed(8, (_, view) => ({ kind: 'key', isDown: view.getUint8(1) !== 0, keysym: view.getUint32(4) })),
  5: fixed(6, (_, view) => ({
    kind: 'pointer',
    buttons: view.getUint8(1),
    x: view.getUint16(2),
    y: view.getUint16(4),
  })),
  150: fixed(10, plain('continuous-updates')),
  248: {
    head: 9,
    length: (head) => 9 + atMost(MOST_FENCE_BYTES, head.getUint8(8), 'bytes in a fence'),
    read: plain('fence'),
  },
  250: fixed(4, plain('xvp')),
  251: { head: 8, length: (head) => 8 + 16 * head.getUint8(6), read: plain('desktop-size') },
  255: {
    head: 2,
    length: (head) => {
      if (head.getUint8(1) !== 0) throw new RfbViolation('a message of QEMU other than its keys');
      return 12;
    },
    read: plain('extended-key'),
  },
};

/** Reads a client's stream. A type that is not known, or a message that is too long, throws RfbViolation: nothing after it has a meaning. */
export class ClientReader {
  readonly #inbox = new Inbox();
  /** Of a clipboard's text: it is dropped as it comes. */
  #toSkip = 0;

  /** The messages that `chunk` completes, in order. */
  *read(chunk: Uint8Array): Generator<ClientMessage, void> {
    this.#inbox.push(chunk);
    for (let message = this.#next(); message !== null; message = this.#next()) yield message;
  }

  #next(): ClientMessage | null {
    this.#toSkip -= this.#inbox.skip(this.#toSkip);
    const [type] = this.#inbox.peek(1) ?? [];
    if (type === undefined) return null;
    if (type === CUT_TEXT) return this.#cutText();
    const shape = SHAPES[type];
    if (shape === undefined) throw new RfbViolation(`a message of the unknown type ${type}`);
    const head = this.#inbox.peek(shape.head);
    const bytes = head === null ? null : this.#inbox.take(shape.length(viewOf(head)));
    return bytes === null ? null : shape.read(bytes, viewOf(bytes));
  }

  #cutText(): ClientMessage | null {
    const head = this.#inbox.take(CUT_TEXT_HEAD);
    if (head === null) return null;
    // Negative where the clipboard is an extended one.
    this.#toSkip = atMost(MOST_TEXT_BYTES, Math.abs(viewOf(head).getInt32(4)), 'bytes on the clipboard');
    return { kind: 'cut-text' };
  }
}

function atMost(most: number, count: number, of: string): number {
  if (count > most) throw new RfbViolation(`a message with ${count} ${of}`);
  return count;
}
