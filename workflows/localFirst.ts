// Short work as local activities, which make no trip through the server; what they can't do soon, the same activity does the usual way.

import { isCancellation } from '@temporalio/workflow';
import type { Timeouts } from '../domain/timeouts.ts';
import { localActivities, recordActivities } from './policies.ts';

/**
 * The fast way first; while Postgres is down the slower one waits for it. A workflow task must never wait so long for a local activity
 * that it has to report to the server in between: what comes in just then is taken in in another order when it is replayed, and the
 * workflow is stuck for good (policies.ts bounds the time; test/chaos/entities.test.ts).
 */
export async function localFirst<Result>(
  local: () => Promise<Result>,
  patient: () => Promise<Result>,
): Promise<Result> {
  try {
    return await local();
  } catch (error) {
    if (isCancellation(error)) throw error;
    return patient();
  }
}

/** The worker's settings. */
export const readTimeouts = (): Promise<Timeouts> =>
  localFirst(
    () => localActivities.readTimeouts(),
    () => recordActivities.readTimeouts.executeWithOptions({ summary: 'read the timeouts' }, []),
  );
