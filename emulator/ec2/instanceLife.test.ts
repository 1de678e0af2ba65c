// An instance's life on a stepped clock (facts/ec2.md 1.2, 1.4, 1.5).

import {
  DescribeInstancesCommand,
  type EC2Client,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { aLaunch, aRunningEmulator, codeOf, type TestEmulator } from '../testing.ts';

let aws: TestEmulator;
beforeEach(async () => {
  aws = await aRunningEmulator();
});
afterEach(() => aws.close());

const launch = async (ec2: EC2Client): Promise<string> => (await ec2.send(aLaunch())).Instances![0]!.InstanceId!;
const describe_ = async (ec2: EC2Client, id: string) =>
  (await ec2.send(new DescribeInstancesCommand({ InstanceIds: [id] }))).Reservations![0]!.Instances![0]!;
const stateOf = async (ec2: EC2Client, id: string) => (await describe_(ec2, id)).State!.Name;
/** What is halted first takes its turn before the clock goes on. */
const step = async (ms: number) => {
  await new Promise((resolve) => setImmediate(resolve));
  aws.clock.advance(ms);
};

it('is pending, runs, shuts down, is terminated, and is forgotten after an hour', async () => {
  const ec2 = aws.client();
  const id = await launch(ec2);
  expect(await stateOf(ec2, id)).toBe('pending');
  await step(999);
  expect(await stateOf(ec2, id)).toBe('pending');
  await step(1);
  expect(await stateOf(ec2, id)).toBe('running');
  await ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
  expect(await stateOf(ec2, id)).toBe('shutting-down');
  await step(1_000);
  expect(await describe_(ec2, id)).toMatchObject({
    State: { Name: 'terminated' },
    StateReason: { Code: 'Client.UserInitiatedShutdown' },
  });
  await step(3_600_000);
  expect(await codeOf(describe_(ec2, id))).toBe('InvalidInstanceID.NotFound');
});

it('may be terminated as often as one likes, and while it is pending', async () => {
  const ec2 = aws.client();
  const id = await launch(ec2);
  for (let i = 0; i < 3; i++) {
    const { TerminatingInstances } = await ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
    expect(TerminatingInstances![0]!.CurrentState!.Name).toBe('shutting-down');
  }
  await step(1_000);
  await step(1_000);
  expect(await stateOf(ec2, id)).toBe('terminated');
});

it('is not terminated with others where one id is wrong', async () => {
  const ec2 = aws.client();
  const id = await launch(ec2);
  const wrong = new TerminateInstancesCommand({ InstanceIds: [id, 'i-00000000000000000'] });
  expect(await codeOf(ec2.send(wrong))).toBe('InvalidInstanceID.NotFound');
  expect(await codeOf(ec2.send(new TerminateInstancesCommand({ InstanceIds: ['i-no'] })))).toBe(
    'InvalidInstanceID.Malformed',
  );
  expect(await stateOf(ec2, id)).toBe('pending');
});

it('stops and starts, if there is room for it', async () => {
  const ec2 = aws.client();
  const id = await launch(ec2);
  await step(1_000);
  await ec2.send(new StopInstancesCommand({ InstanceIds: [id] }));
  expect(await codeOf(ec2.send(new StartInstancesCommand({ InstanceIds: [id] })))).toBe('IncorrectInstanceState');
  await step(1_000);
  expect(await stateOf(ec2, id)).toBe('stopped');
  aws.emulator.control.capacity.empty('*', 'us-east-1a');
  expect(await codeOf(ec2.send(new StartInstancesCommand({ InstanceIds: [id] })))).toBe('InsufficientInstanceCapacity');
  aws.emulator.control.capacity.clear();
  await ec2.send(new StartInstancesCommand({ InstanceIds: [id] }));
  await step(1_000);
  expect(await stateOf(ec2, id)).toBe('running');
});

it('may fail after it was accepted, and says why', async () => {
  const ec2 = aws.client('doomed');
  const reason = { code: 'Server.InsufficientInstanceCapacity', message: 'no room' };
  aws.emulator.control.failLaunch('doomed', 'us-east-1', reason);
  const id = await launch(ec2);
  expect(await stateOf(ec2, id)).toBe('pending');
  await step(1_000);
  expect(await describe_(ec2, id)).toMatchObject({ State: { Name: 'terminated' }, StateReason: { Code: reason.code } });
  expect(aws.emulator.ledger('doomed').entries.filter((entry) => entry.billable)).toEqual([]);
});

it('is of its account and region alone', async () => {
  const id = await launch(aws.client('mine'));
  // Another account's id is left out, not refused (facts/ec2.md 1.4).
  const { Reservations } = await aws.client('other').send(new DescribeInstancesCommand({ InstanceIds: [id] }));
  expect(Reservations).toEqual([]);
  expect(await codeOf(describe_(aws.client('mine', 'us-west-2'), id))).toBe('InvalidInstanceID.NotFound');
});
