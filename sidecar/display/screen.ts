// The desktop of a machine that has no X server: input paints on it, so that whoever looks sees what arrived.

import type { Area } from '../../rfb/clientBytes.ts';
import type { Input } from '../../rfb/clientMessages.ts';

const BACKGROUND = 0x204060;
/** What is typed goes from left to right in cells of this size, below the strip. */
const CELL = { width: 8, height: 16 } as const;
/** Across the top: its green says how many keys are held, its blue which buttons. */
export const STRIP_HEIGHT = 16;
const MARK = 8;

export class Screen {
  readonly width: number;
  readonly height: number;
  /** The last thing that reached the desktop. */
  lastInput: Input | null = null;
  readonly #held = new Set<number>();
  readonly #watchers = new Set<(area: Area) => void>();
  #buttons = 0;
  #typed = 0;
  #pixels: Uint32Array | null = null;

  constructor(width: number, height: number) {
    this.width = width;
    this.height = height;
  }

  /** 0x00RRGGBB, row by row. Made when somebody looks for the first time: most desktops are not looked at. */
  get pixels(): Uint32Array {
    this.#pixels ??= new Uint32Array(this.width * this.height).fill(BACKGROUND).fill(0, 0, this.width * STRIP_HEIGHT);
    return this.#pixels;
  }

  get heldKeys(): readonly number[] {
    return [...this.#held];
  }

  get buttons(): number {
    return this.#buttons;
  }

  /** Told of each area that changes, until the returned function is called. */
  watch(watcher: (area: Area) => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  take(input: Input): void {
    this.lastInput = input;
    if (input.kind === 'key') this.#key(input.isDown, input.keysym);
    else this.#pointer(input.buttons, input.x, input.y);
    const held = (Math.min(this.#held.size, 255) << 8) | this.#buttons;
    this.#paint({ x: 0, y: 0, width: this.width, height: STRIP_HEIGHT }, held);
  }

  #key(isDown: boolean, keysym: number): void {
    if (!isDown) {
      this.#held.delete(keysym);
      return;
    }
    this.#held.add(keysym);
    const perRow = Math.floor(this.width / CELL.width);
    const rows = Math.floor((this.height - STRIP_HEIGHT) / CELL.height);
    const cell = this.#typed++ % (perRow * rows);
    const x = (cell % perRow) * CELL.width;
    const y = STRIP_HEIGHT + Math.floor(cell / perRow) * CELL.height;
    this.#paint({ x, y, ...CELL }, colourOf(keysym));
  }

  #pointer(buttons: number, x: number, y: number): void {
    const isPress = (buttons & ~this.#buttons) !== 0;
    this.#buttons = buttons;
    if (isPress) this.#paint({ x, y, width: MARK, height: MARK }, colourOf(buttons));
  }

  #paint({ x, y, width, height }: Area, colour: number): void {
    const right = Math.min(x + width, this.width);
    const bottom = Math.min(y + height, this.height);
    if (x >= right || y >= bottom) return;
    for (let row = y; row < bottom; row++) this.pixels.fill(colour, row * this.width + x, row * this.width + right);
    for (const watcher of this.#watchers) watcher({ x, y, width: right - x, height: bottom - y });
  }
}

/** One of its own for each key, and none is the background. */
export const colourOf = (value: number): number => (Math.imul(value, 0x9e3779b1) >>> 8) | 0x800000;
