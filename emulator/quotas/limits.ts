// What an account may use: quotas as they are applied, and how they are raised; for EC2's own checks and for control.

import type { JsonContext } from '../json/service.ts';
import type { Table } from '../state/table.ts';
import { findQuota, type Quota } from './catalogue.ts';
import { findRequest, isOpen, type QuotaRequest, requestsOf, saveRequest } from './requests.ts';

export { vcpuQuota } from './families.ts';
export type { QuotaRequest } from './requests.ts';

export type QuotaContext = Pick<JsonContext, 'store' | 'accountId' | 'region'>;

type SetValue = { readonly id: string; readonly value: number };

const values = ({ store, accountId, region }: QuotaContext): Table<SetValue> =>
  store.table<SetValue>(`${accountId}/${region}/servicequotas/values`);

/** The value that counts: the one that was set, else the one applied from the start, else AWS's default. RangeError for an unknown code. */
export function appliedQuota(context: QuotaContext, code: string): number {
  const quota = known(code);
  return appliedValue(context, quota) ?? quota.default;
}

/** Null where AWS has no applied value: GetServiceQuota doesn't know the quota then. */
export const appliedValue = (context: QuotaContext, quota: Quota): number | null =>
  values(context).get(quota.code)?.value ?? quota.applied;

/** RangeError for an unknown code or a value that is no count. */
export function setQuota(context: QuotaContext, code: string, value: number): void {
  known(code);
  if (!Number.isFinite(value) || value < 0) throw new RangeError(`${value} can't be the value of a quota`);
  values(context).put({ id: code, value });
}

/** The requests that wait for a decision, oldest first. */
export const openRequests = (context: QuotaContext): QuotaRequest[] => requestsOf(context).filter(isOpen);

/** Decides an open request as AWS would; a granted one is applied at once. RangeError where there is no such open request. */
export function approve(context: QuotaContext, requestId: string, granted: boolean): void {
  const request = findRequest(context, requestId);
  if (request === undefined || !isOpen(request)) throw new RangeError(`there is no open request ${requestId}`);
  if (granted) setQuota(context, request.code, request.desired);
  saveRequest(context, {
    ...request,
    status: granted ? 'APPROVED' : 'DENIED',
    decidedMs: context.store.clock.now(),
  });
}

function known(code: string): Quota {
  const quota = findQuota(code);
  if (quota === undefined) throw new RangeError(`there is no quota ${code}`);
  return quota;
}
