// Faults as a test sets them, in process and over HTTP, and the ledger that says what they left behind.

import { DescribeInstancesCommand, EC2Client, TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import { aLaunch, aRunningEmulator, codeOf, type TestEmulator } from '../testing.ts';
import type { Ledger } from './ledger.ts';

let aws: TestEmulator;
beforeEach(async () => {
  aws = await aRunningEmulator();
});
afterEach(() => aws.close());

const over = (method: string, path: string, body?: string) =>
  fetch(`${aws.emulator.url}/_emulator/${path}`, { method, ...(body === undefined ? {} : { body }) });
const ledgerAt = async (path: string): Promise<Ledger['entries']> =>
  ((await (await over('GET', path)).json()) as Ledger).entries;
const instancesOf = (key: string) =>
  aws.emulator.ledger(key).entries.filter((entry) => entry.kind === 'instance').length;
const outcomes = async (ec2: EC2Client, calls: number): Promise<string[]> => {
  const seen: string[] = [];
  for (let call = 0; call < calls; call++) {
    seen.push(
      await ec2.send(new DescribeInstancesCommand({})).then(
        () => 'fine',
        (error: Error) => error.name,
      ),
    );
  }
  return seen;
};

it.each([
  ['before', 0],
  ['after', 1],
] as const)('an answer dropped %s the effect leaves %i made', async (effect, made) => {
  aws.emulator.control.faults.add({ action: 'RunInstances', effect, dropConnection: true });
  await expect(aws.client('drop').send(aLaunch())).rejects.toThrow(/socket hang up|ECONNRESET|aborted/);
  expect(instancesOf('drop')).toBe(made);
});

it('an answer that was lost is found again by the retry of the SDK: its token makes one instance', async () => {
  const credentials = { accessKeyId: 'retry', secretAccessKey: 'any' };
  const ec2 = new EC2Client({ endpoint: aws.emulator.url, region: 'us-east-1', credentials, maxAttempts: 3 });
  aws.emulator.control.faults.add({ action: 'RunInstances', effect: 'after', code: 'InternalError' });
  aws.emulator.control.faults.add({ action: 'RunInstances', nth: 2, effect: 'after', dropConnection: true });
  const answer = await ec2.send(aLaunch());
  expect(answer.$metadata.attempts).toBe(3);
  expect(aws.emulator.ledger('retry').entries.map((entry) => entry.id)).toContain(answer.Instances![0]!.InstanceId);
  expect(instancesOf('retry')).toBe(1);
  ec2.destroy();
});

it.each([
  ['before', false],
  ['after', true],
] as const)('a delay %s the effect holds the answer back, not more', async (effect, isMadeMeanwhile) => {
  aws.emulator.control.faults.add({ action: 'RunInstances', effect, delayMs: 300 });
  const startedMs = Date.now();
  const call = aws.client('slow').send(aLaunch());
  // A call that is not held back shows that the emulator goes on; it is answered after the launch has come in.
  await aws.client('quick').send(new DescribeInstancesCommand({}));
  while (isMadeMeanwhile && instancesOf('slow') === 0 && Date.now() - startedMs < 250) {
    await aws.client('quick').send(new DescribeInstancesCommand({}));
  }
  expect(instancesOf('slow')).toBe(isMadeMeanwhile ? 1 : 0);
  expect((await call).Instances).toHaveLength(1);
  // A timer may ring a millisecond early.
  expect(Date.now() - startedMs).toBeGreaterThanOrEqual(298);
  expect(instancesOf('slow')).toBe(1);
});

it('a fault says its code, message and status', async () => {
  aws.emulator.control.faults.add({
    action: 'DescribeInstances',
    effect: 'before',
    code: 'Odd',
    message: 'a <b> & c',
    httpStatus: 418,
  });
  aws.emulator.control.faults.add({
    action: 'DescribeInstances',
    effect: 'before',
    code: 'RequestLimitExceeded',
    nth: 2,
  });
  const call = () => aws.client().send(new DescribeInstancesCommand({}));
  await expect(call()).rejects.toMatchObject({ message: 'a <b> & c', $metadata: { httpStatusCode: 418 } });
  await expect(call()).rejects.toMatchObject({ $metadata: { httpStatusCode: 503 } });
});

it('a fault is of its action alone, and two of one action count the same calls', async () => {
  aws.emulator.control.faults.add({ action: 'TerminateInstances', effect: 'before', code: 'Unavailable' });
  aws.emulator.control.faults.add({ action: 'DescribeInstances', nth: 2, effect: 'before', code: 'First' });
  aws.emulator.control.faults.add({ action: 'DescribeInstances', nth: 3, times: 2, effect: 'before', code: 'Second' });
  expect(await outcomes(aws.client(), 5)).toEqual(['fine', 'First', 'Second', 'Second', 'fine']);
});

it('a fault set over HTTP comes at its turn, too, until all are cleared', async () => {
  const fault = { action: 'DescribeInstances', effect: 'before', code: 'Unavailable', nth: 2, times: 3 };
  expect((await over('POST', 'faults', JSON.stringify(fault))).status).toBe(200);
  expect(await outcomes(aws.client(), 3)).toEqual(['fine', 'Unavailable', 'Unavailable']);
  expect((await over('DELETE', 'faults')).status).toBe(200);
  expect(await outcomes(aws.client(), 1)).toEqual(['fine']);
});

it.each([
  ['faults', '{'],
  ['faults', 'null'],
  ['faults', '{"action":"RunInstances","effect":"sometimes"}'],
  ['faults', '{"effect":"before"}'],
  ['capacity', 'null'],
  ['capacity', '{"type":"t3.large","zone":"us-east-1a"}'],
])('nonsense for %s is refused: %s', async (path, body) => {
  expect((await over('POST', path, body)).status).toBe(400);
  expect(await outcomes(aws.client(), 1)).toEqual(['fine']);
});

it('capacity emptied over HTTP is of one type, zone and market', async () => {
  const pool = { type: 't3.large', zone: 'us-east-1a' };
  await over('POST', 'capacity', JSON.stringify({ ...pool, empty: true }));
  const ec2 = aws.client('capacity');
  expect(await codeOf(ec2.send(aLaunch()))).toBe('InsufficientInstanceCapacity');
  await ec2.send(aLaunch({ Placement: { AvailabilityZone: 'us-east-1b' } }));
  await ec2.send(aLaunch({ InstanceType: 't3.xlarge' }));
  await ec2.send(aLaunch({ InstanceMarketOptions: { MarketType: 'spot' } }));
  await over('POST', 'capacity', JSON.stringify({ ...pool, empty: false }));
  await ec2.send(aLaunch());
  expect(instancesOf('capacity')).toBe(4);
});

it('the ledger keeps what is gone, and leaks only what still costs money, of one account or of all', async () => {
  const [mine, theirs] = [aws.client('mine'), aws.client('theirs')];
  const id = (await mine.send(aLaunch({ ClientToken: 't' }))).Instances![0]!.InstanceId!;
  await theirs.send(aLaunch());
  const { accountId } = aws.emulator.ledger('mine').entries[0]!;
  expect((await ledgerAt(`leaks?account=${accountId}`)).map((entry) => entry.kind).toSorted()).toEqual([
    'instance',
    'volume',
  ]);
  await mine.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
  await new Promise((resolve) => setImmediate(resolve));
  aws.clock.advance(1_000);
  expect(await ledgerAt(`leaks?account=${accountId}`)).toEqual([]);
  expect(await ledgerAt('leaks')).toHaveLength(2);
  expect(await ledgerAt('ledger')).toHaveLength(4);
  expect(await ledgerAt(`ledger?account=${accountId}`)).toContainEqual(
    expect.objectContaining({
      kind: 'instance',
      id,
      clientToken: 't',
      detail: 't3.large',
      zone: 'us-east-1a',
      state: 'terminated',
      endedAt: '2026-01-01T00:00:01.000Z',
      billable: false,
    }),
  );
});
