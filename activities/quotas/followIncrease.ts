// Looks what has become of a request for a higher quota; what was decided is measured at once, so that launches need not wait for it.

import { isOpenRequest, type QuotaRequest } from '../../domain/quotaRequest.ts';
import { recordQuotaRequest } from '../../store/quotas.ts';
import type { Dependencies } from '../dependencies.ts';
import { quotaMeasurer } from './measureQuota.ts';
import { requestsOf } from './requestIncrease.ts';

/** A request that AWS no longer lists stays as it was. */
export function followQuotaIncrease(deps: Dependencies) {
  const measureQuota = quotaMeasurer(deps);
  return async (request: QuotaRequest): Promise<QuotaRequest> => {
    const now = (await requestsOf(deps.ec2, request.code)).find(({ id }) => id === request.id) ?? request;
    await recordQuotaRequest(deps.db, deps.settings.AWS_REGION, now);
    if (!isOpenRequest(now)) await measureQuota(now.code);
    return now;
  };
}
