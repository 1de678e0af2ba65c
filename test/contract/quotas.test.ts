// Service Quotas, and the vCPUs that they let an account launch (facts/ec2.md 2).

import {
  GetAWSDefaultServiceQuotaCommand,
  GetServiceQuotaCommand,
  ListRequestedServiceQuotaChangeHistoryByQuotaCommand,
  ListServiceQuotasCommand,
  RequestServiceQuotaIncreaseCommand,
  type ServiceQuota,
} from '@aws-sdk/client-service-quotas';
import { DescribeInstanceTypeOfferingsCommand } from '@aws-sdk/client-ec2';
import { capability } from './support/capability.ts';
import { contract } from './support/contract.ts';
import { isOurs } from './support/endpoint.ts';
import { codeOf } from './support/refusal.ts';

const aws = contract();

const STANDARD = 'L-1216C47A';
const STANDARD_SPOT = 'L-34B43A08';
/** Code -> default of a new account, as in facts/ec2.md 2. */
const VCPU_DEFAULTS: Readonly<Record<string, number>> = {
  [STANDARD]: 5,
  [STANDARD_SPOT]: 5,
  'L-DB2E81BA': 0,
  'L-3819A6DF': 0,
  'L-417A185B': 0,
  'L-7212CCBC': 0,
  'L-1945791B': 0,
  'L-74FC7D96': 0,
  'L-7295265B': 0,
};
const EBS_CODES = ['L-7A658B76', 'L-D18FCD1D', 'L-309BACF6'];
const NONE = 'L-00000000';

const ofEc2 = (QuotaCode: string) => ({ ServiceCode: 'ec2', QuotaCode });
const applied = async (key: { ServiceCode: string; QuotaCode: string }): Promise<ServiceQuota> =>
  (await aws.quotas.send(new GetServiceQuotaCommand(key))).Quota!;
const byDefault = async (key: { ServiceCode: string; QuotaCode: string }): Promise<ServiceQuota> =>
  (await aws.quotas.send(new GetAWSDefaultServiceQuotaCommand(key))).Quota!;
/** What counts: the applied value, else AWS's default. */
const valueOf = async (key: { ServiceCode: string; QuotaCode: string }): Promise<number> =>
  (await applied(key).catch(() => byDefault(key))).Value!;
const request = (QuotaCode: string, DesiredValue: number) =>
  aws.quotas.send(new RequestServiceQuotaIncreaseCommand({ ...ofEc2(QuotaCode), DesiredValue }));
const history = async (QuotaCode: string) => {
  const command = new ListRequestedServiceQuotaChangeHistoryByQuotaCommand(ofEc2(QuotaCode));
  return (await aws.quotas.send(command)).RequestedQuotas!;
};

const probe = () => [applied(ofEc2(STANDARD)), byDefault(ofEc2(STANDARD))];

capability('service quotas', probe, (it) => {
  it('the applied quota of standard instances says what it counts (2)', async () => {
    expect(await applied(ofEc2(STANDARD))).toMatchObject({
      ServiceCode: 'ec2',
      QuotaCode: STANDARD,
      QuotaName: expect.stringMatching(/^Running On-Demand Standard/),
      Value: expect.any(Number),
      Adjustable: true,
      GlobalQuota: false,
      UsageMetric: {
        MetricNamespace: 'AWS/Usage',
        MetricName: 'ResourceCount',
        MetricDimensions: { Class: 'Standard/OnDemand', Resource: 'vCPU', Service: 'EC2', Type: 'Resource' },
        MetricStatisticRecommendation: 'Maximum',
      },
    });
  });

  it('spot has a quota of its own (2)', async () => {
    const { QuotaName, UsageMetric } = await applied(ofEc2(STANDARD_SPOT));
    expect(QuotaName).toMatch(/^All Standard .*Spot Instance Requests$/);
    expect(UsageMetric?.MetricDimensions).toMatchObject({ Class: 'Standard/Spot' });
  });

  it('each family of facts/ec2.md 2 has AWS’s default (2)', async () => {
    for (const [code, value] of Object.entries(VCPU_DEFAULTS)) {
      expect([code, (await byDefault(ofEc2(code))).Value]).toEqual([code, value]);
    }
  });

  it('EBS has its quotas as well (2)', async () => {
    for (const QuotaCode of EBS_CODES) {
      expect([QuotaCode, await valueOf({ ServiceCode: 'ebs', QuotaCode })]).toEqual([QuotaCode, expect.any(Number)]);
    }
    expect((await byDefault({ ServiceCode: 'ebs', QuotaCode: 'L-309BACF6' })).Value).toBe(100_000);
  });

  it('what there is not is no such resource (2)', async () => {
    expect(await codeOf(applied(ofEc2(NONE)))).toBe('NoSuchResourceException');
    expect(await codeOf(byDefault(ofEc2(NONE)))).toBe('NoSuchResourceException');
    expect(await codeOf(applied({ ServiceCode: 'ec3', QuotaCode: STANDARD }))).toBe('NoSuchResourceException');
  });

  it('all pages together are all quotas of a service, once (2)', async () => {
    const found: ServiceQuota[] = [];
    let NextToken: string | undefined;
    do {
      const command = new ListServiceQuotasCommand({ ServiceCode: 'ec2', MaxResults: 10, NextToken });
      const page = await aws.quotas.send(command);
      expect(page.Quotas!.length).toBeLessThanOrEqual(10);
      found.push(...page.Quotas!);
      ({ NextToken } = page);
    } while (NextToken);
    const codes = found.map(({ QuotaCode }) => QuotaCode);
    expect(new Set(codes).size).toBe(codes.length);
    expect(codes).toEqual(expect.arrayContaining([STANDARD, STANDARD_SPOT]));
    const standard = found.find(({ QuotaCode }) => QuotaCode === STANDARD);
    expect(standard?.Value).toBe((await applied(ofEc2(STANDARD))).Value);
    expect(await codeOf(aws.quotas.send(new ListServiceQuotasCommand({ ServiceCode: 'ec3' })))).toBe(
      'NoSuchResourceException',
    );
  });
});

capability(
  'quota requests',
  () => [history(STANDARD), request(NONE, 1)],
  (it) => {
    it('more of what there is not can’t be asked for (2)', async () => {
      expect(await codeOf(request(NONE, 1))).toBe('NoSuchResourceException');
      expect(await codeOf(history(NONE))).toBe('NoSuchResourceException');
    });

    it('a request is open until it is decided, and there is one at a time (2)', async () => {
      // It can't be taken back: it is made only where the account is nobody's.
      if (!isOurs) return;
      const now = await valueOf(ofEc2(STANDARD));
      expect(await codeOf(request(STANDARD, now))).toBe('IllegalArgumentException');
      const { RequestedQuota } = await request(STANDARD, now + 1);
      expect(RequestedQuota).toMatchObject({ QuotaCode: STANDARD, DesiredValue: now + 1, Status: 'PENDING' });
      expect(await codeOf(request(STANDARD, now + 2))).toBe('ResourceAlreadyExistsException');
      expect((await history(STANDARD)).map(({ Id }) => Id)).toEqual([RequestedQuota!.Id]);
      expect(await valueOf(ofEc2(STANDARD))).toBe(now);
    });
  },
);

/** Large types of families that few accounts may use, with an image's architecture that fits. */
const SCARCE = [
  { type: 'p4d.24xlarge', vcpus: 96, code: 'L-417A185B', spotCode: 'L-7212CCBC' },
  { type: 'g4dn.12xlarge', vcpus: 48, code: 'L-DB2E81BA', spotCode: 'L-3819A6DF' },
] as const;
/** More than this is not asked for in one launch, should the quota not hold. */
const MOST = 4;

async function beyond(market: 'on-demand' | 'spot') {
  for (const { type, vcpus, code, spotCode } of SCARCE) {
    const count = Math.floor((await valueOf(ofEc2(market === 'spot' ? spotCode : code))) / vcpus) + 1;
    const offered = await aws.ec2.send(
      new DescribeInstanceTypeOfferingsCommand({
        LocationType: 'availability-zone',
        Filters: [{ Name: 'instance-type', Values: [type] }],
      }),
    );
    const AvailabilityZone = offered.InstanceTypeOfferings![0]?.Location;
    if (count > MOST || AvailabilityZone === undefined || aws.around.architecture !== 'x86_64') continue;
    return { InstanceType: type, MinCount: count, MaxCount: count, Placement: { AvailabilityZone } };
  }
  return null;
}

capability('vCPU quotas of launches', probe, (it) => {
  it('one vCPU more than the quota is refused, and nothing is launched (1.11, 2)', async () => {
    const launch = await beyond('on-demand');
    if (launch !== null) expect(await codeOf(aws.make.run(launch))).toBe('VcpuLimitExceeded');
  });

  it('spot has its own refusal (1.11, 2)', async () => {
    const launch = await beyond('spot');
    if (launch === null) return;
    const call = aws.make.run({ ...launch, InstanceMarketOptions: { MarketType: 'spot' } });
    expect(await codeOf(call)).toBe('MaxSpotInstanceCountExceeded');
  });
});
