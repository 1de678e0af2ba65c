// The actions that ask for a higher quota and look at what became of it.

import { z } from 'zod';
import { type JsonAction, jsonAction, type JsonContext, JsonError } from '../json/service.ts';
import { findQuota } from './catalogue.ts';
import { INVALID_TOKEN, Level, Paged, QuotaKey, quotaOf, quotasOf } from './input.ts';
import { appliedQuota, openRequests } from './limits.ts';
import { page, type Paging } from '../json/paging.ts';
import { findRequest, openRequest, type QuotaRequest, requestsOf, STATUSES } from './requests.ts';
import { requestShape } from './shapes.ts';

/** Per account and region (facts/ec2.md 2). */
const OPEN_REQUESTS_MAX = 20;

const requestServiceQuotaIncrease = jsonAction(
  QuotaKey.extend({
    DesiredValue: z.number().min(0).max(10_000_000_000),
    ContextId: z.string().optional(),
    /** Leave to open a support case, not the wish for one: none is opened here. */
    SupportCaseAllowed: z.boolean().optional(),
  }),
  (context, input) => {
    const quota = quotaOf(input);
    if (input.ContextId !== undefined) {
      throw new JsonError('IllegalArgumentException', `The quota ${quota.code} is not applied to single resources`);
    }
    if (input.DesiredValue <= appliedQuota(context, quota.code)) {
      throw new JsonError(
        'IllegalArgumentException',
        'You must provide a quota value greater than the current quota value',
      );
    }
    const open = openRequests(context);
    if (open.some((request) => request.code === quota.code)) {
      throw new JsonError('ResourceAlreadyExistsException', `Only one open request is allowed for ${quota.code}`);
    }
    if (open.length >= OPEN_REQUESTS_MAX) {
      throw new JsonError('QuotaExceededException', `Only ${OPEN_REQUESTS_MAX} open requests are allowed`);
    }
    return { RequestedQuota: requestShape(context, openRequest(context, quota.code, input.DesiredValue)) };
  },
);

const getRequestedServiceQuotaChange = jsonAction(
  z.strictObject({ RequestId: z.string().min(1) }),
  (context, { RequestId }) => {
    const request = findRequest(context, RequestId);
    if (request === undefined) throw new JsonError('NoSuchResourceException', `There is no request ${RequestId}`);
    return { RequestedQuota: requestShape(context, request) };
  },
);

const Selected = Paged.extend({ Status: z.enum(STATUSES).optional(), QuotaRequestedAtLevel: Level });

const listHistory = jsonAction(
  Selected.extend({ ServiceCode: z.string().min(1).optional() }),
  (context, { MaxResults, NextToken, ...wanted }) => {
    const { ServiceCode: service } = wanted;
    if (service !== undefined) quotasOf(service);
    const isOfService = ({ code }: QuotaRequest) => service === undefined || findQuota(code)!.service === service;
    return history(context, isOfService, wanted, { MaxResults, NextToken });
  },
);

const listHistoryByQuota = jsonAction(
  z.strictObject({ ...Selected.shape, ...QuotaKey.shape }),
  (context, { MaxResults, NextToken, ...wanted }) => {
    const quota = quotaOf(wanted);
    return history(context, ({ code }) => code === quota.code, wanted, { MaxResults, NextToken });
  },
);

type Wanted = Pick<z.output<typeof Selected>, 'Status' | 'QuotaRequestedAtLevel'>;

function history(context: JsonContext, isAsked: (request: QuotaRequest) => boolean, wanted: Wanted, paging: Paging) {
  const { Status, QuotaRequestedAtLevel } = wanted;
  const requests = QuotaRequestedAtLevel === 'RESOURCE' ? [] : requestsOf(context).filter(isAsked);
  const { items, NextToken } = page(
    {
      items: requests.filter(({ status }) => Status === undefined || status === Status),
      keyOf: ({ sequence }) => String(sequence).padStart(9, '0'),
      question: ['history', wanted],
      invalidToken: INVALID_TOKEN,
    },
    paging,
  );
  return { RequestedQuotas: items.map((request) => requestShape(context, request)), NextToken };
}

export const raisingActions: Readonly<Record<string, JsonAction>> = {
  RequestServiceQuotaIncrease: requestServiceQuotaIncrease,
  GetRequestedServiceQuotaChange: getRequestedServiceQuotaChange,
  ListRequestedServiceQuotaChangeHistory: listHistory,
  ListRequestedServiceQuotaChangeHistoryByQuota: listHistoryByQuota,
};
