// Asks AWS for a higher quota once: a request that is open is answered instead of doubled (facts/ec2.md 2). An operator's wish alone.

import {
  paginateListRequestedServiceQuotaChangeHistoryByQuota,
  RequestServiceQuotaIncreaseCommand,
  type RequestedServiceQuotaChange,
} from '@aws-sdk/client-service-quotas';
import { BerthError } from '../../domain/errors.ts';
import { isOpenRequest, type QuotaRequest } from '../../domain/quotaRequest.ts';
import { recordQuotaRequest } from '../../store/quotas.ts';
import type { Dependencies } from '../dependencies.ts';
import { isAwsCode } from '../ec2/errors.ts';
import { aws } from '../failure.ts';
import { limitOf } from './measureQuota.ts';

const SERVICE = 'ec2';

/** Throws QUOTA_NOT_RAISED where that much is allowed already, and what AWS refuses with. */
export const requestQuotaIncrease =
  ({ db, ec2, settings }: Dependencies) =>
  async (code: string, desired: number): Promise<QuotaRequest> => {
    const limit = await limitOf(ec2.quotas, code);
    if (desired <= limit) throw new BerthError('QUOTA_NOT_RAISED', { quota_code: code, limit, desired });
    const request = (await openRequest()) ?? (await ask());
    await recordQuotaRequest(db, settings.AWS_REGION, request);
    return request;

    async function openRequest(): Promise<QuotaRequest | null> {
      return (await requestsOf(ec2, code)).find(isOpenRequest) ?? null;
    }

    async function ask(): Promise<QuotaRequest> {
      const command = new RequestServiceQuotaIncreaseCommand({
        ServiceCode: SERVICE,
        QuotaCode: code,
        DesiredValue: desired,
      });
      try {
        return asRequest((await ec2.quotas.send(command)).RequestedQuota!);
      } catch (error) {
        // Ours whose answer was lost, or somebody's who was faster.
        const open = isAwsCode(error, 'ResourceAlreadyExistsException') ? await openRequest() : null;
        return open ?? aws('RequestServiceQuotaIncrease', () => Promise.reject(error));
      }
    }
  };

/** Newest first. */
export async function requestsOf({ quotas }: Dependencies['ec2'], QuotaCode: string): Promise<QuotaRequest[]> {
  const which = { ServiceCode: SERVICE, QuotaCode };
  const found: QuotaRequest[] = [];
  await aws('ListRequestedServiceQuotaChangeHistoryByQuota', async () => {
    const pages = paginateListRequestedServiceQuotaChangeHistoryByQuota({ client: quotas }, which);
    for await (const { RequestedQuotas = [] } of pages) found.push(...RequestedQuotas.map(asRequest));
  });
  return found.sort((a, b) => Date.parse(b.requestedAt) - Date.parse(a.requestedAt));
}

const asRequest = (change: RequestedServiceQuotaChange): QuotaRequest => ({
  id: change.Id!,
  code: change.QuotaCode!,
  desired: change.DesiredValue!,
  status: change.Status!,
  requestedAt: change.Created!.toISOString(),
});
