// Machines that fail, each in its own way, and what their instances make of it (facts/ec2.md 1.2, 1.9).

import { DescribeInstancesCommand, DescribeInstanceStatusCommand, RebootInstancesCommand } from '@aws-sdk/client-ec2';
import { aLaunch, aRunningEmulator, type TestEmulator } from '../testing.ts';
import { crashing, mute } from './failing.ts';
import { type MachineRuntime, type MachineSpec, noMachines } from './runtime.ts';

let aws: TestEmulator;
afterEach(() => aws.close());

/** Machines in a test's hands. */
function puppets() {
  const booted: MachineSpec[] = [];
  const stopped: string[] = [];
  const runtime: MachineRuntime = {
    boot(machine) {
      booted.push(machine);
      return { stop: async () => void stopped.push(machine.instanceId) };
    },
  };
  return { runtime, booted, stopped };
}
async function running(machines: MachineRuntime, launch: Parameters<typeof aLaunch>[0] = {}): Promise<string> {
  aws = await aRunningEmulator({ machines });
  const { Instances } = await aws.client().send(aLaunch(launch));
  aws.clock.advance(1_000);
  return Instances![0]!.InstanceId!;
}
const instance = async (id: string) =>
  (await aws.client().send(new DescribeInstancesCommand({ InstanceIds: [id] }))).Reservations![0]!.Instances![0]!;
const checks = async (id: string) =>
  (await aws.client().send(new DescribeInstanceStatusCommand({ InstanceIds: [id] }))).InstanceStatuses![0]!;

it.each([
  ['terminate', 'shutting-down', 'terminated'],
  ['stop', 'stopping', 'stopped'],
] as const)('a machine that shuts itself down ends as it was launched to: %s', async (behavior, first, then) => {
  const { runtime, booted } = puppets();
  const id = await running(runtime, { InstanceInitiatedShutdownBehavior: behavior });
  booted[0]!.ended('shutdown');
  expect(await instance(id)).toMatchObject({
    State: { Name: first },
    StateReason: { Code: 'Client.InstanceInitiatedShutdown' },
  });
  aws.clock.advance(1_000);
  expect((await instance(id)).State!.Name).toBe(then);
});

it('a machine that crashes leaves an instance that runs, with failing checks, until it is rebooted', async () => {
  const { runtime, booted } = puppets();
  const id = await running(runtime);
  booted[0]!.ended('crash');
  aws.clock.advance(120_000);
  expect((await instance(id)).State!.Name).toBe('running');
  expect((await checks(id)).InstanceStatus!.Status).toBe('impaired');
  await aws.client().send(new RebootInstancesCommand({ InstanceIds: [id] }));
  expect(booted).toHaveLength(2);
  aws.clock.advance(120_000);
  expect((await checks(id)).InstanceStatus!.Status).toBe('ok');
});

it('what an old boot says after a reboot changes nothing', async () => {
  const { runtime, booted, stopped } = puppets();
  const id = await running(runtime, { InstanceInitiatedShutdownBehavior: 'terminate' });
  await aws.client().send(new RebootInstancesCommand({ InstanceIds: [id] }));
  expect(stopped).toEqual([id]);
  booted[0]!.ended('shutdown');
  expect((await instance(id)).State!.Name).toBe('running');
});

it('crash: works, and dies when its time is over', async () => {
  const { runtime, stopped } = puppets();
  let crash: MachineRuntime = noMachines();
  const id = await running({ boot: (machine) => crash.boot(machine) });
  crash = crashing(runtime, aws.clock, () => 2_000);
  await aws.client().send(new RebootInstancesCommand({ InstanceIds: [id] }));
  aws.clock.advance(1_999);
  expect(stopped).toEqual([]);
  aws.clock.advance(1);
  expect(stopped).toEqual([id]);
  expect((await instance(id)).State!.Name).toBe('running');
});

it('mute: registers, and is not heard of again, while its instance is well', async () => {
  const { runtime, booted, stopped } = puppets();
  const id = await running(mute(runtime));
  booted[0]!.log('home vol-1 mounted');
  expect(stopped).toEqual([]);
  booted[0]!.log('registered');
  expect(stopped).toEqual([id]);
  booted[0]!.ended('crash');
  aws.clock.advance(120_000);
  expect((await checks(id)).InstanceStatus!.Status).toBe('ok');
});

it('never: runs, and nothing boots', async () => {
  const id = await running(noMachines());
  expect((await instance(id)).State!.Name).toBe('running');
});
