// Service Quotas through the real client: applied values, defaults, pages (facts/ec2.md 2).

import {
  GetAWSDefaultServiceQuotaCommand,
  GetServiceQuotaCommand,
  ListAWSDefaultServiceQuotasCommand,
  ListServiceQuotasCommand,
  ListServicesCommand,
  paginateListAWSDefaultServiceQuotas,
  ServiceQuotasClient,
} from '@aws-sdk/client-service-quotas';
import fc from 'fast-check';
import { serveJson, type TestService } from '../json/testing.ts';
import { accountIdOf } from '../protocols/credentials.ts';
import { QUOTAS } from './catalogue.ts';
import { serviceQuotas } from './index.ts';
import { setQuota } from './limits.ts';

const STANDARD = { ServiceCode: 'ec2', QuotaCode: 'L-1216C47A' };
const GP3_STORAGE = { ServiceCode: 'ebs', QuotaCode: 'L-7A658B76' };

let aws: TestService;
let quotas: ServiceQuotasClient;
beforeEach(async () => {
  aws = await serveJson(serviceQuotas);
  quotas = clientOf('one');
});
afterEach(async () => {
  quotas.destroy();
  await aws.close();
});

const clientOf = (accessKeyId: string, region = 'us-east-1') =>
  new ServiceQuotasClient({
    endpoint: aws.url,
    region,
    credentials: { accessKeyId, secretAccessKey: 'any' },
    maxAttempts: 1,
  });
const codeOf = (call: Promise<unknown>) =>
  call.then(
    () => 'fine',
    (error: Error) => error.name,
  );

it('an applied quota says whose it is, what it counts and where the use is seen', async () => {
  expect((await quotas.send(new GetServiceQuotaCommand(STANDARD))).Quota).toEqual({
    ServiceCode: 'ec2',
    ServiceName: 'Amazon Elastic Compute Cloud (Amazon EC2)',
    QuotaArn: `arn:aws:servicequotas:us-east-1:${accountIdOf('one')}:ec2/L-1216C47A`,
    QuotaCode: 'L-1216C47A',
    QuotaName: 'Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances',
    Value: 640,
    Unit: 'None',
    Adjustable: true,
    GlobalQuota: false,
    QuotaAppliedAtLevel: 'ACCOUNT',
    UsageMetric: {
      MetricNamespace: 'AWS/Usage',
      MetricName: 'ResourceCount',
      MetricDimensions: { Class: 'Standard/OnDemand', Resource: 'vCPU', Service: 'EC2', Type: 'Resource' },
      MetricStatisticRecommendation: 'Maximum',
    },
  });
});

it('a quota without an applied value is not known, but its default is', async () => {
  expect(await codeOf(quotas.send(new GetServiceQuotaCommand(GP3_STORAGE)))).toBe('NoSuchResourceException');
  const { Quota } = await quotas.send(new GetAWSDefaultServiceQuotaCommand(GP3_STORAGE));
  expect(Quota).toMatchObject({ Value: 50, QuotaArn: 'arn:aws:servicequotas:us-east-1::ebs/L-7A658B76' });
  expect(Quota!.UsageMetric).toBeUndefined();
  setQuota(aws.context(accountIdOf('one')), 'L-7A658B76', 80);
  expect((await quotas.send(new GetServiceQuotaCommand(GP3_STORAGE))).Quota!.Value).toBe(80);
  expect((await quotas.send(new GetAWSDefaultServiceQuotaCommand(GP3_STORAGE))).Quota!.Value).toBe(50);
});

it('the default stays what AWS gives a new account', async () => {
  expect((await quotas.send(new GetAWSDefaultServiceQuotaCommand(STANDARD))).Quota!.Value).toBe(5);
});

it.each([
  { ServiceCode: 'ec2', QuotaCode: 'L-00000000' },
  { ServiceCode: 'ebs', QuotaCode: 'L-1216C47A' },
  { ServiceCode: 'vpc', QuotaCode: 'L-1216C47A' },
  { ...STANDARD, ContextId: 'arn:aws:ec2:us-east-1:1:instance/i-1' },
])('there is no %j', async (input) => {
  expect(await codeOf(quotas.send(new GetServiceQuotaCommand(input)))).toBe('NoSuchResourceException');
});

it('quotas are of an account and a region', async () => {
  setQuota(aws.context(accountIdOf('one')), 'L-1216C47A', 8);
  const valueFor = async (client: ServiceQuotasClient) => {
    const { Quota } = await client.send(new GetServiceQuotaCommand(STANDARD));
    client.destroy();
    return Quota!.Value;
  };
  expect(await valueFor(clientOf('one'))).toBe(8);
  expect(await valueFor(clientOf('one', 'us-west-2'))).toBe(640);
  expect(await valueFor(clientOf('two'))).toBe(640);
});

it('the list has what is applied, and no more', async () => {
  const listed = await quotas.send(new ListServiceQuotasCommand({ ServiceCode: 'ec2' }));
  const applied = QUOTAS.filter((quota) => quota.service === 'ec2' && quota.applied !== null);
  expect(new Map(listed.Quotas!.map((quota) => [quota.QuotaCode!, quota.Value]))).toEqual(
    new Map(applied.map((quota) => [quota.code, quota.applied!])),
  );
  expect((await quotas.send(new ListServiceQuotasCommand({ ServiceCode: 'ebs' }))).Quotas).toEqual([]);
  expect((await quotas.send(new ListServiceQuotasCommand(STANDARD))).Quotas).toHaveLength(1);
  const resources = new ListServiceQuotasCommand({ ServiceCode: 'ec2', QuotaAppliedAtLevel: 'RESOURCE' });
  expect((await quotas.send(resources)).Quotas).toEqual([]);
  expect(await codeOf(quotas.send(new ListServiceQuotasCommand({ ServiceCode: 'no' })))).toBe(
    'NoSuchResourceException',
  );
});

it('pages of any size add up to the whole list, each quota once', async () => {
  const all = QUOTAS.filter((quota) => quota.service === 'ec2').map((quota) => quota.code);
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 100 }), async (MaxResults) => {
      const seen: string[] = [];
      const pages = paginateListAWSDefaultServiceQuotas({ client: quotas }, { ServiceCode: 'ec2', MaxResults });
      for await (const page of pages) {
        expect(page.Quotas!.length).toBeLessThanOrEqual(MaxResults);
        seen.push(...page.Quotas!.map((quota) => quota.QuotaCode!));
      }
      expect(seen).toEqual([...all].sort());
    }),
    { numRuns: 12, seed: 1 },
  );
});

it('a token counts for its own question alone, and for no forged one', async () => {
  const first = await quotas.send(new ListAWSDefaultServiceQuotasCommand({ ServiceCode: 'ec2', MaxResults: 1 }));
  const { NextToken } = first;
  for (const call of [
    new ListAWSDefaultServiceQuotasCommand({ ServiceCode: 'ebs', NextToken }),
    new ListAWSDefaultServiceQuotasCommand({ ServiceCode: 'ec2', NextToken: 'nonsense' }),
  ]) {
    expect(await codeOf(quotas.send(call))).toBe('InvalidPaginationTokenException');
  }
});

it.each([0, 101, 1.5])('a page of %p is refused', async (MaxResults) => {
  const call = new ListAWSDefaultServiceQuotasCommand({ ServiceCode: 'ec2', MaxResults });
  expect(await codeOf(quotas.send(call))).toBe('ValidationException');
});

it('lists the services in pages', async () => {
  const first = await quotas.send(new ListServicesCommand({ MaxResults: 1 }));
  const second = await quotas.send(new ListServicesCommand({ MaxResults: 1, NextToken: first.NextToken! }));
  expect([...first.Services!, ...second.Services!].map((service) => service.ServiceCode)).toEqual(['ebs', 'ec2']);
  expect(second.NextToken).toBeUndefined();
});
