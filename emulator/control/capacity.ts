// Where EC2 has run out of a type: per type, zone and market, emptied and refilled from outside.

import type { Market } from '../ec2/resources.ts';

export type Capacity = {
  empty(type: string, zone: string, market: Market): void;
  refill(type: string, zone: string, market: Market): void;
  refillAll(): void;
  has(type: string, zone: string, market: Market): boolean;
};

export function capacity(): Capacity {
  const emptied = new Set<string>();
  const pool = (type: string, zone: string, market: Market): string => `${type}/${zone}/${market}`;
  return {
    empty: (type, zone, market) => void emptied.add(pool(type, zone, market)),
    refill: (type, zone, market) => void emptied.delete(pool(type, zone, market)),
    refillAll: () => emptied.clear(),
    has: (type, zone, market) => !emptied.has(pool(type, zone, market)),
  };
}
