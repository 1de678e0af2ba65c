// Has the home mounted or not, and does what is ordered with it. Every order may come twice.

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { freezeHome, type MountedHome, mountHome, thawHome, unmountHome } from './home.ts';
import { type Manifest, manifestOf } from './manifest.ts';
import { runQuiesceHooks } from './quiesce.ts';

export type HomeKeeperOptions = {
  readonly root: string;
  readonly pollMs: number;
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
};

/** Of the time of an order to rest: for the hooks, and for whoever has files open then. The rest is for the manifest and the unmount. */
const SHARE_FOR_HOOKS = 0.5;
const SHARE_FOR_WRITERS = 0.2;
/** Where the platform does not say how long it waits. */
export const DEFAULT_WITHIN_MS = 60_000;

/** The home that it has, or has left. `cutOff`: hooks that had not ended well, and whoever was still at it and was cut off by the unmount. */
export type HomeReport = { readonly volumeId: string; readonly manifest: Manifest; readonly cutOff: readonly string[] };

/** The request of a snapshot takes a second or two. */
const MOST_FROZEN_MS = 10_000;

/** Of Chrome (R87): cookies, logins, tabs. Downloads and work are not in it. */
const BROWSER_PROFILE = join('.config', 'google-chrome');

export class HomeKeeper {
  readonly #options: HomeKeeperOptions;
  #home: MountedHome | null = null;
  #thawing: NodeJS.Timeout | null = null;
  /** Of the home as it was left, while it is not mounted. */
  #left: HomeReport | null = null;

  constructor(options: HomeKeeperOptions) {
    this.#options = options;
  }

  /** Waits for the volume. */
  async mount(): Promise<MountedHome> {
    const { root, pollMs, signal, log } = this.#options;
    if (this.#home !== null) return this.#home;
    this.#home = await mountHome(root, pollMs, signal);
    this.#left = null;
    log(`home ${this.#home.volumeId} mounted at ${this.#home.path}`);
    return this.#home;
  }

  async manifest(): Promise<HomeReport> {
    if (this.#home === null) {
      if (this.#left !== null) return this.#left;
      throw new Error('the home is not mounted');
    }
    return { volumeId: this.#home.volumeId, manifest: await manifestOf(this.#home.path), cutOff: [] };
  }

  /** Writers at rest, the manifest taken, all of it on the volume, unmounted: from then on nothing on this machine changes it. */
  async quiesce(withinMs = DEFAULT_WITHIN_MS): Promise<HomeReport> {
    if (this.#home === null) return this.manifest();
    await this.thaw();
    const { root, log } = this.#options;
    const cutOff = await runQuiesceHooks(root, withinMs * SHARE_FOR_HOOKS, log);
    const { volumeId, path } = this.#home;
    const { result: manifest, haveEnded } = await unmountHome(path, manifestOf, withinMs * SHARE_FOR_WRITERS);
    const stayed = haveEnded ? [] : ['who had files of the home open'];
    this.#home = null;
    this.#left = { volumeId, manifest, cutOff: [...cutOff, ...stayed] };
    log(`home ${volumeId} unmounted: ${manifest.files} files, ${manifest.bytes} bytes`);
    return this.#left;
  }

  /** Writes are held until `thaw`, at the latest after a few seconds: a platform that is gone must not hold the machine. */
  async freeze(): Promise<void> {
    if (this.#home === null || this.#thawing !== null) return;
    const { path } = this.#home;
    await freezeHome(path);
    this.#thawing = setTimeout(() => void this.thaw(), MOST_FROZEN_MS);
  }

  async thaw(): Promise<void> {
    if (this.#thawing === null) return;
    clearTimeout(this.#thawing);
    this.#thawing = null;
    if (this.#home === null) return;
    const { path } = this.#home;
    await thawHome(path).catch((error: unknown) => this.#options.log(`could not thaw: ${String(error)}`));
  }

  /** Forgets the browser's logins and tabs; everything else in the home stays. */
  async wipeBrowserProfile(): Promise<void> {
    if (this.#home === null) throw new Error('the home is not mounted');
    await rm(join(this.#home.path, BROWSER_PROFILE), { recursive: true, force: true });
    this.#options.log('browser profile wiped');
  }
}
