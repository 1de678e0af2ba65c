// What the sweeps of a region are made with.

import type { Client } from '@temporalio/client';
import type { Ec2Clients } from '../activities/ec2/clients.ts';
import type { Database } from '../store/pool.ts';

export type SweepDependencies = {
  readonly db: Database;
  readonly ec2: Ec2Clients;
  readonly client: Client;
  readonly region: string;
  /** Unseen for less than this after it was made means "not yet". */
  readonly notFoundGraceMs: number;
  /** Unseen for longer than this means gone: the tombstone of a terminated instance stays an hour (facts/ec2.md 1.4). */
  readonly absentAfterMs: number;
};

/** The most values that a filter takes (facts/ec2.md 1.4). Filters, not ids: one id that is gone would fail the whole call. */
const FILTER_VALUES = 200;

export function* inBatches(ids: readonly string[]): Generator<string[]> {
  for (let start = 0; start < ids.length; start += FILTER_VALUES) yield ids.slice(start, start + FILTER_VALUES);
}
