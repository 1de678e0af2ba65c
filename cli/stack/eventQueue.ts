// The queue that the emulator puts EC2's events into, as EventBridge does in AWS (deploy/events.yaml).

import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';

/** The emulator's own word for it (emulator/settings.ts). */
const NAME = 'berth-ec2-events';

/** Its name; one that is there already is the same. */
export async function makeEventQueue(endpoint: string): Promise<string> {
  const credentials = { accessKeyId: 'emulator', secretAccessKey: 'emulator' };
  const region = process.env['AWS_REGION'] || 'us-east-1';
  const sqs = new SQSClient({ endpoint, region, credentials });
  try {
    await sqs.send(new CreateQueueCommand({ QueueName: NAME }));
    return NAME;
  } finally {
    sqs.destroy();
  }
}
