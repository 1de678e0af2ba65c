// Pools of capacity per type, zone and market: endless until they are given a size.

import type { Store } from '../state/store.ts';

type Pool = { readonly id: string; readonly size: number };

/** `*` stands for any. */
export class Capacity {
  readonly #pools;

  constructor(store: Store) {
    this.#pools = store.table<Pool>('capacity');
  }

  /** `null` = endless again. Instances that run already go on. */
  set(type: string, zone: string, market: string, size: number | null): void {
    const id = `${type}/${zone}/${market}`;
    if (size === null) this.#pools.delete(id);
    else this.#pools.put({ id, size });
  }

  empty(type: string, zone: string, market = 'on-demand'): void {
    this.set(type, zone, market, 0);
  }

  refill(type: string, zone: string, market = 'on-demand'): void {
    this.set(type, zone, market, null);
  }

  /** The smallest of the pools that fit; null = endless. */
  sizeOf(type: string, zone: string, market: string): number | null {
    if (this.#pools.size === 0) return null;
    const names = [type, '*'].flatMap((t) => [zone, '*'].flatMap((z) => [market, '*'].map((m) => `${t}/${z}/${m}`)));
    const sizes = names.flatMap((name) => this.#pools.get(name)?.size ?? []);
    return sizes.length === 0 ? null : Math.min(...sizes);
  }

  all(): readonly Pool[] {
    return this.#pools.sorted();
  }

  clear(): void {
    for (const { id } of this.all()) this.#pools.delete(id);
  }
}
