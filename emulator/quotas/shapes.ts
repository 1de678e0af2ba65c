// Quotas and requests as Service Quotas writes them on the wire.

import type { JsonContext } from '../json/service.ts';
import { findQuota, findService, type Quota } from './catalogue.ts';
import type { QuotaRequest } from './requests.ts';

/** A default belongs to no account, and so does its ARN. */
export const defaultShape = (context: JsonContext, quota: Quota) => ({
  ...named(quota),
  QuotaArn: arn(quota, context.region, ''),
  Value: quota.default,
  Adjustable: true,
  ...usageMetric(quota),
});

export const appliedShape = (context: JsonContext, quota: Quota, value: number) => ({
  ...named(quota),
  QuotaArn: arn(quota, context.region, context.accountId),
  Value: value,
  Adjustable: true,
  ...usageMetric(quota),
  QuotaAppliedAtLevel: 'ACCOUNT',
});

export function requestShape(context: JsonContext, request: QuotaRequest) {
  const quota = findQuota(request.code)!;
  return {
    ...named(quota),
    Id: request.id,
    QuotaArn: arn(quota, context.region, context.accountId),
    DesiredValue: request.desired,
    Status: request.status,
    Created: request.createdMs / 1000,
    ...(request.decidedMs === undefined ? {} : { LastUpdated: request.decidedMs / 1000 }),
    Requester: JSON.stringify({
      accountId: context.accountId,
      callerArn: `arn:aws:iam::${context.accountId}:root`,
    }),
    QuotaRequestedAtLevel: 'ACCOUNT',
  };
}

const named = (quota: Quota) => ({
  ServiceCode: quota.service,
  ServiceName: findService(quota.service)!.name,
  QuotaCode: quota.code,
  QuotaName: quota.name,
  Unit: 'None',
  GlobalQuota: false,
});

const arn = (quota: Quota, region: string, accountId: string): string =>
  `arn:aws:servicequotas:${region}:${accountId}:${quota.service}/${quota.code}`;

const usageMetric = ({ usageClass }: Quota) =>
  usageClass === undefined
    ? {}
    : {
        UsageMetric: {
          MetricNamespace: 'AWS/Usage',
          MetricName: 'ResourceCount',
          MetricDimensions: { Class: usageClass, Resource: 'vCPU', Service: 'EC2', Type: 'Resource' },
          MetricStatisticRecommendation: 'Maximum',
        },
      };
