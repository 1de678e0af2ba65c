// A viewer of its own: speaks RFB over whatever carries bytes, and keeps the picture that it was sent.

import { connect } from 'node:net';
import type { WebSocket } from 'ws';
import { keyEvent, pointerEvent, setEncodings, updateRequest } from '../../rfb/clientBytes.ts';
import { Conversation } from '../../rfb/dialogue.ts';
import { enter } from '../../rfb/handshake.ts';
import { Inbox, viewOf } from '../../rfb/inbox.ts';
import type { ServerInit } from '../../rfb/serverInit.ts';
import { answerChallenge } from '../../rfb/vncAuth.ts';

/** What carries the bytes. */
export type Wire = {
  send(bytes: Uint8Array): void;
  onBytes(hear: (bytes: Uint8Array) => void): void;
  onEnd(ended: () => void): void;
  end(): void;
};

export function socketWire(host: string, port: number): Wire {
  const socket = connect(port, host);
  socket.on('error', () => socket.destroy());
  return {
    send: (bytes) => socket.write(bytes),
    onBytes: (hear) => socket.on('data', hear),
    onEnd: (ended) => socket.on('close', ended),
    end: () => socket.destroy(),
  };
}

export const webSocketWire = (socket: WebSocket): Wire => ({
  send: (bytes) => socket.send(bytes),
  onBytes(hear) {
    socket.on('message', (data) => hear(data as Buffer));
    socket.resume();
  },
  onEnd: (ended) => socket.on('close', ended),
  end: () => socket.terminate(),
});

const RECTANGLE_BYTES = 12;

export class RfbClient {
  readonly wire: Wire;
  readonly init: ServerInit;
  readonly #pixels: Uint32Array;
  readonly #inbox = new Inbox();
  readonly #waiting = new Set<() => void>();
  #rectanglesLeft = 0;
  updates = 0;

  private constructor(wire: Wire, init: ServerInit) {
    this.wire = wire;
    this.init = init;
    this.#pixels = new Uint32Array(init.width * init.height);
  }

  /** Resolves once it is let in; `password` null = it expects that none is asked for. */
  static async enter(wire: Wire, password: string | null): Promise<RfbClient> {
    const answer = password === null ? null : (challenge: Uint8Array) => answerChallenge(password, challenge);
    const handshake = new Conversation(enter(answer), (bytes) => wire.send(bytes));
    let client: RfbClient | null = null;
    return new Promise((resolve, reject) => {
      wire.onEnd(() => reject(new Error('the connection ended in the handshake')));
      wire.onBytes((bytes) => {
        try {
          if (client !== null) return client.#hear(bytes);
          const entered = handshake.hear(bytes);
          if (entered === null) return;
          client = new RfbClient(wire, entered.result);
          resolve(client);
          client.#hear(entered.rest);
        } catch (error) {
          reject(error as Error);
        }
      });
      handshake.hear();
    });
  }

  key(isDown: boolean, keysym: number): void {
    this.wire.send(keyEvent(isDown, keysym));
  }

  pointer(buttons: number, x: number, y: number): void {
    this.wire.send(pointerEvent(buttons, x, y));
  }

  encodings(list: readonly number[]): void {
    this.wire.send(setEncodings(list));
  }

  request(isIncremental: boolean): void {
    const { width, height } = this.init;
    this.wire.send(updateRequest(isIncremental, { x: 0, y: 0, width, height }));
  }

  /** 0x00RRGGBB as last sent. */
  pixel(x: number, y: number): number {
    return this.#pixels[y * this.init.width + x]! & 0xffffff;
  }

  /** Asks for changes until the picture has what is looked for. */
  async until(holds: () => boolean): Promise<void> {
    this.request(false);
    while (!holds()) {
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
      this.request(true);
    }
  }

  #hear(bytes: Uint8Array): void {
    this.#inbox.push(bytes);
    while (this.#readOne());
  }

  /** Any message of the server but an update with raw rectangles throws. */
  #readOne(): boolean {
    if (this.#rectanglesLeft === 0) {
      const head = this.#inbox.take(4);
      if (head === null) return false;
      if (head[0] !== 0) throw new Error(`a message of the type ${head[0]}`);
      this.#rectanglesLeft = viewOf(head).getUint16(2);
      return true;
    }
    const head = this.#inbox.peek(RECTANGLE_BYTES);
    if (head === null) return false;
    const view = viewOf(head);
    const [x, y, width, height] = [0, 2, 4, 6].map((at) => view.getUint16(at)) as [number, number, number, number];
    if (view.getInt32(8) !== 0) throw new Error('an encoding that was not asked for');
    const whole = this.#inbox.take(RECTANGLE_BYTES + 4 * width * height);
    if (whole === null) return false;
    const pixels = viewOf(whole.subarray(RECTANGLE_BYTES));
    for (let at = 0; at < width * height; at++) {
      const place = (y + Math.floor(at / width)) * this.init.width + x + (at % width);
      this.#pixels[place] = pixels.getUint32(4 * at, true);
    }
    this.#rectanglesLeft--;
    this.updates++;
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
    return true;
  }
}
