// One connection to the display: lets it in, takes its input, and sends it what has changed when it asks.

import type { Socket } from 'node:net';
import { randomBytes } from 'node:crypto';
import { type Area } from '../../rfb/clientBytes.ts';
import { type ClientMessage, ClientReader } from '../../rfb/clientMessages.ts';
import { Conversation } from '../../rfb/dialogue.ts';
import { welcome } from '../../rfb/handshake.ts';
import { HeldInput } from '../../rfb/heldInput.ts';
import { viewOf } from '../../rfb/inbox.ts';
import { BGRX, type PixelFormat, readPixelFormat, writePixelFormat, writeServerInit } from '../../rfb/serverInit.ts';
import { CHALLENGE_BYTES, isAnswer } from '../../rfb/vncAuth.ts';
import { rawUpdate } from './pixels.ts';
import type { Screen } from './screen.ts';

/** For the whole handshake. */
const ENTER_MS = 10_000;

/** Until either side ends; what a viewer says wrong ends it. */
export function serveViewer(socket: Socket, screen: Screen, password: string, log: (line: string) => void): void {
  const challenge = randomBytes(CHALLENGE_BYTES);
  const isRight = (response: Uint8Array): boolean => isAnswer(password, challenge, response);
  const handshake = new Conversation(welcome({ challenge, isAnswer: isRight }), (bytes) => socket.write(bytes));
  const reader = new ClientReader();
  let viewer: Viewer | null = null;

  const hear = (chunk: Uint8Array): void => {
    if (viewer !== null) {
      for (const message of reader.read(chunk)) viewer.take(message);
      return;
    }
    const entered = handshake.hear(chunk);
    if (entered === null) return;
    socket.setTimeout(0);
    viewer = new Viewer(socket, screen);
    hear(entered.rest);
  };
  const guarded = (chunk: Uint8Array): void => {
    try {
      hear(chunk);
    } catch (error) {
      log(`a viewer was put out: ${error instanceof Error ? error.message : String(error)}`);
      socket.end();
      socket.removeAllListeners('data');
    }
  };
  socket.setNoDelay(true);
  socket.setTimeout(ENTER_MS, () => socket.destroy());
  socket.on('error', () => socket.destroy());
  socket.on('data', guarded);
  socket.on('close', () => viewer?.leave());
  guarded(new Uint8Array(0));
}

class Viewer {
  readonly #socket: Socket;
  readonly #screen: Screen;
  readonly #held = new HeldInput();
  readonly #unwatch: () => void;
  #format: PixelFormat = BGRX;
  /** Changed since it was last sent. */
  #changed: Area | null = null;
  #asksForChanges = false;

  constructor(socket: Socket, screen: Screen) {
    this.#socket = socket;
    this.#screen = screen;
    const { width, height } = screen;
    socket.write(writeServerInit({ width, height, pixelFormat: writePixelFormat(BGRX), name: 'Berth' }));
    this.#unwatch = screen.watch((area) => {
      this.#changed = around(this.#changed, area);
      this.#send();
    });
    socket.on('drain', () => this.#send());
  }

  take(message: ClientMessage): void {
    switch (message.kind) {
      case 'key':
      case 'pointer':
        this.#held.note(message);
        return this.#screen.take(message);
      case 'pixel-format':
        this.#format = readPixelFormat(message.bytes.subarray(4)) ?? this.#format;
        return;
      case 'update-request':
        return this.#asked(viewOf(message.bytes));
      default:
        return;
    }
  }

  /** What its hand held is let go, as every RFB server does: the proxy that would have done so may have been killed. */
  leave(): void {
    this.#unwatch();
    for (const message of this.#held.lettingGo()) this.#screen.take(message);
  }

  #asked(request: DataView): void {
    const { width, height } = this.#screen;
    const x = Math.min(request.getUint16(2), width);
    const y = Math.min(request.getUint16(4), height);
    const asked = {
      x,
      y,
      width: Math.min(request.getUint16(6), width - x),
      height: Math.min(request.getUint16(8), height - y),
    };
    this.#asksForChanges = true;
    const isIncremental = request.getUint8(1) !== 0;
    if (!isIncremental && asked.width > 0 && asked.height > 0) this.#changed = around(this.#changed, asked);
    this.#send();
  }

  /** One update for one request, and none while the last one is still on its way: a viewer that does not read gets no more. */
  #send(): void {
    if (!this.#asksForChanges || this.#changed === null || this.#socket.writableNeedDrain) return;
    const area = this.#changed;
    this.#asksForChanges = false;
    this.#changed = null;
    this.#socket.write(rawUpdate(this.#screen.pixels, this.#screen.width, area, this.#format));
  }
}

/** The smallest area that holds both. */
function around(one: Area | null, other: Area): Area {
  if (one === null) return other;
  const x = Math.min(one.x, other.x);
  const y = Math.min(one.y, other.y);
  const right = Math.max(one.x + one.width, other.x + other.width);
  const bottom = Math.max(one.y + one.height, other.y + other.height);
  return { x, y, width: right - x, height: bottom - y };
}
