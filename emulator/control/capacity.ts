// Pools of capacity: endless until one is emptied.

/** `*` stands for any. */
export class Capacity {
  readonly #empty = new Set<string>();

  empty(type: string, zone: string, market = 'on-demand'): void {
    this.#empty.add(`${type}/${zone}/${market}`);
  }

  refill(type: string, zone: string, market = 'on-demand'): void {
    this.#empty.delete(`${type}/${zone}/${market}`);
  }

  isEmpty(type: string, zone: string, market: string): boolean {
    const pools = [type, '*'].flatMap((t) => [zone, '*'].flatMap((z) => [market, '*'].map((m) => `${t}/${z}/${m}`)));
    return pools.some((pool) => this.#empty.has(pool));
  }

  clear(): void {
    this.#empty.clear();
  }
}
