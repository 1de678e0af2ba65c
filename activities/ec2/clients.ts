// EC2 clients by purpose, each with the retries that its calls can bear (facts/ec2.md 1.10, 4).

import { EC2Client } from '@aws-sdk/client-ec2';
import { PricingClient } from '@aws-sdk/client-pricing';
import { ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { SQSClient } from '@aws-sdk/client-sqs';

export type Ec2Clients = {
  /** Reads. Adaptive: slows down by itself when throttled; shared, because its limiter is per client. */
  readonly describe: EC2Client;
  /** Naturally idempotent changes: attach, detach, terminate, delete; and volumes, which carry a token. */
  readonly mutate: EC2Client;
  /** RunInstances: one attempt. The SDK would repeat a capacity error three times in 150 ms; Temporal retries with the same token. */
  readonly launch: EC2Client;
  /** 5 a second at most (facts/ec2.md 2): asked rarely, as its answers are kept. */
  readonly quotas: ServiceQuotasClient;
  readonly pricing: PricingClient;
  /** EC2's events; a receive is held for up to 20 s. */
  readonly sqs: SQSClient;
  destroy(): void;
};

const PRICING_REGION = 'us-east-1';

/** Region, endpoint and credentials come from the SDK's own chain where not given. */
export function ec2Clients({ region, endpoint }: { region: string; endpoint?: string }): Ec2Clients {
  const common = {
    region,
    ...(endpoint === undefined ? {} : { endpoint }),
    // A call that hangs is given up well before its activity is, so that the activity can say which call it was.
    requestHandler: { connectionTimeout: 5_000, requestTimeout: 30_000, throwOnRequestTimeout: true },
  };
  const describe = new EC2Client({ ...common, retryMode: 'adaptive', maxAttempts: 5 });
  const mutate = new EC2Client({ ...common, retryMode: 'standard', maxAttempts: 3 });
  const launch = new EC2Client({ ...common, retryMode: 'standard', maxAttempts: 1 });
  const quotas = new ServiceQuotasClient({ ...common, retryMode: 'standard', maxAttempts: 3 });
  // The price list is served in a few regions only, for all of them (facts/ec2.md 1.8).
  const pricing = new PricingClient({ ...common, region: PRICING_REGION, retryMode: 'standard', maxAttempts: 5 });
  const sqs = new SQSClient({ ...common, retryMode: 'standard', maxAttempts: 3 });
  const all = [describe, mutate, launch, quotas, pricing, sqs];
  return { describe, mutate, launch, quotas, pricing, sqs, destroy: () => all.forEach((client) => client.destroy()) };
}
