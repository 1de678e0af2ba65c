// One viewer at one desktop: bytes both ways, the viewer's own gated, until one of them ends or it is told to.

import type { RawData, WebSocket } from 'ws';
import { bytesOf, PASSAGES } from '../../rfb/clientGate.ts';
import { ClientReader } from '../../rfb/clientMessages.ts';
import { Conversation } from '../../rfb/dialogue.ts';
import { welcome } from '../../rfb/handshake.ts';
import { writeServerInit } from '../../rfb/serverInit.ts';
import { RfbViolation } from '../../rfb/violation.ts';
import type { Desktop } from './desktop.ts';
import { InputLane, type MayDrive } from './inputLane.ts';

export type ViewingOptions = {
  readonly viewer: WebSocket;
  readonly desktop: Desktop;
  /** Null for those who only look on. */
  readonly mayDrive: (() => Promise<MayDrive>) | null;
  readonly idleMs: number;
  readonly mostMs: number;
  /** Once. `error`: what nobody expected. */
  readonly ended: (because: Ending, error?: unknown) => void;
};

export type Ending = keyof typeof ENDINGS;

/** Why it ended -> WebSocket close code; 4000 and up are ours (facts/desktop.md 3.1). */
const ENDINGS = {
  viewer_left: 1000,
  platform_stops: 1001,
  not_binary: 1003,
  protocol_violation: 1008,
  too_many_frames: 1008,
  display_down: 1011,
  state_unknown: 1011,
  no_answer: 1011,
  revoked: 4001,
  machine_gone: 4001,
  idle: 4001,
  too_long: 4001,
} as const;

/** Proxies close what is silent for a minute or so; whoever does not answer by the next one is gone. */
const PING_MS = 20_000;
/** A browser that is there greets at once. */
const GREET_MS = 10_000;
/** A hand on a mouse makes some hundred a second, and a browser that was held back sends a few seconds' at once. */
const MOST_FRAMES_A_SECOND = 2_000;
/** The last bytes of either side get so long. */
const LAST_WORDS_MS = 1_000;
/** The server's own names users and hosts. */
const DESKTOP_NAME = 'Berth';

export class Viewing {
  readonly #options: ViewingOptions;
  readonly #reader = new ClientReader();
  readonly #greeting: Conversation<void>;
  readonly #lane: InputLane | null;
  readonly #timers: NodeJS.Timeout[];
  #isGreeted = false;
  /** Since when frames are counted, and how many there were. */
  #frames = { since: 0, count: 0 };
  #hasAnswered = true;
  #lastByteAt = performance.now();
  #ending: Ending | null = null;

  constructor(options: ViewingOptions) {
    const { viewer, desktop, mayDrive, idleMs, mostMs } = options;
    this.#options = options;
    this.#greeting = new Conversation(welcome('open'), (bytes) => viewer.send(bytes));
    const failed = (error: unknown): void => this.#failed(error);
    this.#lane =
      mayDrive === null
        ? null
        : new InputLane({
            mayDrive,
            isClear: () => desktop.socket.writableLength === 0,
            send: (bytes) => this.#toDesktop(bytes),
            crowded: (is) => this.#hold(is),
            failed,
          });
    const beatMs = Math.min(PING_MS, Math.ceil(idleMs / 2));
    this.#timers = [
      setInterval(() => this.#ping(), PING_MS),
      setInterval(() => this.#endIf(performance.now() - this.#lastByteAt > idleMs, 'idle'), beatMs),
      setTimeout(() => this.end('too_long'), mostMs),
      setTimeout(() => this.#endIf(!this.#isGreeted, 'no_answer'), GREET_MS),
    ];
    viewer.on('message', (data, isBinary) => this.#guard(() => this.#fromViewer(data, isBinary)));
    viewer.on('pong', () => (this.#hasAnswered = true));
    viewer.on('error', () => this.end('viewer_left'));
    viewer.on('close', () => this.end('viewer_left'));
    desktop.socket.on('drain', () => this.#hold(false));
    desktop.socket.on('close', () => this.end('display_down'));
    this.#guard(() => this.#greeting.hear());
  }

  get isDriving(): boolean {
    return this.#lane?.isOpen === true && this.#ending === null;
  }

  /** Nobody can say at this moment whose hand it is: what it holds is let go. */
  letGo(): void {
    this.#lane?.letGo();
  }

  /** It goes on looking; nothing of it reaches the desktop any more, and what it holds is let go. */
  demote(): void {
    this.#lane?.close();
  }

  end(because: Ending, error?: unknown): void {
    if (this.#ending !== null) return;
    this.#ending = because;
    for (const timer of this.#timers) clearInterval(timer);
    const { viewer, desktop, ended } = this.#options;
    // First of all: whoever is next must not find a key down.
    this.#lane?.close();
    // Its last words are read to their end, so that it takes ours.
    desktop.reads.drain();
    desktop.socket.end();
    viewer.close(ENDINGS[because], because);
    setTimeout(() => {
      desktop.socket.destroy();
      viewer.terminate();
    }, LAST_WORDS_MS).unref();
    ended(because, error);
  }

  #fromViewer(data: RawData, isBinary: boolean): void {
    this.#lastByteAt = performance.now();
    if (this.#ending !== null) return;
    if (!isBinary) return this.end('not_binary');
    if (this.#lastByteAt - this.#frames.since >= 1_000) this.#frames = { since: this.#lastByteAt, count: 0 };
    if (++this.#frames.count > MOST_FRAMES_A_SECOND) return this.end('too_many_frames');
    // One chunk, as ws gives it unless it is told otherwise.
    const bytes = data as Buffer;
    if (this.#isGreeted) return this.#heard(bytes);
    const greeted = this.#greeting.hear(bytes);
    if (greeted === null) return;
    this.#isGreeted = true;
    const { viewer, desktop } = this.#options;
    viewer.send(writeServerInit({ ...desktop.init, name: DESKTOP_NAME }));
    if (desktop.rest.length > 0) viewer.send(desktop.rest);
    desktop.reads.heardBy((piece, done) => this.#fromDesktop(piece, done));
    this.#heard(greeted.rest);
  }

  #heard(bytes: Uint8Array): void {
    for (const message of this.#reader.read(bytes)) {
      if (PASSAGES[message.kind] === 'drive') this.#lane?.take(message);
      else {
        const passed = bytesOf(message);
        if (passed !== null) this.#toDesktop(passed);
      }
    }
  }

  #toDesktop(bytes: Uint8Array): void {
    if (!this.#options.desktop.socket.write(bytes)) this.#hold(true);
  }

  /** The desktop takes nothing more for a while: neither is anything read that would be for it. */
  #hold(isHeld: boolean): void {
    if (isHeld) this.#options.viewer.pause();
    else this.#options.viewer.resume();
  }

  /** Read again once it has gone: a slow viewer costs no memory. */
  #fromDesktop(piece: Buffer, done: () => void): void {
    this.#lastByteAt = performance.now();
    this.#options.viewer.send(piece, done);
  }

  #endIf(isSo: boolean, because: Ending): void {
    if (isSo) this.end(because);
  }

  #ping(): void {
    if (!this.#hasAnswered) return this.end('no_answer');
    this.#hasAnswered = false;
    this.#options.viewer.ping();
  }

  #guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#failed(error);
    }
  }

  #failed(error: unknown): void {
    if (error instanceof RfbViolation) this.end('protocol_violation');
    else this.end('state_unknown', error);
  }
}
