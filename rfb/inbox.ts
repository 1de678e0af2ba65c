// Bytes as they come, taken as they are needed: however a network cuts them, what is read is the same.

const NOTHING = new Uint8Array(0);

export class Inbox {
  #bytes: Uint8Array = NOTHING;

  get length(): number {
    return this.#bytes.length;
  }

  /** What is left over is less than a message, so that joining is cheap. The caller's bytes are not copied: it leaves them alone. */
  push(chunk: Uint8Array): void {
    if (this.#bytes.length === 0) {
      this.#bytes = chunk;
      return;
    }
    const joined = new Uint8Array(this.#bytes.length + chunk.length);
    joined.set(this.#bytes);
    joined.set(chunk, this.#bytes.length);
    this.#bytes = joined;
  }

  /** The next `count` bytes, left where they are; null until they have all come. */
  peek(count: number): Uint8Array | null {
    return this.#bytes.length < count ? null : this.#bytes.subarray(0, count);
  }

  take(count: number): Uint8Array | null {
    const taken = this.peek(count);
    if (taken !== null) this.#bytes = this.#bytes.subarray(count);
    return taken;
  }

  /** Drops up to `count` bytes, and says how many. */
  skip(count: number): number {
    const skipped = Math.min(count, this.#bytes.length);
    this.#bytes = this.#bytes.subarray(skipped);
    return skipped;
  }

  /** All that has come and was not taken. */
  rest(): Uint8Array {
    return this.take(this.#bytes.length) ?? NOTHING;
  }
}

export const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
