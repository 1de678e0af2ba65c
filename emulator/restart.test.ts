// An emulator that keeps its state goes on where its last answer left it: after an orderly end and after a kill alike.

import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AttachVolumeCommand,
  CreateSnapshotCommand,
  CreateVolumeCommand,
  DescribeInstancesCommand,
  DescribeSnapshotsCommand,
  DescribeVolumesCommand,
} from '@aws-sdk/client-ec2';
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { SteppedClock } from './clock.ts';
import type { MachineRuntime } from './machines/runtime.ts';
import { aLaunch, aRunningEmulator, codeOf, type TestEmulator } from './testing.ts';

const NOTHING_YET = Date.parse('2030-01-01T00:00:00Z');
let folders: string[] = [];
const open: TestEmulator[] = [];
let booted: string[] = [];
const machines: MachineRuntime = {
  boot({ instanceId }) {
    booted.push(instanceId);
    return { stop: async () => {} };
  },
};

async function aFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'berth-restart-'));
  folders.push(folder);
  return folder;
}
async function start(dataDir: string, seed = 'one', clock?: SteppedClock): Promise<TestEmulator> {
  const aws = await aRunningEmulator({
    dataDir,
    isKept: true,
    seed,
    machines,
    ...(clock === undefined ? {} : { clock }),
  });
  open.push(aws);
  return aws;
}
beforeEach(() => {
  folders = [];
  booted = [];
});
afterEach(async () => {
  for (const aws of open.splice(0)) await aws.close();
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

const control = async (aws: TestEmulator, path: string, body: unknown): Promise<void> => {
  const answer = await fetch(`${aws.emulator.url}/_emulator/${path}`, { method: 'POST', body: JSON.stringify(body) });
  expect([path, answer.status]).toEqual([path, 200]);
};

/** A bit of everything, some of it still under way. */
async function live(aws: TestEmulator, dataDir: string) {
  const ec2 = aws.client('test');
  const first = (await ec2.send(aLaunch({ ClientToken: 'first' }))).Instances![0]!.InstanceId!;
  const { VolumeId } = await ec2.send(
    new CreateVolumeCommand({ AvailabilityZone: 'us-east-1a', Size: 3, ClientToken: 'home' }),
  );
  aws.clock.advance(1_000);
  await ec2.send(new AttachVolumeCommand({ VolumeId: VolumeId!, InstanceId: first, Device: '/dev/sdf' }));
  aws.clock.advance(1_000);
  await writeFile(join(dataDir, 'volumes', VolumeId!, 'work.txt'), 'kept');
  const { SnapshotId } = await ec2.send(new CreateSnapshotCommand({ VolumeId: VolumeId! }));
  const market = { InstanceMarketOptions: { MarketType: 'spot' as const } };
  const spot = (await ec2.send(aLaunch({ ...market, ClientToken: 'spot' }))).Instances![0]!.InstanceId!;
  aws.clock.advance(500);
  await control(aws, 'capacity', { type: 't3.xlarge', zone: 'us-east-1a', size: 0 });
  await control(aws, 'quotas', { code: 'L-417A185B', value: 7 });
  await control(aws, 'faults', { action: 'DescribeVolumes', nth: 2, effect: 'before', code: 'Odd' });
  const patch = { method: 'PATCH', body: JSON.stringify({ terminatedToken: 'instance' }) };
  await fetch(`${aws.emulator.url}/_emulator/settings`, patch);
  const sqs = queues(aws);
  await sqs.send(new CreateQueueCommand({ QueueName: 'berth-ec2-events' }));
  sqs.destroy();
  return { first, spot, volumeId: VolumeId!, snapshotId: SnapshotId! };
}
const queues = (aws: TestEmulator): SQSClient =>
  new SQSClient({
    endpoint: aws.emulator.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'any' },
  });

it.each(['an end', 'a kill'])('after %s everything is there, and what was under way goes on', async (how) => {
  const folder = await aFolder();
  const before = await start(folder);
  const made = await live(before, folder);
  const standsAt = before.clock.now();
  let dataDir = folder;
  if (how === 'an end') await open.pop()!.close();
  else {
    // What a killed process leaves: the folder as it is now, with nothing said good-bye to.
    dataDir = await aFolder();
    await cp(folder, dataDir, { recursive: true, force: true, verbatimSymlinks: true });
  }
  booted = [];
  const aws = await start(dataDir, 'another seed');
  const ec2 = aws.client('test');
  expect(aws.clock.now()).toBe(standsAt);
  expect(booted).toEqual([made.first]);
  const states = async () =>
    Object.fromEntries(
      (await ec2.send(new DescribeInstancesCommand({}))).Reservations!.flatMap(({ Instances = [] }) =>
        Instances.map(({ InstanceId, State }) => [InstanceId, State!.Name]),
      ),
    );
  expect(await states()).toEqual({ [made.first]: 'running', [made.spot]: 'pending' });
  // The same tokens are the same things; a new one is a new id, although the seed began anew.
  expect((await ec2.send(aLaunch({ ClientToken: 'first' }))).Instances![0]!.InstanceId).toBe(made.first);
  const again = new CreateVolumeCommand({ AvailabilityZone: 'us-east-1a', Size: 3, ClientToken: 'home' });
  expect((await ec2.send(again)).VolumeId).toBe(made.volumeId);
  expect(await codeOf(ec2.send(aLaunch({ ClientToken: 'first', InstanceType: 't3.small' })))).toBe(
    'IdempotentParameterMismatch',
  );
  expect(await codeOf(ec2.send(aLaunch({ InstanceType: 't3.xlarge' })))).toBe('InsufficientInstanceCapacity');
  expect(aws.emulator.settings.terminatedToken).toBe('instance');
  // A fault counts on.
  await ec2.send(new DescribeVolumesCommand({}));
  expect(await codeOf(ec2.send(new DescribeVolumesCommand({})))).toBe('Odd');

  aws.clock.advance(5_000);
  expect(await states()).toEqual({ [made.first]: 'running', [made.spot]: 'running' });
  const { Snapshots } = await ec2.send(new DescribeSnapshotsCommand({ SnapshotIds: [made.snapshotId] }));
  expect(Snapshots).toMatchObject([{ State: 'completed', Progress: '100%' }]);
  expect(await readFile(join(dataDir, 'volumes', made.volumeId, 'work.txt'), 'utf8')).toBe('kept');
  expect(await readFile(join(dataDir, 'snapshots', made.snapshotId, 'work.txt'), 'utf8')).toBe('kept');
  const sqs = queues(aws);
  const QueueUrl = `${aws.emulator.url}/${aws.emulator.ledger('test').entries[0]!.accountId}/berth-ec2-events`;
  const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
  expect(Messages.map(({ Body }) => JSON.parse(Body!)['detail-type'])).toContain('EBS Snapshot Notification');
  sqs.destroy();
});

it('what came due while it was down happens at the start', async () => {
  const folder = await aFolder();
  const before = await start(folder);
  await before.client('test').send(aLaunch({ ClientToken: 'first' }));
  before.clock.advance(100);
  await open.pop()!.close();
  // A clock that runs has gone on meanwhile; this one is put where it would be.
  const state = join(folder, 'state.jsonl');
  const text = await readFile(state, 'utf8');
  await writeFile(state, text.replace(/("id":"clock","factor":0,"nowMs":)\d+/g, `$1${NOTHING_YET}`));
  const aws = await start(folder);
  aws.clock.advance(0);
  const { Reservations } = await aws.client('test').send(new DescribeInstancesCommand({}));
  expect(Reservations![0]!.Instances![0]!.State!.Name).toBe('running');
});

it('the same seed and the same calls make the same ids; another seed others', async () => {
  const ids: string[][] = [];
  for (const seed of ['one', 'one', 'two']) {
    const folder = await aFolder();
    ids.push(Object.values(await live(await start(folder, seed), folder)));
  }
  expect(ids[1]).toEqual(ids[0]);
  expect(ids[2]!.some((id) => ids[0]!.includes(id))).toBe(false);
});
