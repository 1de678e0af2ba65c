// Which calls a fault hits: by tag, by a seeded rate, of any action, of the JSON services too.

import {
  AttachVolumeCommand,
  CancelSpotInstanceRequestsCommand,
  CreateVolumeCommand,
  DescribeInstancesCommand,
  DescribeRegionsCommand,
  DescribeVolumesCommand,
  type EC2Client,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { ListServicesCommand, ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { GetQueueUrlCommand, SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { aQueue, countsOf, sqsClient } from '../sqs/testing.ts';
import { aLaunch, aRunningEmulator, type TestEmulator } from '../testing.ts';
import { type ControlClient, controlClient } from './client.ts';

const DROPPED = /socket hang up|ECONNRESET|aborted/;

let aws: TestEmulator;
let control: ControlClient;
let ec2: EC2Client;
let sqs: SQSClient;
beforeEach(async () => {
  aws = await aRunningEmulator();
  control = controlClient(aws.emulator.url);
  ec2 = aws.client('one');
  sqs = sqsClient(aws.emulator.url, 'one');
});
afterEach(() => {
  sqs.destroy();
  return aws.close();
});

const outcome = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'fine',
    (error: Error) => error.name,
  );
const tagged = (ResourceType: 'instance' | 'volume' | 'spot-instances-request', Value: string) => ({
  TagSpecifications: [{ ResourceType, Tags: [{ Key: 'of', Value }] }],
});
const look = () => outcome(ec2.send(new DescribeRegionsCommand({})));
const looks = async (calls: number): Promise<string[]> => {
  const seen: string[] = [];
  for (let call = 0; call < calls; call++) seen.push(await look());
  return seen;
};

describe('a fault with a tag', () => {
  beforeEach(() =>
    control.addFault({ action: '*', tag: { key: 'of', value: 'x' }, times: 99, effect: 'before', code: 'Tagged' }),
  );

  it('is of calls that make something with it', async () => {
    expect(await outcome(ec2.send(aLaunch(tagged('instance', 'x'))))).toBe('Tagged');
    expect(await outcome(ec2.send(aLaunch(tagged('volume', 'x'))))).toBe('Tagged');
    expect(await outcome(ec2.send(aLaunch(tagged('instance', 'y'))))).toBe('fine');
    expect(await outcome(ec2.send(aLaunch()))).toBe('fine');
    expect(aws.emulator.ledger('one').entries.filter(({ kind }) => kind === 'instance')).toHaveLength(2);
  });

  it('is of calls that name something with it, whoever they are of', async () => {
    await control.clearFaults();
    const mine = (await ec2.send(aLaunch(tagged('instance', 'x')))).Instances![0]!.InstanceId!;
    const other = (await ec2.send(aLaunch(tagged('instance', 'y')))).Instances![0]!.InstanceId!;
    const create = { AvailabilityZone: 'us-east-1a', Size: 1, ...tagged('volume', 'x') };
    const { VolumeId } = await ec2.send(new CreateVolumeCommand(create));
    aws.clock.advance(1_000);
    await control.addFault({
      action: '*',
      tag: { key: 'of', value: 'x' },
      times: 99,
      effect: 'before',
      code: 'Tagged',
    });
    const named = (InstanceIds?: string[]) => outcome(ec2.send(new DescribeInstancesCommand({ InstanceIds })));
    expect(await named([mine])).toBe('Tagged');
    expect(await named([other, mine])).toBe('Tagged');
    expect(await named([other])).toBe('fine');
    expect(await named()).toBe('fine');
    expect(await outcome(ec2.send(new DescribeVolumesCommand({ VolumeIds: [VolumeId!] })))).toBe('Tagged');
    const attach = { VolumeId, InstanceId: other, Device: '/dev/sdf' };
    expect(await outcome(ec2.send(new AttachVolumeCommand(attach)))).toBe('Tagged');
    expect(await outcome(ec2.send(new TerminateInstancesCommand({ InstanceIds: [other] })))).toBe('fine');
    expect((await control.faults()).faults).toMatchObject([{ calls: 4 }]);
  });

  // Instances, volumes and snapshots are looked up, no requests (protocols/ec2Query.ts).
  it.failing('is of spot requests, too', async () => {
    await control.clearFaults();
    const launch = aLaunch({ InstanceMarketOptions: { MarketType: 'spot' }, ...tagged('spot-instances-request', 'x') });
    const id = (await ec2.send(launch)).Instances![0]!.SpotInstanceRequestId!;
    await control.addFault({ action: '*', tag: { key: 'of', value: 'x' }, effect: 'before', code: 'Tagged' });
    const cancel = new CancelSpotInstanceRequestsCommand({ SpotInstanceRequestIds: [id] });
    expect(await outcome(ec2.send(cancel))).toBe('Tagged');
  });

  it('counts the calls that it is of, not those of others', async () => {
    await control.clearFaults();
    const tag = { key: 'of', value: 'x' };
    await control.addFault({ action: 'RunInstances', tag, nth: 2, effect: 'before', code: 'Tagged' });
    const launches = ['x', 'y', 'y', 'x', 'x'].map((of) => aLaunch(tagged('instance', of)));
    const seen: string[] = [];
    for (const launch of launches) seen.push(await outcome(ec2.send(launch)));
    expect(seen).toEqual(['fine', 'fine', 'fine', 'Tagged', 'fine']);
  });
});

describe('a fault with a rate', () => {
  const fault = (rate: number, seed?: string) =>
    control.addFault({ action: 'DescribeRegions', rate, seed, effect: 'before', code: 'Drawn' });
  const drawn = async (rate: number, seed?: string): Promise<string> => {
    await control.clearFaults();
    await fault(rate, seed);
    return (await looks(60)).map((name) => (name === 'Drawn' ? 'x' : '-')).join('');
  };

  it('hits the same calls for the same seed, and others for another', async () => {
    const first = await drawn(0.3, 'a');
    expect(await drawn(0.3, 'a')).toBe(first);
    expect(await drawn(0.3, 'b')).not.toBe(first);
    expect(await drawn(0.3)).not.toBe(first);
    const hits = first.replaceAll('-', '').length;
    expect(hits).toBeGreaterThan(8);
    expect(hits).toBeLessThan(30);
  });

  it('hits more with a higher rate, among them those of the lower; all with 1, none with 0', async () => {
    const [few, many] = [await drawn(0.2, 'a'), await drawn(0.6, 'a')];
    expect(many).not.toBe(few);
    for (let call = 0; call < few.length; call++) if (few[call] === 'x') expect(many[call]).toBe('x');
    expect(await drawn(1)).toBe('x'.repeat(60));
    expect(await drawn(0)).toBe('-'.repeat(60));
  });

  it('draws for itself, whatever else is set beside it', async () => {
    await fault(0.5, 'a');
    await fault(0.5, 'a');
    const seen = await looks(40);
    const both = seen.filter((name) => name === 'Drawn').length;
    // Two draws of a half hit three quarters of the calls, were they one they would hit half of them.
    expect(both).toBeGreaterThan(24);
  });
});

describe('a fault of any action', () => {
  it('takes its turn over all of them, of EC2 and of the others', async () => {
    await control.addFault({ action: '*', nth: 2, times: 2, effect: 'before', code: 'Unavailable', httpStatus: 503 });
    const queue = () => outcome(sqs.send(new GetQueueUrlCommand({ QueueName: 'none' })));
    expect([await look(), await queue(), await look(), await queue()]).toEqual([
      'fine',
      'Unavailable',
      'Unavailable',
      'QueueDoesNotExist',
    ]);
  });

  it('leaves the metadata and the control interface alone', async () => {
    await control.addFault({ action: '*', times: 99, effect: 'before', dropConnection: true });
    const { InstanceId } = (await launchPastFaults()).Instances![0]!;
    expect((await fetch(`${aws.emulator.url}/_imds/${InstanceId}/latest/user-data`)).status).toBe(401);
    expect((await control.faults()).faults).toHaveLength(0);
  });

  async function launchPastFaults() {
    await expect(ec2.send(aLaunch())).rejects.toThrow(DROPPED);
    await control.clearFaults();
    return ec2.send(aLaunch());
  }
});

describe('a fault of a JSON service', () => {
  it('says its code, message and status as that service does', async () => {
    const quotas = new ServiceQuotasClient({
      endpoint: aws.emulator.url,
      region: 'us-east-1',
      credentials: { accessKeyId: 'one', secretAccessKey: 'any' },
      maxAttempts: 1,
    });
    const error = { code: 'TooManyRequestsException', message: 'not so fast', httpStatus: 429 };
    await control.addFault({ action: 'ListServices', effect: 'before', ...error });
    const call = () => quotas.send(new ListServicesCommand({}));
    await expect(call()).rejects.toMatchObject({
      name: 'TooManyRequestsException',
      message: 'not so fast',
      $metadata: { httpStatusCode: 429 },
    });
    expect((await call()).Services!.length).toBeGreaterThan(0);
    quotas.destroy();
  });

  it.each([
    ['before', 0],
    ['after', 1],
  ] as const)('that comes %s the effect leaves %i made, with an error or a dropped answer', async (effect, made) => {
    const QueueUrl = await aQueue(sqs);
    const send = () => sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'hello' }));
    await control.addFault({ action: 'SendMessage', effect, code: 'ServiceUnavailable', httpStatus: 503 });
    await expect(send()).rejects.toMatchObject({ name: 'ServiceUnavailable', $metadata: { httpStatusCode: 503 } });
    expect((await countsOf(sqs, QueueUrl)).visible).toBe(made);
    await control.clearFaults();
    await control.addFault({ action: 'SendMessage', effect, dropConnection: true });
    await expect(send()).rejects.toThrow(DROPPED);
    expect((await countsOf(sqs, QueueUrl)).visible).toBe(2 * made);
  });
});

// What fails is answered as it failed, whatever the fault says (protocols/underFault.ts); of a JSON service it is not.
it.failing('a fault after the effect keeps it from the caller that there was none, too', async () => {
  await control.addFault({ action: 'TerminateInstances', effect: 'after', dropConnection: true });
  const terminate = new TerminateInstancesCommand({ InstanceIds: ['i-00000000000000000'] });
  await expect(ec2.send(terminate)).rejects.toThrow(DROPPED);
});
