// What became of launches by (type, zone, market): where there was no room lately is tried last, and is forgiven by a success.

import type { Candidate } from '../domain/machine.ts';
import type { Queryable } from './pool.ts';

/** The first avoidance, as long as Karpenter's (facts/ec2.md 1.11), and the longest. */
const FIRST_SECONDS = 180;
const LONGEST_SECONDS = 3_600;

const key = (region: string, { instanceType, zone, market }: Candidate) => [region, instanceType, zone, market];

/** Doubles with each failure in a row; a failure while it is avoided already (a retry, a race) counts once. */
export async function recordNoCapacity(db: Queryable, region: string, candidate: Candidate): Promise<void> {
  await db.query(
    `insert into offering_failures as o (region, instance_type, zone, market, failures, avoid_until)
     values ($1, $2, $3, $4, 1, now() + make_interval(secs => $5))
     on conflict (region, instance_type, zone, market) do update set failures = o.failures + 1, last_failed_at = now(),
       avoid_until = now() + make_interval(secs => least($6::double precision, $5 * power(2, least(o.failures, 20))))
     where o.avoid_until < now()`,
    [...key(region, candidate), FIRST_SECONDS, LONGEST_SECONDS],
  );
}

export async function recordCapacity(db: Queryable, region: string, candidate: Candidate): Promise<void> {
  await db.query(
    `delete from offering_failures where region = $1 and instance_type = $2 and zone = $3 and market = $4`,
    key(region, candidate),
  );
}
