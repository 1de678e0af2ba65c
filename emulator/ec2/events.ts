// EC2's and EBS's events as EventBridge hands them on (facts/ec2.md 3): best effort, in no order, each with an id of its own.

export type Ec2Event = {
  readonly type: string;
  /** Default aws.ec2. */
  readonly source?: string;
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, unknown>>;
};

type Origin = { readonly accountId: string; readonly name: string; readonly nowMs: number };

export const eventMessage = (region: Origin, id: string, { type, source = 'aws.ec2', resources, detail }: Ec2Event) =>
  JSON.stringify({
    version: '0',
    id,
    'detail-type': type,
    source,
    account: region.accountId,
    time: new Date(region.nowMs).toISOString().replace(/\.\d{3}Z$/, 'Z'),
    region: region.name,
    resources,
    detail,
  });
