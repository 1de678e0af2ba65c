// The real SDK clients of the endpoint.

import { EC2Client } from '@aws-sdk/client-ec2';
import { PricingClient } from '@aws-sdk/client-pricing';
import { ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';
import { credentials, isAws, isOurs, REGION } from './endpoint.ts';

export type Clients = {
  readonly ec2: EC2Client;
  readonly quotas: ServiceQuotasClient;
  readonly ssm: SSMClient;
  readonly sqs: SQSClient;
  readonly pricing: PricingClient;
  /** EC2 with each form changed between its writing and its signing: what the SDK would never send. */
  rawEc2(change: (form: URLSearchParams) => void): EC2Client;
  destroy(): void;
};

/** There is an endpoint of the price list in this region, whatever region is asked about (facts/ec2.md 1.8). */
const PRICING_REGION = 'us-east-1';

export function openClients(endpoint: string | undefined): Clients {
  const config = {
    region: REGION,
    // Retries hide what our own emulator gets wrong; AWS throttles (facts/ec2.md 4).
    maxAttempts: isOurs ? 1 : 5,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials() === undefined ? {} : { credentials: credentials() }),
  };
  const opened: { destroy(): void }[] = [];
  const open = <Client extends { destroy(): void }>(client: Client): Client => {
    opened.push(client);
    return client;
  };
  return {
    ec2: open(new EC2Client(config)),
    quotas: open(new ServiceQuotasClient(config)),
    ssm: open(new SSMClient(config)),
    sqs: open(new SQSClient(config)),
    pricing: open(new PricingClient({ ...config, region: isAws ? PRICING_REGION : REGION })),
    rawEc2(change) {
      const client = open(new EC2Client(config));
      client.middlewareStack.add(
        (next) => (args) => {
          const request = args.request as { body: string };
          const form = new URLSearchParams(request.body);
          change(form);
          request.body = form.toString();
          return next(args);
        },
        { step: 'serialize', priority: 'low' },
      );
      return client;
    },
    destroy() {
      for (const client of opened) client.destroy();
    },
  };
}
