// Asking for a higher quota: one open request per quota, twenty in all, and what becomes of them (facts/ec2.md 2).

import {
  GetRequestedServiceQuotaChangeCommand,
  GetServiceQuotaCommand,
  ListRequestedServiceQuotaChangeHistoryByQuotaCommand,
  ListRequestedServiceQuotaChangeHistoryCommand,
  RequestServiceQuotaIncreaseCommand,
  type RequestServiceQuotaIncreaseCommandInput,
  ServiceQuotasClient,
} from '@aws-sdk/client-service-quotas';
import type { JsonContext } from '../json/service.ts';
import { serveJson, type TestService } from '../json/testing.ts';
import { accountIdOf } from '../protocols/credentials.ts';
import { QUOTAS } from './catalogue.ts';
import { serviceQuotas } from './index.ts';
import { appliedQuota, approve, openRequests } from './limits.ts';

const STANDARD = { ServiceCode: 'ec2', QuotaCode: 'L-1216C47A' };
const DL = { ServiceCode: 'ec2', QuotaCode: 'L-6E869C2A' };

let aws: TestService;
let quotas: ServiceQuotasClient;
let account: JsonContext;
beforeEach(async () => {
  aws = await serveJson(serviceQuotas);
  account = aws.context(accountIdOf('one'));
  const credentials = { accessKeyId: 'one', secretAccessKey: 'any' };
  quotas = new ServiceQuotasClient({ endpoint: aws.url, region: 'us-east-1', credentials, maxAttempts: 1 });
});
afterEach(async () => {
  quotas.destroy();
  await aws.close();
});

const ask = async (input: Partial<RequestServiceQuotaIncreaseCommandInput> = {}) =>
  (await quotas.send(new RequestServiceQuotaIncreaseCommand({ ...STANDARD, DesiredValue: 1_000, ...input })))
    .RequestedQuota!;
const refusal = (input: Partial<RequestServiceQuotaIncreaseCommandInput>) =>
  ask(input).then(
    () => 'fine',
    (error: Error) => error.name,
  );
const statusOf = async (RequestId: string) =>
  (await quotas.send(new GetRequestedServiceQuotaChangeCommand({ RequestId }))).RequestedQuota!.Status;
const valueOf = async () => (await quotas.send(new GetServiceQuotaCommand(STANDARD))).Quota!.Value;

it('a request waits, changes nothing, and is found again', async () => {
  const request = await ask({ SupportCaseAllowed: false });
  expect(request).toEqual({
    Id: expect.stringMatching(/^[0-9a-zA-Z]{40}$/),
    ServiceCode: 'ec2',
    ServiceName: 'Amazon Elastic Compute Cloud (Amazon EC2)',
    QuotaCode: 'L-1216C47A',
    QuotaName: 'Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances',
    DesiredValue: 1_000,
    Status: 'PENDING',
    Created: new Date('2026-01-01T00:00:00Z'),
    Requester: expect.stringContaining(`arn:aws:iam::${account.accountId}:root`),
    QuotaArn: `arn:aws:servicequotas:us-east-1:${account.accountId}:ec2/L-1216C47A`,
    GlobalQuota: false,
    Unit: 'None',
    QuotaRequestedAtLevel: 'ACCOUNT',
  });
  expect(await valueOf()).toBe(640);
  const found = await quotas.send(new GetRequestedServiceQuotaChangeCommand({ RequestId: request.Id }));
  expect(found.RequestedQuota).toEqual(request);
});

it('a granted request raises the quota', async () => {
  const { Id } = await ask();
  expect(openRequests(account).map((request) => request.id)).toEqual([Id]);
  aws.clock.advance(60_000);
  approve(account, Id!, true);
  const { RequestedQuota } = await quotas.send(new GetRequestedServiceQuotaChangeCommand({ RequestId: Id }));
  expect(RequestedQuota).toMatchObject({ Status: 'APPROVED', LastUpdated: new Date('2026-01-01T00:01:00Z') });
  expect(await valueOf()).toBe(1_000);
  expect(openRequests(account)).toEqual([]);
});

it('a denied one does not, and leaves room for another', async () => {
  const { Id } = await ask();
  approve(account, Id!, false);
  expect([await statusOf(Id!), await valueOf()]).toEqual(['DENIED', 640]);
  expect((await ask()).Id).not.toBe(Id);
});

it('a granted request gives a quota its first applied value', async () => {
  const { Id } = await ask({ ...DL, DesiredValue: 96 });
  approve(account, Id!, true);
  expect((await quotas.send(new GetServiceQuotaCommand(DL))).Quota!.Value).toBe(96);
});

it('only one request of a quota is open at a time', async () => {
  await ask();
  expect(await refusal({ DesiredValue: 2_000 })).toBe('ResourceAlreadyExistsException');
  expect(await refusal({ ...DL, DesiredValue: 96 })).toBe('fine');
});

it('twenty are open in an account and region, and no more', async () => {
  const codes = QUOTAS.map(({ service, code }) => ({ ServiceCode: service, QuotaCode: code, DesiredValue: 200_000 }));
  for (const each of codes.slice(0, 20)) await ask(each);
  expect(await refusal(codes[20]!)).toBe('QuotaExceededException');
  approve(account, openRequests(account)[0]!.id, false);
  expect(await refusal(codes[20]!)).toBe('fine');
});

it.each([
  [{ DesiredValue: 640 }, 'IllegalArgumentException'],
  [{ ...DL, DesiredValue: 0 }, 'IllegalArgumentException'],
  [{ ContextId: '*' }, 'IllegalArgumentException'],
  [{ QuotaCode: 'L-00000000' }, 'NoSuchResourceException'],
  [{ DesiredValue: -1 }, 'ValidationException'],
  [{ DesiredValue: undefined }, 'ValidationException'],
])('%j is refused', async (input, code) => {
  expect(await refusal(input)).toBe(code);
  expect(openRequests(account)).toEqual([]);
});

describe('the history', () => {
  const history = async (input: object = {}) => {
    const { RequestedQuotas } = await quotas.send(new ListRequestedServiceQuotaChangeHistoryCommand(input));
    return RequestedQuotas!.map(({ DesiredValue, Status }) => [DesiredValue, Status]);
  };

  it('has all requests, oldest first, and those of a status or a service', async () => {
    approve(account, (await ask({ DesiredValue: 700 })).Id!, true);
    approve(account, (await ask({ DesiredValue: 800 })).Id!, false);
    await ask({ ServiceCode: 'ebs', QuotaCode: 'L-7A658B76', DesiredValue: 60 });
    const [approved, denied, pending] = [
      [700, 'APPROVED'],
      [800, 'DENIED'],
      [60, 'PENDING'],
    ];
    expect(await history()).toEqual([approved, denied, pending]);
    expect(await history({ Status: 'DENIED' })).toEqual([denied]);
    expect(await history({ ServiceCode: 'ec2' })).toEqual([approved, denied]);
    expect(await history({ ServiceCode: 'ebs', Status: 'APPROVED' })).toEqual([]);
    expect(await history({ QuotaRequestedAtLevel: 'RESOURCE' })).toEqual([]);
    await expect(history({ ServiceCode: 'vpc' })).rejects.toThrow(
      expect.objectContaining({ name: 'NoSuchResourceException' }),
    );
    await expect(history({ Status: 'LOST' })).rejects.toThrow(expect.objectContaining({ name: 'ValidationException' }));
  });

  it('of a quota goes on after a page although others were asked for meanwhile', async () => {
    const pageOf = (input: object) =>
      quotas.send(new ListRequestedServiceQuotaChangeHistoryByQuotaCommand({ ...STANDARD, MaxResults: 1, ...input }));
    for (const DesiredValue of [700, 800]) approve(account, (await ask({ DesiredValue })).Id!, true);
    const first = await pageOf({});
    await ask({ ...DL, DesiredValue: 96 });
    await ask({ DesiredValue: 900 });
    const second = await pageOf({ NextToken: first.NextToken });
    const third = await pageOf({ NextToken: second.NextToken });
    const desired = [first, second, third].flatMap((page) => page.RequestedQuotas!.map((each) => each.DesiredValue));
    expect(desired).toEqual([700, 800, 900]);
    expect(third.NextToken).toBeUndefined();
    const pending = await pageOf({ Status: 'PENDING' });
    expect(pending.RequestedQuotas!.map((each) => each.DesiredValue)).toEqual([900]);
    await expect(pageOf({ QuotaCode: 'L-00000000' })).rejects.toThrow(
      expect.objectContaining({ name: 'NoSuchResourceException' }),
    );
  });

  it('is of the account and region that asked', async () => {
    const { Id } = await ask();
    expect(openRequests(aws.context(account.accountId, 'us-west-2'))).toEqual([]);
    expect(() => approve(aws.context(accountIdOf('two')), Id!, true)).toThrow(RangeError);
    expect(appliedQuota(account, 'L-1216C47A')).toBe(640);
  });
});

it('a request is decided once', async () => {
  const { Id } = await ask();
  approve(account, Id!, false);
  expect(() => approve(account, Id!, true)).toThrow(RangeError);
  await expect(quotas.send(new GetRequestedServiceQuotaChangeCommand({ RequestId: 'unknown' }))).rejects.toThrow(
    expect.objectContaining({ name: 'NoSuchResourceException' }),
  );
});
