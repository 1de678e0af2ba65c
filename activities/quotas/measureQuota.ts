// What AWS lets the account run, and what of it is taken by others than us (facts/ec2.md 2). Kept in Postgres with its age.

import { type Instance, paginateDescribeInstances } from '@aws-sdk/client-ec2';
import {
  GetAWSDefaultServiceQuotaCommand,
  GetServiceQuotaCommand,
  type ServiceQuotasClient,
} from '@aws-sdk/client-service-quotas';
import { quotaCode } from '../../domain/compute/quotaCode.ts';
import { recordQuota } from '../../store/reservations.ts';
import type { Dependencies } from '../dependencies.ts';
import { isAwsCode } from '../ec2/errors.ts';
import { aws } from '../failure.ts';

/**
 * What can't be measured stays as it was last known: a launch is not held up by Service Quotas, and the gate says how old its
 * figure is.
 */
export function quotaMeasurer({ db, ec2, settings, log }: Dependencies) {
  const region = settings.AWS_REGION;
  return async (code: string): Promise<void> => {
    try {
      const [limit, otherUse] = await Promise.all([limitOf(ec2.quotas, code), useOfOthers(code)]);
      await recordQuota(db, region, { code, limit, otherUse });
    } catch (error) {
      log.warn({ err: error, quota: code }, 'the AWS quota could not be measured');
    }
  };

  async function useOfOthers(code: string): Promise<number> {
    const { rows } = await db.query(
      `select instance_id from launches where region = $1 and progress = 'launched' and instance_id is not null`,
      [region],
    );
    const ours = new Set(rows.map((row) => row.instance_id as string));
    let vcpus = 0;
    // Pending ones count already: deliberately on the careful side (facts/ec2.md 2).
    const filter = { Name: 'instance-state-name', Values: ['pending', 'running'] };
    const pages = paginateDescribeInstances({ client: ec2.describe, pageSize: 1000 }, { Filters: [filter] });
    for await (const { Reservations = [] } of pages) {
      for (const instance of Reservations.flatMap((reservation) => reservation.Instances ?? [])) {
        if (!ours.has(instance.InstanceId!) && codeOf(instance) === code) vcpus += vcpusOf(instance);
      }
    }
    return vcpus;
  }
}

const codeOf = ({ InstanceType, InstanceLifecycle }: Instance): string | null =>
  quotaCode(InstanceType ?? '', InstanceLifecycle === 'spot' ? 'spot' : 'on-demand');

const vcpusOf = ({ CpuOptions }: Instance): number => (CpuOptions?.CoreCount ?? 0) * (CpuOptions?.ThreadsPerCore ?? 0);

/** The applied value; an account that never asked for more has none, and AWS's default counts. */
export async function limitOf(client: ServiceQuotasClient, QuotaCode: string): Promise<number> {
  const which = { ServiceCode: 'ec2', QuotaCode };
  try {
    return (await client.send(new GetServiceQuotaCommand(which))).Quota!.Value!;
  } catch (error) {
    if (!isAwsCode(error, 'NoSuchResourceException')) return aws('GetServiceQuota', () => Promise.reject(error));
  }
  const answer = await aws('GetAWSDefaultServiceQuota', () => client.send(new GetAWSDefaultServiceQuotaCommand(which)));
  return answer.Quota!.Value!;
}
