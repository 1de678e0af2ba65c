// A machine as a process of its own: its environment, its console, its end, over the emulator that boots it.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GetConsoleOutputCommand, TerminateInstancesCommand } from '@aws-sdk/client-ec2';
import { aLaunch, aRunningEmulator, type TestEmulator } from '../testing.ts';
import { processMachines } from './process.ts';
import type { MachineRuntime, MachineSpec } from './runtime.ts';

const SIDECAR = Buffer.from('{"berth":{}}').toString('base64');
const SECRET = 'EMULATOR_TEST_SECRET';

/** Reports what it is, reads its own id from its metadata service, and stays. */
const MACHINE = `
const service = process.env.AWS_EC2_METADATA_SERVICE_ENDPOINT + '/latest/';
const headers = { 'x-aws-ec2-metadata-token-ttl-seconds': '60' };
const token = await (await fetch(service + 'api/token', { method: 'PUT', headers })).text();
const id = await (await fetch(service + 'meta-data/instance-id', { headers: { 'x-aws-ec2-metadata-token': token } })).text();
console.error('a complaint');
const { BERTH_MACHINE_ROOT: root, ${SECRET}: secret = null } = process.env;
console.log(JSON.stringify({ pid: process.pid, id, root, secret }));
setInterval(() => {}, 1_000);
`;

/** The runtime under test, and its lines as they are written. */
function watched(inner: MachineRuntime) {
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  const runtime: MachineRuntime = {
    boot(machine: MachineSpec) {
      const log = (line: string): void => {
        machine.log(line);
        lines.push(line);
        for (const look of waiting) look();
      };
      return inner.boot({ ...machine, log });
    },
  };
  const line = (pattern: RegExp): Promise<string> =>
    new Promise((resolve) => {
      const look = (): void => {
        const found = lines.find((each) => pattern.test(each));
        if (found !== undefined) resolve(found);
      };
      waiting.add(look);
      look();
    });
  return { runtime, lines, line };
}

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

let aws: TestEmulator;
let machines: ReturnType<typeof watched>;
beforeEach(async () => {
  process.env[SECRET] = 'of the emulator';
  const command = [process.execPath];
  machines = watched({ boot: (machine) => processMachines({ command }).boot(machine) });
  aws = await aRunningEmulator({ machines: machines.runtime });
  const script = join(aws.folder, 'machine.mjs');
  await writeFile(script, MACHINE);
  command.push(script);
});
afterEach(async () => {
  delete process.env[SECRET];
  await aws.close();
});

async function aBootedMachine() {
  const { Instances } = await aws.client().send(aLaunch({ UserData: SIDECAR }));
  aws.clock.advance(1_000);
  const report = JSON.parse(await machines.line(/^\{/)) as { pid: number; id: string; root: string; secret: unknown };
  return { instanceId: Instances![0]!.InstanceId!, report };
}

it('knows its own root and its own metadata, and nothing of the emulator around it', async () => {
  const { instanceId, report } = await aBootedMachine();
  expect(report).toMatchObject({ id: instanceId, root: join(aws.folder, 'machines', instanceId), secret: null });
});

it('writes to the console of its instance, complaints too', async () => {
  const { instanceId, report } = await aBootedMachine();
  await machines.line(/a complaint/);
  const { Output } = await aws.client().send(new GetConsoleOutputCommand({ InstanceId: instanceId }));
  const console_ = Buffer.from(Output!, 'base64').toString();
  expect(console_.trim().split('\n').toSorted()).toEqual(['a complaint', JSON.stringify(report)]);
});

it('is killed when its instance is terminated', async () => {
  const { instanceId, report } = await aBootedMachine();
  expect(isAlive(report.pid)).toBe(true);
  await aws.client().send(new TerminateInstancesCommand({ InstanceIds: [instanceId] }));
  expect(await machines.line(/ended with/)).toBe("the machine's process ended with SIGKILL");
  expect(isAlive(report.pid)).toBe(false);
});

it('is killed when the emulator closes', async () => {
  const { report } = await aBootedMachine();
  await aws.emulator.close();
  expect(isAlive(report.pid)).toBe(false);
});

it.each([
  ['none', undefined],
  ['a shell script', '#!/bin/sh\necho hello'],
  ['JSON that is not for it', '{"other":1}'],
  ['JSON that is no object', '"berth"'],
  ['null', 'null'],
])('is no process where the user data is %s; the instance runs all the same', async (_, userData) => {
  const started: unknown[] = [];
  const spec = {
    instanceId: 'i-1',
    accountId: '1',
    root: aws.folder,
    metadataUrl: aws.emulator.url,
    userData: userData === undefined ? null : Buffer.from(userData),
    log: (line: string) => void started.push(line),
    ended: () => {},
  };
  await processMachines({ command: [process.execPath, '-e', 'console.log(1)'] })
    .boot(spec)
    .stop();
  expect(started).toEqual([]);
});

it('that can not be started says so on its console, and can still be stopped', async () => {
  const broken = watched(processMachines({ command: [join(aws.folder, 'no-such-program')] }));
  const spec = { instanceId: 'i-1', accountId: '1', root: aws.folder, metadataUrl: aws.emulator.url };
  const machine = broken.runtime.boot({
    ...spec,
    userData: Buffer.from('{"berth":{}}'),
    log: () => {},
    ended: () => {},
  });
  await machine.stop();
  expect(await broken.line(/can't be started/)).toMatch(/ENOENT/);
});
