// The actions that read quotas: applied values, AWS's defaults, the services that have some.

import { z } from 'zod';
import { type JsonAction, jsonAction, JsonError } from '../json/service.ts';
import { SERVICES } from './catalogue.ts';
import { INVALID_TOKEN, Level, Paged, QuotaKey, quotaOf, quotasOf } from './input.ts';
import { appliedValue } from './limits.ts';
import { page } from '../json/paging.ts';
import { appliedShape, defaultShape } from './shapes.ts';

/** The applied value alone: a quota that has none is not known here, its default is another action's (facts/ec2.md 2). */
const getServiceQuota = jsonAction(QuotaKey.extend({ ContextId: z.string().optional() }), (context, input) => {
  const quota = quotaOf(input);
  const value = input.ContextId === undefined ? appliedValue(context, quota) : null;
  if (value === null) {
    throw new JsonError('NoSuchResourceException', `The quota ${quota.code} has no applied value`);
  }
  return { Quota: appliedShape(context, quota, value) };
});

const getAwsDefaultServiceQuota = jsonAction(QuotaKey, (context, input) => ({
  Quota: defaultShape(context, quotaOf(input)),
}));

/** As in GetServiceQuota, what has no applied value is not there. */
const listServiceQuotas = jsonAction(
  Paged.extend({ ServiceCode: z.string().min(1), QuotaCode: z.string().optional(), QuotaAppliedAtLevel: Level }),
  (context, { ServiceCode, QuotaCode, QuotaAppliedAtLevel, ...paging }) => {
    const asked = QuotaCode === undefined ? quotasOf(ServiceCode) : [quotaOf({ ServiceCode, QuotaCode })];
    const applied = asked.flatMap((quota) => {
      const value = QuotaAppliedAtLevel === 'RESOURCE' ? null : appliedValue(context, quota);
      return value === null ? [] : [appliedShape(context, quota, value)];
    });
    const { items: Quotas, NextToken } = page(
      {
        items: applied,
        keyOf: (quota) => quota.QuotaCode,
        question: ['ListServiceQuotas', ServiceCode, QuotaCode, QuotaAppliedAtLevel],
        invalidToken: INVALID_TOKEN,
      },
      paging,
    );
    return { Quotas, NextToken };
  },
);

const listAwsDefaultServiceQuotas = jsonAction(
  Paged.extend({ ServiceCode: z.string().min(1) }),
  (context, { ServiceCode, ...paging }) => {
    const { items: Quotas, NextToken } = page(
      {
        items: quotasOf(ServiceCode).map((quota) => defaultShape(context, quota)),
        keyOf: (quota) => quota.QuotaCode,
        question: ['ListAWSDefaultServiceQuotas', ServiceCode],
        invalidToken: INVALID_TOKEN,
      },
      paging,
    );
    return { Quotas, NextToken };
  },
);

const listServices = jsonAction(Paged, (_context, paging) => {
  const { items, NextToken } = page(
    {
      items: SERVICES,
      keyOf: (service) => service.code,
      question: ['ListServices'],
      invalidToken: INVALID_TOKEN,
    },
    paging,
  );
  return { Services: items.map(({ code, name }) => ({ ServiceCode: code, ServiceName: name })), NextToken };
});

export const readingActions: Readonly<Record<string, JsonAction>> = {
  GetServiceQuota: getServiceQuota,
  GetAWSDefaultServiceQuota: getAwsDefaultServiceQuota,
  ListServiceQuotas: listServiceQuotas,
  ListAWSDefaultServiceQuotas: listAwsDefaultServiceQuotas,
  ListServices: listServices,
};
