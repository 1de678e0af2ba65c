// What is remembered of a launch that AWS refused: so that others are spared the same, and people see why (facts/ec2.md 1.11).

import type { OperationRef } from '../../domain/ids.ts';
import { quotaCode } from '../../domain/compute/quotaCode.ts';
import type { Candidate, LaunchKey } from '../../domain/machine.ts';
import { recordRefused } from '../../store/launches.ts';
import { recordNoCapacity } from '../../store/offerings.ts';
import { blockQuota } from '../../store/reservations.ts';
import type { Dependencies } from '../dependencies.ts';
import { recordStep } from '../records/steps.ts';
import type { AwsError } from './errors.ts';

export type Refused = {
  readonly operation: OperationRef;
  readonly key: LaunchKey;
  readonly candidate: Candidate;
  readonly region: string;
};

/** For refusals that a retry of the same launch can't change. */
export async function noteRefusal(
  { db }: Dependencies,
  { operation, key, candidate, region }: Refused,
  { class: kind, code, message }: AwsError,
): Promise<void> {
  await recordRefused(db, key, code);
  if (kind === 'capacity') await recordNoCapacity(db, region, candidate);
  const quota = quotaCode(candidate.instanceType, candidate.market);
  // AWS knows better than our measurement: nothing more is planned in this pool until it is measured again.
  if (kind === 'quota' && quota !== null) await blockQuota(db, region, quota, key);
  await recordStep(db, operation, 'candidate_refused', `${key.generation}/${key.attempt}`, {
    instance_type: candidate.instanceType,
    zone: candidate.zone,
    market: candidate.market,
    generation: key.generation,
    attempt: key.attempt,
    aws_code: code,
    aws_message: message,
    ...(kind === 'quota' && quota !== null ? { quota_code: quota } : {}),
  });
}
