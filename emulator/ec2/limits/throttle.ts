// The token buckets of the API, per account, region and action: calls, and for some the instances they name (facts/ec2.md 4).

import type { Clock } from '../../clock.ts';
import { Ec2Error } from '../errors.ts';

type Bucket = { readonly size: number; readonly refillPerSecond: number };

const UNFILTERED_IS_DEARER = new Set([
  'DescribeInstances',
  'DescribeInstanceStatus',
  'DescribeSnapshots',
  'DescribeVolumes',
  'DescribeSpotInstanceRequests',
  'DescribeSecurityGroups',
]);
const READ: Bucket = { size: 100, refillPerSecond: 20 };
const READ_ALL: Bucket = { size: 50, refillPerSecond: 10 };
const MUTATE: Bucket = { size: 50, refillPerSecond: 5 };
const OF_ACTION: Readonly<Record<string, Bucket>> = {
  RunInstances: { size: 5, refillPerSecond: 2 },
  StartInstances: { size: 5, refillPerSecond: 2 },
  TerminateInstances: { size: 100, refillPerSecond: 5 },
  CreateVolume: { size: 100, refillPerSecond: 5 },
  DeleteVolume: { size: 100, refillPerSecond: 5 },
  CreateSnapshot: { size: 100, refillPerSecond: 5 },
  DeleteSnapshot: { size: 100, refillPerSecond: 5 },
  CreateTags: { size: 100, refillPerSecond: 10 },
  DeleteTags: { size: 100, refillPerSecond: 10 },
};
/** Instances that calls name, or make. */
const OF_RESOURCES: Readonly<Record<string, Bucket>> = {
  RunInstances: { size: 1000, refillPerSecond: 2 },
  StartInstances: { size: 1000, refillPerSecond: 2 },
  TerminateInstances: { size: 1000, refillPerSecond: 20 },
  StopInstances: { size: 1000, refillPerSecond: 20 },
};

export type Call = {
  readonly action: string;
  /** Neither filtered nor in pages. */
  readonly isUnbounded: boolean;
  readonly instances: number;
};

export class Throttle {
  readonly #clock: Clock;
  readonly #levels = new Map<string, { level: number; atMs: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Takes what the call costs, or throws RequestLimitExceeded and takes nothing. `who` is the account and region. */
  take(who: string, { action, isUnbounded, instances }: Call): void {
    const isRead = /^(Describe|Get)/.test(action);
    const dear = isUnbounded && UNFILTERED_IS_DEARER.has(action);
    const calls = OF_ACTION[action] ?? (isRead ? (dear ? READ_ALL : READ) : MUTATE);
    const wanted: [string, Bucket, number][] = [[`${who}/${action}/${dear ? 'all' : 'calls'}`, calls, 1]];
    const ofResources = OF_RESOURCES[action];
    if (ofResources !== undefined) {
      // A count that no bucket could ever serve, or below nothing, is for the action itself to refuse.
      const cost = Math.min(Math.max(instances, 0), ofResources.size);
      wanted.push([`${who}/${action}/instances`, ofResources, cost]);
    }
    const levels = wanted.map(([key, bucket]) => this.#level(key, bucket));
    if (wanted.some(([, , cost], index) => levels[index]! < cost)) {
      throw new Ec2Error('RequestLimitExceeded', 'Request limit exceeded.');
    }
    for (const [index, [key, , cost]] of wanted.entries()) {
      this.#levels.set(key, { level: levels[index]! - cost, atMs: this.#clock.now() });
    }
  }

  #level(key: string, { size, refillPerSecond }: Bucket): number {
    const known = this.#levels.get(key);
    if (known === undefined) return size;
    return Math.min(size, known.level + ((this.#clock.now() - known.atMs) / 1000) * refillPerSecond);
  }
}
